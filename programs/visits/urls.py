"""Addresses of the visits wing."""

urlpatterns: list = []
