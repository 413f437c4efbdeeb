"""Addresses of the notices wing."""

from django.urls import path

from programs.notices import views

urlpatterns = [
    path("desk/messages/", views.message_list, name="message_list"),
    path("desk/messages/<int:pk>/", views.message_detail, name="message_detail"),
]
