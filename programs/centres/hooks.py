"""What later wings tell of sessions, before anybody books them in another way, plans them or changes their terms."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from django.db.models import QuerySet

from programs.centres.models import Season, Session
from programs.core.refusals import Refusal

# How many groups have places in sessions or wait for them: filled by the wing that books.
GROUPS_IN: list[Callable[[QuerySet[Session]], int]] = []

# Why sessions that begin at these times cannot come into a season, whose lock the caller holds: filled by the draws.
INTO_SEASON: list[Callable[[Season, Collection[datetime]], Refusal | None]] = []

# Why what one of these sessions is given by stays as it is published: filled by the draws.
KEPT: list[Callable[[QuerySet[Session]], Refusal | None]] = []


def into_season_refusal(season: Season | None, *, starts_at: Collection[datetime]) -> Refusal | None:
    """Why sessions at these times cannot come into the season now."""
    if season is None or not starts_at:
        return None
    return next((refusal for ask in INTO_SEASON if (refusal := ask(season, starts_at))), None)


def kept_refusal(sessions: QuerySet[Session], *, field: str) -> Refusal | None:
    """Why ``field``, by which places of these sessions are given, stays as it is now."""
    refusal = next((refusal for ask in KEPT if (refusal := ask(sessions))), None)
    return replace(refusal, field=field) if refusal else None
