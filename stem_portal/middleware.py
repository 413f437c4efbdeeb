"""Headers that hang on where a page is and who reads it; requests that no browser of ours sends."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_INLINE
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse

# Wagtail's and Django's own back offices bring inline scripts and styles; nothing of ours does.
BACK_OFFICES = ("/cms/", "/backoffice/")
BACK_OFFICE_POLICY = {
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
}

GetResponse = Callable[[HttpRequest], HttpResponse]


def back_office_policy(get_response: GetResponse) -> GetResponse:
    """Inline allowances under the back offices' own addresses, and nowhere else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith(BACK_OFFICES):
            response._csp_replace = BACK_OFFICE_POLICY
        return response

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """What a signed-in person sees is kept by no cache, neither on the way nor on a shared computer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.has_header("Cache-Control") or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return response
        if request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return middleware


def sane_requests(get_response: GetResponse) -> GetResponse:
    """Nothing is read of a body without bounds, and PostgreSQL knows no text with a NUL, so no address has one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        # A body of unknown length is read as empty, so its announced length is enough to judge.
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.LARGEST_BODY:
            raise RequestDataTooBig
        return get_response(request)

    return middleware
