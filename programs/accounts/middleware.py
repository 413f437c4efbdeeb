"""Require a second factor before anything else, and record when a device was last used."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_from_path

from programs.accounts.queries import second_factor_missing

# What has to work in the meantime: signing in and out, the enrolment itself, and public files.
OPEN = ("/accounts/", "/health/", "/static/", "/media/")


class SecondFactorFirst:
    """Checks every address, so that no new page can forget it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args: tuple, kwargs: dict) -> HttpResponse | None:
        # Without a session cookie there is no one to check: visitors' pages do not touch the session.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or _is_open(request.path_info):
            return None
        if not second_factor_missing(request.user):
            return None
        wanted = {"next": request.get_full_path()} if request.method == "GET" else {}
        target = reverse("second_factor") + (f"?{urlencode(wanted)}" if wanted else "")
        return HttpResponseRedirect(target)


SEEN_AT = "seen_at"  # in the session since the sign-in: when this device was last noted
NOTED_EVERY = 10 * 60  # seconds: a write on every page would be too expensive for a column rarely read


def last_use(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Record from time to time that a device is in use, for the list of devices."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            _note(request)
        return get_response(request)

    return middleware


def _note(request: HttpRequest) -> None:
    now = time.time()
    if now - request.session.get(SEEN_AT, now) < NOTED_EVERY:
        return
    request.session[SEEN_AT] = now
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())


def _is_open(path: str) -> bool:
    language = get_language_from_path(path)
    return path.removeprefix(f"/{language}").startswith(OPEN)
