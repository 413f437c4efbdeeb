"""The door to every address of the domain; nothing is defined here."""

from django.urls import include, path

WINGS = ["core", "notices", "schools", "curricula", "visits", "projects", "certificates", "reports"]

urlpatterns = [path("", include(f"programs.{wing}.urls")) for wing in WINGS]
