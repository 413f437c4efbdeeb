"""Addresses of the notices wing."""

from django.urls import path

from programs.notices import views

urlpatterns = [
    path("desk/messages/", views.message_list, name="message_list"),
    path("desk/messages/<int:pk>/", views.message_detail, name="message_detail"),
    path("desk/letters/", views.letter_list, name="letter_list"),
    path("desk/letters/<int:pk>/again/", views.SendAgain.as_view(), name="letter_again"),
    path("desk/letters/<int:pk>/settle/", views.SettleLetter.as_view(), name="letter_settle"),
]
