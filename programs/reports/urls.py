"""Addresses of the reports wing."""

urlpatterns: list = []
