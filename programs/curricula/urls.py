"""Addresses of the curricula wing."""

urlpatterns: list = []
