"""The audit log knows the verbs of administration."""

from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from stem_portal.administration.audit_actions import ACTIONS


@hooks.register("register_log_actions")
def register_audit_actions(registry: LogActionRegistry) -> None:
    for action, label in ACTIONS.items():
        registry.register_action(action, label, label)
