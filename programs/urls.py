"""The addresses of every wing that has some; those of the rush are tried first."""

from django.apps import apps
from django.urls import include, path
from django.utils.module_loading import module_has_submodule

RUSH = ("programs.bookings", "programs.centres")
# Under an address of its own in stem_portal/urls.py.
ELSEWHERE = ("programs.accounts",)

WINGS = [
    wing.name
    for wing in apps.get_app_configs()
    if wing.name.startswith("programs.") and wing.name not in ELSEWHERE and module_has_submodule(wing.module, "urls")
]

urlpatterns = [path("", include(f"{name}.urls")) for name in sorted(WINGS, key=lambda name: name not in RUSH)]
