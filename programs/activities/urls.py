"""Addresses of the activities wing."""

from django.urls import path

from programs.activities import views

urlpatterns = [
    path("desk/activities/", views.activity_list, name="activity_list"),
    path("desk/activities/report/", views.ActivityReport.as_view(), name="activity_report"),
]
