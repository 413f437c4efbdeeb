"""Gates: access checks for every view that is not public."""

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
    """Redirect anonymous visitors to the sign-in page, and from there back to where they wanted to go."""
    return login_required(view)


def not_found_unless(condition: T | bool | None) -> T | bool:
    """Return ``condition`` if it is truthy; otherwise raise the same 404 as for a missing object."""
    if not condition:
        raise Http404
    return condition


def in_person(request: HttpRequest) -> bool:
    """False while an administrator is viewing as this person, so that private content is not shown."""
    return getattr(request, "view_as", None) is None
