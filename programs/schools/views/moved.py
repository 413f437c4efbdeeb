"""An address with an old code, or of a school that has merged, leads to the school of today."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from programs.schools.queries.life import school_now

View = Callable[..., HttpResponse]


def follows_moved_schools(view: View) -> View:
    """For pages of one school, by its ``code``. The new address has the same gate, so nothing is given away."""

    @wraps(view)
    def page(request: HttpRequest, code: str, **kwargs) -> HttpResponse:
        try:
            return view(request, code=code, **kwargs)
        except Http404:
            now = school_now(code) if request.method in ("GET", "HEAD") else None
            if now is None or now.code == code:
                raise
            return redirect(request.resolver_match.view_name, code=now.code, **kwargs)

    return page
