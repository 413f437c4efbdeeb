"""Limit guessing and flooding by address; successes do not count, so that a school behind one router may."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True)
class Throttle:
    """At most ``allowed`` counted acts from one address in ``seconds``.

    ``at`` counts apart what belongs to different places or persons, such as the pages of two schools.
    """

    name: str
    allowed: int
    seconds: int

    def is_exhausted(self, request: HttpRequest, *, at: str = "") -> bool:
        return cache.get(self._key(request, at), 0) >= self.allowed

    def count(self, request: HttpRequest, *, at: str = "") -> None:
        """``add`` starts the window, ``incr`` keeps its end: further acts do not prolong it."""
        key = self._key(request, at)
        cache.add(key, 0, self.seconds)
        try:
            cache.incr(key)
        except ValueError:  # the window ended between the two lines
            cache.set(key, 1, self.seconds)

    def _key(self, request: HttpRequest, at: str) -> str:
        return f"throttle:{self.name}:{get_adapter().get_client_ip(request)}:{at}"


# --- Guessing at one account: allauth's rates, of settings.ACCOUNT_RATE_LIMITS ------------------------
def may_guess(*, action: str, account: str) -> bool:
    """Count one more attempt at ``account``; whether it is still allowed."""
    return all(ratelimit.consume(context.request, action=name, key=key) for name, key in _keys(action, account))


def forget_guesses(*, action: str, account: str) -> None:
    """Reset after a success: successful attempts do not count."""
    for name, key in _keys(action, account):
        ratelimit.clear(context.request, action=name, key=key)


def _keys(action: str, account: str) -> list[tuple[str, str]]:
    """Limiting by address alone would lock out a school behind one router, by account alone a colleague from afar; the
    second, wider limit is against many addresses working together."""
    return [(action, f"{get_ip(context.request)}:{account}"), (f"{action}_of_account", account)]
