"""Addresses of the cards wing."""

from django.urls import path

from programs.cards.views import activation, cards

urlpatterns = [
    path("schools/<str:code>/activate/", activation.school_activate, name="school_activate"),
    path("schools/<str:code>/activate/password/", activation.school_activate_password, name="school_activate_password"),
    path("desk/classes/<int:pk>/cards/", cards.cards_issue, name="cards_issue"),
    path("desk/classes/<int:pk>/cards/<int:pupil_pk>/void/", cards.card_void, name="card_void"),
    path("desk/classes/<int:pk>/code/", cards.class_code, name="class_code"),
    path("desk/join/", activation.class_join, name="class_join"),
]
