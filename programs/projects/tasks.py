"""Deadlines of projects, kept in the background."""

from __future__ import annotations

from datetime import timedelta

from programs.core.jobs import Progress, periodic
from programs.projects.actions.lapsing import keep_deadlines


@periodic("projects.deadlines", every=timedelta(minutes=1))
def deadlines(progress: Progress) -> dict[str, int]:
    """Submissions whose files came or did not, warnings, lapses; safe to run twice."""
    return keep_deadlines()
