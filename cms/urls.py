"""Addresses of the website beside its pages."""

from django.urls import path

from cms import views

urlpatterns = [
    path("search/", views.search_view, name="search"),
    path("news.atom", views.NewsFeed(), name="news_feed"),
]
