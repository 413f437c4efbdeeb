"""Deadlines of papers, approvals and offers, kept in the background."""

from __future__ import annotations

from datetime import timedelta

from programs.approvals.actions.deadlines import keep_deadlines
from programs.core.jobs import Progress, periodic


@periodic("visits.deadlines", every=timedelta(minutes=5))
def deadlines(progress: Progress) -> dict[str, int]:
    """Request approvals, warn, release places, end offers, finalise head counts; safe to run twice."""
    return keep_deadlines()
