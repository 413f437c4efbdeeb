"""Gates: what stands before every view that is not for everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

T = TypeVar("T", bound=models.Model)
View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Leads strangers to the sign-in page, and from there back to where they wanted to go."""
    return login_required(view)


def not_found_unless(condition: T | bool | None) -> T | bool:
    """``condition`` itself when it holds; otherwise the same 404 that a missing object gives."""
    if not condition:
        raise Http404
    return condition


def in_person(request: HttpRequest) -> bool:
    """False while an administrator looks as this person: what is for one reader's eyes alone is not shown then."""
    return getattr(request, "view_as", None) is None
