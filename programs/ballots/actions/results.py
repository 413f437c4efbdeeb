"""Sending the results of a ballot: the winners' bookings, the losers who want to wait, one email to each leader.

Locks are taken as in ``actions.ballot``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.ballots import queries
from programs.ballots import rules as fair
from programs.ballots.actions.entries import wipe
from programs.ballots.actions.running import lock_sessions, lock_to_run, switch_mode
from programs.ballots.choices import BallotState, EntryOutcome, reason_words
from programs.ballots.models import Ballot, BallotEntry
from programs.bookings.actions import guard
from programs.bookings.actions.booking import REFERENCE_PREFIX
from programs.bookings.actions.waiting import confirm_by, promote_waiting
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import school_facts_of
from programs.bookings.rules import booking as booking_rules
from programs.centres.choices import BookingMode
from programs.core.audit import Code, record
from programs.core.references import new_reference
from programs.core.refusals import Refused, refuse_if
from programs.notices.actions import write_message
from programs.schools.models import School


@transaction.atomic
def send_results(*, ballot_id: int, by: User) -> Ballot:
    """Create the winners' bookings through the guard, queue the losers who want to wait, and notify everyone once.

    One transaction: all or nothing. Afterwards any places left can be booked as usual.
    Raises PermissionDenied, and ``Refused``: ``not_drawn``, ``already_sent``.
    """
    now = timezone.now()
    ballot = lock_to_run(ballot_id=ballot_id, by=by)
    refuse_if(fair.send_refusal(ballot))
    keys = lock_sessions(ballot=ballot)
    sessions = queries.sessions_with_day().in_bulk(keys)
    entries = list(queries.entries_of(ballot).order_by("place"))
    _lock_schools(entries)
    for entry in entries:
        entry.session = sessions[entry.session_id]
        _settle(entry, by=by, now=now)
    switch_mode(ballot=ballot, to=BookingMode.FIRST_COME, now=now)
    ballot.state, ballot.sent_at = BallotState.SENT, now
    ballot.save(update_fields=["state", "sent_at"])
    _tell(ballot, entries)
    for session_id in keys:
        # What a winner could not take is offered to those who wait before anybody else can book it.
        promote_waiting(session=sessions[session_id], now=now)
    wipe(entries=ballot.entries.all())
    won = sum(entry.won for entry in entries)
    record(by=by, action="ballot.send", obj=ballot, after={"won": won, "lost": len(entries) - won})
    return ballot


def _lock_schools(entries: Sequence[BallotEntry]) -> None:
    """The schools of all entries, locked in the order of their keys before the first of them is settled.

    Two ballots that are sent at once meet in the same schools, each in its own drawn order: locked one by one, they
    would deadlock.
    """
    schools = School.objects.select_for_update(no_key=True).filter(pk__in={entry.school_id for entry in entries})
    list(schools.order_by("pk").values_list("pk", flat=True))


def _settle(entry: BallotEntry, *, by: User, now: datetime) -> None:
    """Create the booking of a winner, or queue a loser who asked to wait, in the drawn order."""
    if entry.won:
        try:
            with transaction.atomic():
                entry.booking = _book(entry, by=by, now=now)
        except Refused as refused:
            entry.outcome, entry.reason = EntryOutcome.LOST, fair.reason_after_draw(refused.refusal.code)
    if entry.outcome == EntryOutcome.LOST and entry.wait_if_lost:
        try:
            with transaction.atomic():
                entry.booking = _queue(entry, by=by, now=now)
        except Refused:
            entry.booking = None  # what keeps a school from booking keeps it from the list: the letter has the reason
    entry.save(update_fields=["outcome", "reason", "booking"])


def _book(entry: BallotEntry, *, by: User, now: datetime) -> Booking:
    booking = _wish(entry, now=now)
    booking.save(force_insert=True)
    changes = {"papers_due_at": confirm_by(session=entry.session, now=now)}
    if not guard.seat_booking(booking=booking, to=BookingState.HELD, changes=changes):
        raise Refused.because("session_smaller", reason_words("session_smaller"))
    record(by=by, action="booking.hold", obj=booking, after=_of_ballot(entry, booking))
    return booking


def _queue(entry: BallotEntry, *, by: User, now: datetime) -> Booking:
    booking = _wish(entry, now=now)
    booking.waiting_since = now + timedelta(microseconds=entry.place or 0)
    booking.turn_at = entry.session.turn_of(since=now)
    booking.save(force_insert=True)
    record(by=by, action="booking.wait", obj=booking, after=_of_ballot(entry, booking))
    return booking


def _wish(entry: BallotEntry, *, now: datetime) -> Booking:
    """The booking for the entry, judged again: much may have happened since the list was published."""
    session = entry.session
    booking = Booking(
        reference=new_reference(REFERENCE_PREFIX),
        session=session,
        school=entry.school,
        leader=entry.leader,
        state=BookingState.WAITLISTED,
        **vars(entry.group),
    )
    refuse_if(booking_rules.session_refusal(session, now=now, opens_at=now, closes_at=session.starts_at))
    facts = replace(school_facts_of(wish=booking, now=now), opens_at=None)
    refuse_if(booking_rules.school_refusal(booking, facts, now=now))
    return booking


def _of_ballot(entry: BallotEntry, booking: Booking) -> dict:
    ballot = Code(entry.ballot.reference)
    return {"state": booking.state, **booking.size, "ballot": ballot, "entry": entry.number}


def _tell(ballot: Ballot, entries: Sequence[BallotEntry]) -> None:
    """One email to each leader about all the groups they entered."""
    of_leader: dict[int, list[BallotEntry]] = defaultdict(list)
    for entry in entries:
        of_leader[entry.leader_id].append(entry)
    for leader_id, own in of_leader.items():
        write_message(
            kind="ballot_result",
            to=own[0].leader,
            dedupe_key=f"ballot_result:{ballot.pk}:{leader_id}",
            context={
                "ballot": ballot,
                "entries": sorted(own, key=lambda entry: entry.number),
                "total": len(entries),
                "won": sum(entry.won for entry in own),
            },
            link=reverse("ballot_detail", args=[ballot.reference]),
        )
