"""The audit log knows every verb of every wing: each lists its own in ``choices.py: AUDIT_ACTIONS``."""

import importlib
from importlib.util import find_spec

from wagtail import hooks

from programs.tasks import WINGS


def audit_actions() -> dict:
    """The verbs with their words. A wing that was not rewritten yet has them in ``audit_actions.py: ACTIONS``."""
    found = {}
    for wing in WINGS:
        for module, name in (("choices", "AUDIT_ACTIONS"), ("audit_actions", "ACTIONS")):
            if find_spec(f"programs.{wing}.{module}"):
                found |= getattr(importlib.import_module(f"programs.{wing}.{module}"), name, {})
    return found


@hooks.register("register_log_actions")
def register_audit_actions(registry) -> None:
    for action, label in audit_actions().items():
        registry.register_action(action, label, label)
