"""Rate limits for guessing: per account and address together, and per account overall."""

from __future__ import annotations

from allauth.core import context, ratelimit
from allauth.core.internal.ratelimit import get_ip


def _keys(action: str, account: str) -> list[tuple[str, str]]:
    """Limiting by address alone would lock out a school behind one router, by account alone a colleague from afar; the
    second, wider limit is against many addresses working together."""
    return [(action, f"{get_ip(context.request)}:{account}"), (f"{action}_of_account", account)]


def is_allowed(*, action: str, account: str) -> bool:
    """Count one more attempt; the rates are in ``settings.ACCOUNT_RATE_LIMITS``."""
    return all(ratelimit.consume(context.request, action=name, key=key) for name, key in _keys(action, account))


def forget(*, action: str, account: str) -> None:
    """Reset after a success: successful attempts do not count."""
    for name, key in _keys(action, account):
        ratelimit.clear(context.request, action=name, key=key)
