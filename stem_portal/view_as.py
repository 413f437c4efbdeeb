"""Viewing the portal as someone else: read-only, marked on every page, for half an hour, and recorded.

The administrator's own session stays; it remembers whom to view as and until when. The person of a request is
replaced after Django has found the real one, so every gate judges the viewed person, and nothing needs to know of it.
Its safety does not depend on the page: unsafe methods are refused, whatever a page writes while it is shown is rolled
back, and only pages are served, never files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_from_path

from programs.accounts.models import User
from programs.accounts.queries import second_factor_missing
from stem_portal.administration.actions import end_view, note_page
from stem_portal.administration.roles import may_administer
from stem_portal.administration.rules import view_as_refusal
from stem_portal.logs import without_secrets

KEY = "view_as"
SAFE = ("GET", "HEAD", "OPTIONS")
# Signing in and everything about an account; the back offices, which write in their own ways.
CLOSED = ("/accounts/", "/cms/", "/backoffice/", "/_util/")
SAME_FOR_ALL = ("/health/", "/static/", "/media/")


@dataclass(frozen=True)
class View:
    """Whom the session views as, and until when."""

    person: User
    until: datetime


def remember(request: HttpRequest, *, person: User, until: datetime) -> None:
    request.session[KEY] = {"person": person.pk, "until": until.isoformat()}


def forget(request: HttpRequest) -> User | None:
    """Forget and return the person being viewed, if any."""
    kept = request.session.pop(KEY, None)
    return User.objects.filter(pk=kept["person"]).first() if kept else None


class ViewAs:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Visitors' pages and pictures do not touch the session.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or request.path_info.startswith(SAME_FOR_ALL):
            return self.get_response(request)
        kept = request.session.get(KEY)
        if not kept or request.path_info == reverse("view_as_end"):
            return self.get_response(request)
        response = self._looking(request, kept)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _looking(self, request: HttpRequest, kept: dict) -> HttpResponse:
        person = User.objects.filter(pk=kept["person"]).first()
        view = View(person, datetime.fromisoformat(kept["until"]))
        because = _why_over(request.user, view)
        if because:
            return _over(request, view, because)
        note_page(person=person, by=request.user, path=without_secrets(request.path_info))
        person.lacks_second_factor = False  # the real person's was looked at; nobody enrols for somebody else
        request.real_user, request.user, request.view_as = request.user, person, view
        if request.method not in SAFE:
            return _refused(request, "acts")
        if _without_language(request.path_info).startswith(CLOSED):
            return _refused(request, "account")
        return self._page(request)

    def _page(self, request: HttpRequest) -> HttpResponse:
        """The page, with everything that showing it wrote undone: a message stays unread."""
        with transaction.atomic():
            response = self.get_response(request)
            transaction.set_rollback(True)
        if 300 <= response.status_code < 400 or _is_page(response):
            return response
        file = getattr(response, "file_to_stream", None)
        if file:
            file.close()
        return _refused(request, "file")


def _why_over(real: User, view: View) -> str:
    """Why viewing has ended; empty while it has not."""
    if view.until <= timezone.now():
        return "time"
    allowed = real.is_authenticated and may_administer(real) and not second_factor_missing(real)
    if not allowed or view.person is None:
        return "lost"
    person = view.person
    return "lost" if view_as_refusal(person, by=real) else ""


def _over(request: HttpRequest, view: View, because: str) -> HttpResponse:
    forget(request)
    if view.person is None:
        return HttpResponseRedirect(reverse("desk"))
    end_view(person=view.person, by=request.user, because=because)
    return HttpResponseRedirect(f"{reverse('person_roles', args=[view.person.pk])}?ended={because}")


def _without_language(path: str) -> str:
    return path.removeprefix(f"/{get_language_from_path(path)}")


def _is_page(response: HttpResponse) -> bool:
    is_file = "attachment" in response.headers.get("Content-Disposition", "")
    return response.headers.get("Content-Type", "").startswith("text/html") and not (is_file or response.streaming)


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "administration/view_as_refused.html", {"why": why}, status=403)
