"""Headers that depend on the page and the reader; rejects requests that no browser sends; refusals without a form."""

import re
from collections.abc import Callable
from urllib.parse import quote

from csp.constants import SELF, UNSAFE_INLINE
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import is_valid_path

from programs.core.refusals import Refused
from programs.core.text import clean_text

# Wagtail's and Django's own back offices use inline scripts and styles; ours do not.
BACK_OFFICES = ("/cms/", "/backoffice/")
BACK_OFFICE_POLICY = {
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
}

NOT_SENT = (*BACK_OFFICES, "/media/", "/documents/", "/static/", "/health/")

GetResponse = Callable[[HttpRequest], HttpResponse]


def back_office_policy(get_response: GetResponse) -> GetResponse:
    """Inline allowances under the back offices' own addresses, and nowhere else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith(BACK_OFFICES):
            response._csp_replace = BACK_OFFICE_POLICY
        return response

    return middleware


_BEHIND = re.compile(r"[)\]}>,.;:!?'\"”’»…]+(?=/|$)|(?<=/)[(<\[\"'“‘«]+")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


def as_it_was_sent(address: str) -> str:
    """The address that was sent: chat programs, letters and people add a bracket, a full stop, an unseen character."""
    plain = clean_text(address).replace(" ", "").translate(_DASHES)
    return re.sub("/+", "/", _BEHIND.sub("", plain)) or "/"


def links_as_sent(get_response: GetResponse) -> GetResponse:
    """Leads every address that was merely copied badly to the clean one, before anything says "does not exist"."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.path_info
        clean = as_it_was_sent(given)
        if clean == given or given.startswith(NOT_SENT) or "\x00" in given:
            return get_response(request)
        there = next((each for each in (clean, f"{clean}/", clean.rstrip("/")) if is_valid_path(each)), None)
        if there is None:
            return get_response(request)
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(quote(there) + (f"?{query}" if query else ""), preserve_request=True)

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """Pages of signed-in people are not cached, neither by proxies nor on a shared computer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.has_header("Cache-Control") or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return response
        if request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return middleware


def sane_requests(get_response: GetResponse) -> GetResponse:
    """Reject bodies of unknown length, and NUL characters in URLs, which PostgreSQL cannot store."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        # A body of unknown length is read as empty, so its announced length is enough to judge.
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.LARGEST_BODY:
            raise RequestDataTooBig
        return get_response(request)

    return middleware


class SaysWhyNot:
    """A page that cannot be made, such as a paper with a letter that no typeface has, says why: there is no form for it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        return render(request, "refused.html", {"refusal": exception.refusal}, status=409)
