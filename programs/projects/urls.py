"""Addresses of the projects wing."""

urlpatterns: list = []
