"""The audit log knows every verb of every wing: each lists its own in ``audit_actions.py: ACTIONS``."""

import importlib
from importlib.util import find_spec

from wagtail import hooks

from programs.tasks import WINGS


@hooks.register("register_log_actions")
def register_audit_actions(registry) -> None:
    for wing in WINGS:
        if not find_spec(f"programs.{wing}.audit_actions"):
            continue
        module = importlib.import_module(f"programs.{wing}.audit_actions")
        for action, label in module.ACTIONS.items():
            registry.register_action(action, label, label)
