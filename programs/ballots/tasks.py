"""Due lists are published, waiting ballots looked after, results sent."""

from __future__ import annotations

from datetime import timedelta

from programs.ballots.actions.results import SEND_JOB, send_results
from programs.ballots.actions.running import publish_due_lists
from programs.ballots.actions.upkeep import look_after_ballots
from programs.core.jobs import Progress, job, periodic


@periodic("visits.ballots", every=timedelta(minutes=5))
def ballots(progress: Progress) -> int:
    """Publishes due lists, reminds of waiting draws; safe to run twice."""
    return publish_due_lists() + look_after_ballots()


@job(SEND_JOB)
def send(progress: Progress, *, ballot: int) -> None:
    """Sends the results, leader by leader; safe to run again after a crash."""
    send_results(ballot_id=ballot, progress=progress)
