"""Addresses of the duplicates wing."""

from django.urls import path

from programs.duplicates import views

urlpatterns = [
    path("desk/similar-schools/", views.school_twins, name="school_twins"),
    path("desk/schools/<str:code>/not/<str:other>/", views.TellApart.as_view(), name="school_tell_apart"),
    path("desk/schools/<str:code>/merge/", views.MergeSchools.as_view(), name="school_merge"),
]
