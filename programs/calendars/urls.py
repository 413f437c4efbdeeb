"""Addresses of the calendars wing."""

from django.urls import path

from programs.calendars import views

urlpatterns = [
    path("desk/calendars/", views.feed_list, name="feed_list"),
    path("calendars/<str:token>.ics", views.feed_read, name="feed_read"),
]
