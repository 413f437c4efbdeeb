"""Addresses of the core: the progress of background work."""

from django.urls import path

from programs.core import views

urlpatterns = [path("desk/jobs/<int:pk>/", views.job_detail, name="job_detail")]
