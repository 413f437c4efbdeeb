"""The door to every address of the domain; nothing is defined here."""

from django.urls import include, path

# Addresses are tried in this order: those of the rush come first.
WINGS = ["visits", "core", "notices", "schools", "curricula", "projects", "certificates", "reports"]

urlpatterns = [path("", include(f"programs.{wing}.urls")) for wing in WINGS]
