"""Addresses of the cards wing."""

from django.urls import path

from programs.cards.views import activation, cards

urlpatterns = [
    path("schools/<str:code>/activate/", activation.school_activate, name="school_activate"),
    path("schools/<str:code>/activate/password/", activation.ChoosePassword.as_view(), name="school_activate_password"),
    path("desk/classes/<int:pk>/cards/", cards.CardsIssue.as_view(), name="cards_issue"),
    path("desk/classes/<int:pk>/cards/<int:pupil_pk>/void/", cards.CardVoid.as_view(), name="card_void"),
    path("desk/classes/<int:pk>/code/", cards.ClassCode.as_view(), name="class_code"),
    path("desk/join/", activation.ClassJoin.as_view(), name="class_join"),
]
