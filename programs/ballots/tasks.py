"""Due lists are closed and published."""

from __future__ import annotations

from datetime import timedelta

from programs.ballots.actions.running import publish_due_lists
from programs.core.jobs import Progress, periodic


@periodic("visits.ballots", every=timedelta(minutes=5))
def ballots(progress: Progress) -> int:
    """Publishes the lists of the ballots whose time to enter is over; safe to run twice."""
    return publish_due_lists()
