"""Limits of what a stranger may try on an account: by account and address together, and by account at large."""

from __future__ import annotations

from allauth.core import context, ratelimit
from allauth.core.internal.ratelimit import get_ip


def _keys(action: str, account: str) -> list[tuple[str, str]]:
    """The address alone would lock out a school behind one router, the account alone a colleague from afar;
    the second, wider limit is for many addresses that work together."""
    return [(action, f"{get_ip(context.request)}:{account}"), (f"{action}_of_account", account)]


def is_allowed(*, action: str, account: str) -> bool:
    """Counts one more try; the rates stand in ``settings.ACCOUNT_RATE_LIMITS``."""
    return all(ratelimit.consume(context.request, action=name, key=key) for name, key in _keys(action, account))


def forget(*, action: str, account: str) -> None:
    """After a success: what goes right is not counted."""
    for name, key in _keys(action, account):
        ratelimit.clear(context.request, action=name, key=key)
