"""Work of the visits wing that runs behind the request, and what it does when something happens in another wing."""

from __future__ import annotations

from datetime import timedelta

from programs.bookings.actions.deadlines import keep_deadlines
from programs.core.jobs import Progress, periodic


@periodic("visits.deadlines", every=timedelta(minutes=5))
def deadlines(progress: Progress) -> dict[str, int]:
    """Asks for approvals, warns, gives places back, ends offers, fixes head counts; safe to run twice."""
    return keep_deadlines()
