"""A ballot that nobody draws or sends reminds those who may, and blocks nothing for ever."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from programs.ballots import queries
from programs.ballots.actions import letters
from programs.ballots.actions.entries import wipe
from programs.ballots.actions.results import SEND_JOB, job_key, start_sending
from programs.ballots.actions.running import lock_ballot, lock_sessions, switch_mode
from programs.ballots.choices import BallotState
from programs.ballots.models import Ballot
from programs.ballots.rules import steps
from programs.centres.choices import BookingMode
from programs.core.audit import record
from programs.core.jobs import enqueue
from programs.core.nets import one_by_one
from programs.core.refusals import Refused


def look_after_ballots(*, now: datetime | None = None) -> int:
    """Remind, send what was drawn, call off what nobody drew; one bad ballot never stops the rest."""
    now = now or timezone.now()
    return one_by_one("ballot", queries.ballots_between(), lambda pk: _look_after(pk, now=now))


def _look_after(ballot_id: int, *, now: datetime) -> bool:
    try:
        return look_after(ballot_id=ballot_id, now=now)
    except Refused:
        return False  # somebody has just done it by hand


@transaction.atomic
def look_after(*, ballot_id: int, now: datetime) -> bool:
    """What is due for one ballot; whether anything was."""
    ballot = lock_ballot(ballot_id=ballot_id)
    first, today = queries.first_session_at(ballot), timezone.localtime(now).date()
    if ballot.state == BallotState.DRAWN:
        last = steps.sends_itself_at(ballot, first_starts_at=first)
        if last is not None and now >= last:
            start_sending(ballot_id=ballot.pk, by=None)
            return True
        return last is not None and _remind(ballot, today=today, last_day=timezone.localtime(last).date())
    if ballot.state == BallotState.CLOSED:
        last_day = steps.draw_by(ballot, first_starts_at=first)
        if today > last_day:
            _call_off(ballot, now=now)
            return True
        return today >= ballot.source_date and _remind(ballot, today=today, last_day=last_day)
    enqueue(SEND_JOB, arguments={"ballot": ballot.pk}, owner=ballot.sent_by, unique_key=job_key(ballot=ballot))
    return False  # what is being sent goes on by itself; a job that failed too often begins anew


def _remind(ballot: Ballot, *, today: date, last_day: date) -> bool:
    """Once a day."""
    if ballot.reminded_on == today:
        return False
    ballot.reminded_on = today
    ballot.save(update_fields=["reminded_on"])
    letters.remind_runners(ballot=ballot, today=today, last_day=last_day)
    return True


def _call_off(ballot: Ballot, *, now: datetime) -> None:
    """Nobody drew it: its sessions are booked as usual, and every entrant is told why."""
    lock_sessions(ballot=ballot)
    switch_mode(ballot=ballot, to=BookingMode.FIRST_COME, now=now)
    ballot.state = BallotState.CALLED_OFF
    ballot.save(update_fields=["state"])
    letters.tell_called_off(ballot=ballot)
    wipe(entries=ballot.entries.all())
    record(by=None, action="ballot.call_off", obj=ballot)
