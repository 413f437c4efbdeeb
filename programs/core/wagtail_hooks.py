"""The audit log knows every verb of every wing: each lists its own in ``choices.py: AUDIT_ACTIONS``."""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule
from wagtail import hooks


def audit_actions() -> dict:
    """The verbs of all wings with their words."""
    found: dict[str, Any] = {}
    for wing in apps.get_app_configs():
        if wing.name.startswith("programs.") and module_has_submodule(wing.module, "choices"):
            found |= getattr(import_module(f"{wing.name}.choices"), "AUDIT_ACTIONS", {})
    return found


@hooks.register("register_log_actions")
def register_audit_actions(registry) -> None:
    for action, label in audit_actions().items():
        registry.register_action(action, label, label)
