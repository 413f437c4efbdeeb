"""Addresses of the duplicates wing."""

from django.urls import path

from programs.duplicates import views

urlpatterns = [
    path("desk/similar-schools/", views.school_twins, name="school_twins"),
    path("desk/schools/<str:code>/not/<str:other>/", views.school_tell_apart, name="school_tell_apart"),
    path("desk/schools/<str:code>/merge/", views.school_merge, name="school_merge"),
]
