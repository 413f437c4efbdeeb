"""Work of the visits wing that runs behind the request, and what it does when something happens in another wing."""

from __future__ import annotations

from datetime import timedelta

from programs.core.jobs import Progress, periodic
from programs.visits import hooks_ballots  # noqa: F401  (registers by being imported)
from programs.visits.actions import closing  # noqa: F401  (registers by being imported)
from programs.visits.actions.ballot import publish_due_lists
from programs.visits.actions.deadlines import keep_deadlines
from programs.visits.actions.reminders import send_reminders


@periodic("visits.deadlines", every=timedelta(minutes=5))
def deadlines(progress: Progress) -> dict[str, int]:
    """Asks for approvals, warns, gives places back, ends offers, fixes head counts; safe to run twice."""
    return keep_deadlines()


@periodic("visits.ballots", every=timedelta(minutes=5))
def ballots(progress: Progress) -> int:
    """Publishes the lists of the ballots whose time to enter is over; safe to run twice."""
    return publish_due_lists()


@periodic("visits.reminders", every=timedelta(minutes=30))
def reminders(progress: Progress) -> int:
    """Reminds of the visits to come, each once for a date; safe to run twice."""
    return send_reminders()
