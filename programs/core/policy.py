"""Who may: each wing answers in its own ``policy.py`` with ``may_x(user, obj) -> bool``, for page and action alike."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied


def must(allowed: bool) -> None:
    """Raise 403 for a person who may see the object but may not do this to it. Raises PermissionDenied."""
    if not allowed:
        raise PermissionDenied
