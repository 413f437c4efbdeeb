"""Limit guessing and flooding by address; successes do not count, so that a school behind one router may."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage, get_ip
from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True)
class Throttle:
    """At most ``allowed`` counted acts from one address (one /64 of IPv6) in ``seconds``.

    ``at`` counts apart what belongs to different places or persons; ``everywhere`` all networks together.
    """

    name: str
    allowed: int
    seconds: int
    everywhere: bool = False

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
        return f"throttle:{self.name}:{'' if self.everywhere else get_ip(request)}:{at}"


# --- Guessing at one account: allauth's rates, of settings.ACCOUNT_RATE_LIMITS ------------------------
APP = "allauth.account"


@dataclass(frozen=True)
class Guess:
    """At whose account somebody tries, and from where.

    ``account`` is the same however it was named. ``device`` is one on which the owner has signed in before;
    ``from_home`` says that the network is one from which they have.
    """

    account: str
    device: str = ""
    from_home: bool = False

    def purses(self, action: str) -> list[tuple[str, str]]:
        """What a try is counted in: rates and their keys.

        By address alone one pupil would lock out the school behind its router, and by account alone a stranger would
        lock out the owner from afar. So a try counts by account and place together: the known device, else the network.
        Only tries from nowhere known add up per account, against many addresses that work together, and shut nobody
        out who comes from a known device or network.
        """
        place = self.device or get_ip(context.request)
        here = [(action, f"{place}:{self.account}")]
        return here if self.device or self.from_home else [*here, (f"{action}_of_account", self.account)]


def may_guess(action: str, guess: Guess) -> RateLimitUsage | None:
    """Count one more try; None if it is not allowed any more. What is returned can be rolled back."""
    counted = RateLimitUsage(usage=[])
    for rate, key in guess.purses(action):
        usage = ratelimit.consume(context.request, app=APP, action=rate, key=key)
        if usage is None:
            counted.rollback()
            return None
        counted.usage += usage.usage
    return counted


def forget_guesses(action: str, guess: Guess) -> None:
    """Reset after a success: successful attempts do not count."""
    for rate, key in guess.purses(action):
        ratelimit.clear(context.request, app=APP, action=rate, key=key)
