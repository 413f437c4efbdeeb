"""Sending the results of a ballot: the winners' bookings, the losers who want to wait, one email to each leader.

It is a job: what one leader entered is settled and told in one transaction, so that a worker that dies loses nothing
and repeats nothing. Until the last is told, the sessions stay those of the ballot.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.ballots import queries
from programs.ballots.actions import letters
from programs.ballots.actions.entries import wipe
from programs.ballots.actions.running import lock_ballot, lock_sessions, lock_to_run, switch_mode
from programs.ballots.choices import BallotState, EntryOutcome, reason_words
from programs.ballots.models import Ballot, BallotEntry
from programs.ballots.rules import steps
from programs.bookings.actions import guard
from programs.bookings.actions.booking import REFERENCE_PREFIX
from programs.bookings.actions.waiting import confirm_by, promote_waiting
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import school_facts_of
from programs.bookings.rules import booking as booking_rules
from programs.centres.choices import BookingMode
from programs.centres.models import Session
from programs.core.audit import Code, record
from programs.core.jobs import Progress, enqueue
from programs.core.nets import one_by_one
from programs.core.references import under_reference
from programs.core.refusals import Refused, refuse_if
from programs.schools.models import School

SEND_JOB = "ballots.send"


class NotAllSettled(Exception):
    """So many leaders have no result yet."""


def job_key(*, ballot: Ballot) -> str:
    """The name of the one job that sends the results of the ballot."""
    return f"{SEND_JOB}:{ballot.pk}"


@transaction.atomic
def start_sending(*, ballot_id: int, by: User | None) -> Ballot:
    """Have the results sent by the worker; ``by`` is None when the portal does it because nobody did.

    Raises PermissionDenied, and ``Refused``: ``not_drawn``, ``already_sent``.
    """
    ballot = lock_to_run(ballot_id=ballot_id, by=by)
    refuse_if(steps.send_refusal(ballot))
    ballot.state, ballot.sending_at, ballot.sent_by = BallotState.SENDING, timezone.now(), by
    ballot.save(update_fields=["state", "sending_at", "sent_by"])
    record(by=by, action="ballot.start_sending", obj=ballot)
    enqueue(SEND_JOB, arguments={"ballot": ballot.pk}, owner=by, unique_key=job_key(ballot=ballot))
    return ballot


def send_results(*, ballot_id: int, progress: Progress | None = None) -> None:
    """Settle what each leader entered, in the drawn order, then give the sessions back to booking. Safe to run again.

    What falls for one leader stops no other. Raises ``NotAllSettled`` after the others, so that the job tries again; the
    sessions stay those of the ballot until nobody is left.
    """
    leaders = queries.leaders_to_settle(ballot_id)
    places = {leader_id: place for place, leader_id in enumerate(leaders)}

    def settle(leader_id: int) -> bool:
        if progress:
            progress(places[leader_id], len(leaders))
        return _settle_leader(ballot_id=ballot_id, leader_id=leader_id)

    one_by_one("results for leader", leaders, settle)
    _finish(ballot_id=ballot_id)
    if left := queries.leaders_to_settle(ballot_id):
        raise NotAllSettled(len(left))


@transaction.atomic
def _settle_leader(*, ballot_id: int, leader_id: int) -> bool:
    """The bookings and the letter of one leader; False when another run has just made them."""
    now, ballot = timezone.now(), lock_ballot(ballot_id=ballot_id)
    if ballot.state != BallotState.SENDING:
        return False
    own = queries.entries_of(ballot).filter(leader=leader_id, settled_at=None).order_by("place")
    entries = list(own)
    if not entries:
        return False
    wished = {session for entry in entries for session in entry.wished}
    _lock_sessions(wished)  # before the schools, as everywhere
    _lock_schools(entries)
    sessions = queries.sessions_with_day().in_bulk(list(wished))
    for entry in entries:
        entry.ballot = ballot
        _settle(entry, sessions, now=now)
    total = ballot.entries.exclude(place=None).count()
    letters.tell_result(ballot=ballot, leader=entries[0].leader, entries=entries, total=total)
    wipe(entries=ballot.entries.filter(pk__in=[entry.pk for entry in entries]))
    return True


@transaction.atomic
def _finish(*, ballot_id: int) -> None:
    """What a winner could not take is offered to those who wait before anybody else can book it."""
    now, ballot = timezone.now(), lock_ballot(ballot_id=ballot_id)
    if ballot.state != BallotState.SENDING or queries.leaders_to_settle(ballot_id):
        return
    keys = lock_sessions(ballot=ballot)
    switch_mode(ballot=ballot, to=BookingMode.FIRST_COME, now=now)
    ballot.state, ballot.sent_at = BallotState.SENT, now
    ballot.save(update_fields=["state", "sent_at"])
    wipe(entries=ballot.entries.all())
    sessions = queries.sessions_with_day().in_bulk(keys)
    for session_id in keys:
        promote_waiting(session=sessions[session_id], now=now)
    outcomes = list(ballot.entries.exclude(place=None).values_list("outcome", flat=True))
    won = outcomes.count(EntryOutcome.WON)
    record(by=ballot.sent_by, action="ballot.send", obj=ballot, after={"won": won, "lost": len(outcomes) - won})


def _lock_sessions(keys: Collection[int]) -> None:
    rows = Session.objects.select_for_update(no_key=True).filter(pk__in=keys)
    list(rows.order_by("pk").values_list("pk", flat=True))


def _lock_schools(entries: Sequence[BallotEntry]) -> None:
    """Two leaders may have classes of the same schools: they are locked in the order of their keys."""
    schools = School.objects.select_for_update(no_key=True).filter(pk__in={entry.school_id for entry in entries})
    list(schools.order_by("pk").values_list("pk", flat=True))


def _settle(entry: BallotEntry, sessions: Mapping[int, Session], *, now: datetime) -> None:
    """Create the booking of a winner, or queue a loser who asked to wait."""
    if entry.session_id is not None:
        entry.session = sessions[entry.session_id]
        try:
            entry.booking = _under_reference(_book, entry, entry.session, now=now)
        except Refused as refused:
            entry.outcome, entry.reason = EntryOutcome.LOST, steps.reason_after_draw(refused.refusal.code)
            entry.session = None
    if entry.outcome == EntryOutcome.LOST and entry.wait_if_lost:
        entry.booking = _queue(entry, [sessions[pk] for pk in entry.wished], now=now)
    entry.settled_at = now
    entry.save(update_fields=["outcome", "reason", "session", "booking", "settled_at"])


def _under_reference(act: Callable[..., Booking], entry: BallotEntry, session: Session, *, now: datetime) -> Booking:
    """In a savepoint: what is refused, and a reference that somebody has already, undo nothing else of the sending."""
    return under_reference(
        Booking, REFERENCE_PREFIX, lambda reference: act(entry, session, reference=reference, now=now)
    )


def _book(entry: BallotEntry, session: Session, *, reference: str, now: datetime) -> Booking:
    booking = _wish(entry, session, reference=reference, now=now)
    booking.save(force_insert=True)
    changes = {"papers_due_at": confirm_by(session=session, now=now)}
    if not guard.seat_booking(booking=booking, to=BookingState.HELD, changes=changes):
        raise Refused.because("session_smaller", reason_words("session_smaller"))
    record(by=entry.ballot.sent_by, action="booking.hold", obj=booking, after=_of_ballot(entry, booking))
    return booking


def _queue(entry: BallotEntry, wishes: Sequence[Session], *, now: datetime) -> Booking | None:
    """In the list of the best wish that takes it, at its place in the drawn order: the letter has the reason if none."""
    for session in wishes:
        try:
            return _under_reference(_wait, entry, session, now=now)
        except Refused:
            continue
    return None


def _wait(entry: BallotEntry, session: Session, *, reference: str, now: datetime) -> Booking:
    booking = _wish(entry, session, reference=reference, now=now)
    booking.waiting_since = (entry.ballot.sending_at or now) + timedelta(microseconds=entry.place or 0)
    booking.turn_at = session.turn_of(since=now)
    booking.save(force_insert=True)
    record(by=entry.ballot.sent_by, action="booking.wait", obj=booking, after=_of_ballot(entry, booking))
    return booking


def _wish(entry: BallotEntry, session: Session, *, reference: str, now: datetime) -> Booking:
    """The booking for the entry, judged again: much may have happened since the list was published."""
    booking = Booking(
        reference=reference,
        session=session,
        school=entry.school,
        leader=entry.leader,
        state=BookingState.WAITLISTED,
        **vars(entry.group),
    )
    refuse_if(steps.offer_refusal(session))
    refuse_if(booking_rules.session_refusal(session, now=now, opens_at=now, closes_at=session.starts_at))
    won = entry.session_id == session.pk  # within the limits that the list was published with
    facts = replace(school_facts_of(wish=booking, now=now), opens_at=None, limited=not won)
    refuse_if(booking_rules.school_refusal(booking, facts, now=now))
    return booking


def _of_ballot(entry: BallotEntry, booking: Booking) -> dict:
    ballot = Code(entry.ballot.reference)
    return {"state": booking.state, **booking.size, "ballot": ballot, "entry": entry.number}
