"""The waiting list: free places are offered to whole groups, once each, and held while the offer is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import lazy

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from programs.bookings.emails import answer_link, tell_leader
from programs.bookings.models import Booking
from programs.bookings.queries import list_is_over, lists_that_may_move, waiting_list, waiting_place
from programs.bookings.rules import waiting as line
from programs.bookings.rules.booking import papers_due
from programs.centres.actions.locks import lock_session
from programs.centres.models import Session
from programs.centres.rules import offer_ends, standing_refusal
from programs.centres.words import policy_words
from programs.core.audit import Code, record
from programs.core.calendar import working_days
from programs.core.nets import one_by_one
from programs.core.policy import must
from programs.core.refusals import refuse_if

# In the language of the email that contains it.
said_later = lazy(policy_words, str)


def confirm_by(*, session: Session, now: datetime) -> datetime:
    """Until when a group that is given places now completes its papers, by the school calendar."""
    return papers_due(session, days=working_days(now, session.starts_at), now=now)


def promote_waiting(*, session: Session, now: datetime) -> list[Booking]:
    """Offer the free places of ``session`` to its waiting list by its policy; one message to each group.

    The caller holds the session's lock. In the last hours before the session the list no longer moves.
    """
    session.refresh_from_db(fields=["seats_taken", "capacity", "state", "mode"])
    if standing_refusal(session, now=now):
        return []
    queue = list(waiting_list(Q(session=session)))
    chosen = line.promotable(queue, session, now=now)
    ends = offer_ends(session, days=working_days(now, session.starts_at), now=now) if chosen else None
    if ends is None:
        return []
    for booking in chosen:
        _offer(booking, session=session, ends=ends, now=now)
    _note_passed_over(line.passed_over(queue, chosen), in_favour_of=chosen, now=now)
    return chosen


def move_lists(*, now: datetime) -> int:
    """Let every waiting list move that may move by now, whatever let it: how many lists moved.

    The acts that free places move their own list at once; this is for what comes with time, and with acts of others:
    booking opens, a season or a cluster too, a school is active again, a turn comes. Judged before it is locked, so
    that lists that stand still cost one query together; and again under the lock.
    """
    rows = groupby(lists_that_may_move(now=now), key=attrgetter("session"))
    due = [session for session, queue in rows if _may_move(session, list(queue), now=now)]
    return one_by_one("waiting list", [session.pk for session in due], lambda pk: _move_list(session_id=pk, now=now))


def _may_move(session: Session, queue: Sequence[Booking], *, now: datetime) -> bool:
    return standing_refusal(session, now=now) is None and bool(line.promotable(queue, session, now=now))


@transaction.atomic
def _move_list(*, session_id: int, now: datetime) -> int:
    return len(promote_waiting(session=lock_session(session_id=session_id), now=now))


def _offer(booking: Booking, *, session: Session, ends: datetime, now: datetime) -> None:
    booking.session = session
    changes = {"offered_at": now, "offer_expires_at": ends}
    if not guard.seat_booking(booking=booking, to=BookingState.OFFERED, changes=changes):
        raise RuntimeError(f"The guard and the rule differ on the places of session {session.pk}.")
    before, after = {"state": BookingState.WAITLISTED}, {"state": booking.state, "until": ends}
    record(by=None, action="booking.offer", obj=booking, before=before, after=after)
    about = {"answer_url": answer_link(booking)}
    tell_leader(kind="booking_offered", booking=booking, now=now, with_calendar=False, about=about)


def _note_passed_over(passed: Sequence[Booking], *, in_favour_of: Sequence[Booking], now: datetime) -> None:
    after = {"in_favour_of": [Code(booking.reference) for booking in in_favour_of]}
    for booking in passed:
        booking.passes += 1
        booking.turn_at = line.turn_of(booking, in_favour_of[0].session, now=now)
        booking.save(update_fields=["passes", "turn_at"])
        record(by=None, action="booking.passed_over", obj=booking, before={"pupils": booking.pupils}, after=after)


def about_waiting(*, booking: Booking) -> dict[str, Any]:
    """What a group is told when it joins the list: its place, the rule, and how to leave."""
    session = booking.session
    return {"answer_url": answer_link(booking), "place": waiting_place(booking), "policy": said_later(session)}


def _take_left(booking: Booking, *, by: User, now: datetime) -> Booking:
    """Once the list is over, what is left is for whoever comes first: those who waited need not book again."""
    session = booking.session
    over, waits = list_is_over(session, now=now), waiting_list(Q(session=session)).get(pk=booking.pk)
    waits.session = session
    refuse_if(line.left_refusal(waits, over=over, now=now))
    changes = {"papers_due_at": confirm_by(session=session, now=now)}
    if not guard.seat_booking(booking=booking, to=BookingState.HELD, changes=changes):
        raise RuntimeError(f"The guard and the rule differ on the places of session {session.pk}.")
    before, after = {"state": BookingState.WAITLISTED}, {"state": booking.state}
    record(by=by, action="booking.promote", obj=booking, before=before, after=after)
    tell_leader(kind="booking_held", booking=booking, now=now)
    return booking


@transaction.atomic
def accept_offer(*, booking_id: int, by: User) -> Booking:
    """Accept the offered places, or once the list is over what is left: from now on they are held like any others.

    ``by`` is the group's leader if the personal link from the email was used. Raises PermissionDenied, and ``Refused``:
    ``no_offer``, ``offer_expired``, ``accepted``, ``full``, and what ``session_refusal`` says.
    """
    now = timezone.now()
    booking = guard.lock_booking(booking_id=booking_id)
    must(policy.may_manage(by, booking))
    if booking.state == BookingState.WAITLISTED:
        return _take_left(booking, by=by, now=now)
    refuse_if(line.accept_refusal(booking, now=now))
    changes = {"papers_due_at": confirm_by(session=booking.session, now=now), "warned_at": None}
    guard.move_booking(booking=booking, to=BookingState.HELD, changes=changes)
    before, after = {"state": BookingState.OFFERED}, {"state": booking.state}
    record(by=by, action="booking.accept", obj=booking, before=before, after=after)
    tell_leader(kind="booking_held", booking=booking, now=now)
    return booking


@transaction.atomic
def leave_waiting(*, booking_id: int, by: User) -> Booking:
    """Leave the list, or decline the offer: the places are offered to whoever waits and fits.

    Raises PermissionDenied, and ``Refused``: ``not_waiting``, ``session_past``.
    """
    now = timezone.now()
    booking = guard.lock_booking(booking_id=booking_id)
    must(policy.may_manage(by, booking))
    refuse_if(line.leave_refusal(booking, now=now))
    before = booking.state
    guard.move_booking(booking=booking, to=BookingState.CANCELLED_BY_SCHOOL, changes={"ended_at": now})
    action = "booking.decline" if before == BookingState.OFFERED else "booking.leave"
    record(by=by, action=action, obj=booking, before={"state": before}, after={"state": booking.state})
    promote_waiting(session=booking.session, now=now)
    return booking


@transaction.atomic
def expire_offer(*, booking_id: int, now: datetime) -> bool:
    """End an offer that nobody answered and let the list move; False when it was answered, or not reminded of yet."""
    booking = guard.lock_booking(booking_id=booking_id)
    if not line.offer_lapses(booking, now=now):
        return False
    guard.move_booking(booking=booking, to=BookingState.EXPIRED, changes={"ended_at": now})
    before, after = {"state": BookingState.OFFERED}, {"state": booking.state}
    record(by=None, action="booking.offer_expired", obj=booking, before=before, after=after)
    tell_leader(kind="booking_offer_expired", booking=booking, now=now, with_calendar=False)
    promote_waiting(session=booking.session, now=now)
    return True


# --- By exception --------------------------------------------------------------------------------
@transaction.atomic
def give_places_by_exception(*, booking_id: int, reason: str, by: User) -> Booking:
    """Let a waiting group in and enlarge the session as needed, up to the size of its room.

    Raises ``Refused`` with the obstacle, and PermissionDenied for all but the centre's manager and the department.
    """
    now = timezone.now()
    booking = guard.lock_booking(booking_id=booking_id)
    must(policy.may_make_exception(by, booking))
    refuse_if(line.exception_refusal(booking, now=now))
    session = booking.session
    before = {"state": booking.state, "capacity": session.capacity}
    if missing := line.capacity_missing(booking):
        guard.raise_capacity(session=session, seats=missing)
    changes = {"papers_due_at": confirm_by(session=session, now=now), "override_reason": reason, "override_by": by}
    if not guard.seat_booking(booking=booking, to=BookingState.HELD, changes=changes):
        raise RuntimeError(f"Session {session.pk} grew, and still has no places for {booking.reference}.")
    after = {"state": booking.state, "capacity": session.capacity}
    record(by=by, action="booking.exception", obj=booking, before=before, after=after, reason=reason)
    tell_leader(kind="booking_held", booking=booking, now=now)
    return booking
