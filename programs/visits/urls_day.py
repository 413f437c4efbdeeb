"""Addresses of the day of a visit: the door, the pass, what follows."""

from django.urls import path

from programs.visits.views import door

DOOR = "desk/centre/door/"

urlpatterns = [
    path(DOOR, door.door, name="door"),
    path(f"{DOOR}worker.js", door.door_worker, name="door_worker"),
    path(f"{DOOR}app.webmanifest", door.door_manifest, name="door_manifest"),
    path(f"{DOOR}list/", door.door_list, name="door_list"),
    path(f"{DOOR}marks/", door.door_marks, name="door_marks"),
]
