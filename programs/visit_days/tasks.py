"""Reminders go out."""

from __future__ import annotations

from datetime import timedelta

from programs.core.jobs import Progress, periodic
from programs.visit_days.actions.reminders import send_reminders


@periodic("visits.reminders", every=timedelta(minutes=30))
def reminders(progress: Progress) -> int:
    """Reminds of the visits to come, each once for a date; safe to run twice."""
    return send_reminders()
