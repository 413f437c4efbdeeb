"""Whoever waits hears that a list has ended."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from programs.core.jobs import Progress, periodic
from programs.timetables.actions.lists import tell_lists_over


@periodic("visits.lists_over", every=timedelta(minutes=15))
def lists_over(progress: Progress) -> int:
    """Tells groups, each once for a date, that no more places are offered; safe to run twice."""
    return tell_lists_over(now=timezone.now())
