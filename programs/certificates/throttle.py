"""Guessing verification codes is stopped by address; checking real ones is not, so a school behind one router may."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

FAILURES_ALLOWED = 20
WINDOW_SECONDS = 600


def _key(request: HttpRequest) -> str:
    return f"certificate-verify-failed:{get_adapter().get_client_ip(request)}"


def is_exhausted(request: HttpRequest) -> bool:
    return cache.get(_key(request), 0) >= FAILURES_ALLOWED


def count_failure(request: HttpRequest) -> None:
    """``add`` starts the window, ``incr`` keeps its end: failures do not prolong it."""
    cache.add(_key(request), 0, WINDOW_SECONDS)
    try:
        cache.incr(_key(request))
    except ValueError:  # the window ended between the two lines
        cache.set(_key(request), 1, WINDOW_SECONDS)
