"""Addresses of the timetables wing."""

from django.urls import path

from programs.timetables import views

urlpatterns = [
    path("desk/series/<int:pk>/change/", views.ChangeSeries.as_view(), name="series_change"),
    path("desk/sessions/<int:pk>/swap/", views.SwapRooms.as_view(), name="session_swap"),
    path("desk/sessions/<int:pk>/rules/", views.ChangeTerms.as_view(), name="session_terms"),
]
