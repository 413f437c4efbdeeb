"""Addresses of the certificates wing."""

urlpatterns: list = []
