"""Addresses of the schools wing."""

urlpatterns: list = []
