"""What later wings tell of sessions, before anybody books them in another way."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet

from programs.centres.models import Session

# How many groups have places in sessions or wait for them: filled by the wing that books.
GROUPS_IN: list[Callable[[QuerySet[Session]], int]] = []
