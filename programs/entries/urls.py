"""Addresses of the organiser's board of entries."""

from django.urls import path

from programs.entries import views

urlpatterns = [
    path("desk/competitions/<slug:slug>/entries/", views.entry_board, name="entry_board"),
    path("desk/competitions/<slug:slug>/entries.xlsx", views.entry_export, name="entry_export"),
    path("desk/competitions/<slug:slug>/entries/unfinished/", views.entry_unfinished, name="entry_unfinished"),
    path("desk/competitions/<slug:slug>/entries/similar/", views.entry_similar, name="entry_similar"),
    path("desk/similar/<int:pk>/aside/", views.SetAside.as_view(), name="similarity_aside"),
    path("desk/similar/<int:pk>/reopen/", views.PutBack.as_view(), name="similarity_reopen"),
    path("desk/entries/<str:reference>/check/", views.EntryCheck.as_view(), name="entry_check"),
]
