"""The waiting list: free places are offered to whole groups, once each, and held while the offer is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.functional import lazy

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking
from programs.bookings.queries.booking import waiting_place
from programs.bookings.queries.bookings import answer_link
from programs.bookings.rules import waiting as line
from programs.bookings.rules.papers import papers_due
from programs.centres.models import Session
from programs.core.audit import Code, record
from programs.core.refusals import refuse_if
from programs.schools.choices import WORKING_STATES
from programs.schools.queries.roles import roles_of

# In the language of the email that contains them.
said_later = lazy(line.policy_words, str)
said_of_size = lazy(line.too_large_words, str)


def confirm_by(*, session: Session, now: datetime) -> datetime:
    """Until when a school should complete its papers."""
    days = session.field_trip.centre.confirm_days
    return papers_due(starts_at=session.starts_at, confirm_days=days, now=now)


def promote_waiting(*, session: Session, now: datetime) -> list[Booking]:
    """Offer the free places of ``session`` to its waiting list by its policy; one message to each group.

    The caller holds the session's lock. In the last hours before the session the list no longer moves.
    """
    if not _moves(session, now=now):
        return []
    session.refresh_from_db(fields=["seats_taken", "capacity", "state"])
    waiting = session.bookings.waiting().filter(school__state__in=WORKING_STATES)
    queue = list(waiting.select_related("school", "class_group", "leader"))
    sizes = [(booking.pk, booking.pupils) for booking in queue]
    chosen = line.promotable(
        sizes,
        seats_left=session.seats_left,
        capacity=session.capacity,
        policy=session.waiting_policy,
        one_group=session.one_group,
    )
    offered = [_offer(booking, session=session, now=now) for booking in queue if booking.pk in chosen]
    _note_passed_over(queue, line.passed_over(sizes, chosen), in_favour_of=offered)
    return offered


def _moves(session: Session, *, now: datetime) -> bool:
    return line.list_moves(
        now=now,
        opens_at=session.booking_opens_at,
        closes_at=session.booking_closes_at,
        starts_at=session.starts_at,
    )


def _offer(booking: Booking, *, session: Session, now: datetime) -> Booking:
    booking.session = session
    ends = line.offer_ends(now=now, hours=session.field_trip.centre.offer_hours, starts_at=session.starts_at)
    changes = {"offered_at": now, "offer_expires_at": ends}
    if not guard.seat_booking(booking=booking, to=BookingState.OFFERED, changes=changes):
        raise RuntimeError(f"The guard and the rule differ on the places of session {session.pk}.")
    before, after = {"state": BookingState.WAITLISTED}, {"state": booking.state, "until": ends}
    record(by=None, action="booking.offer", obj=booking, before=before, after=after)
    tell_leader(
        kind="booking_offered",
        booking=booking,
        now=now,
        with_calendar=False,
        about={"answer_url": answer_link(booking)},
    )
    return booking


def _note_passed_over(queue: Sequence[Booking], passed: Sequence[int], *, in_favour_of: Sequence[Booking]) -> None:
    after = {"in_favour_of": [Code(booking.reference) for booking in in_favour_of]}
    for booking in queue:
        if booking.pk in passed:
            record(by=None, action="booking.passed_over", obj=booking, before={"pupils": booking.pupils}, after=after)


def tell_too_large(*, session: Session, capacity_before: int, now: datetime) -> None:
    """Tell those who wait and have just become larger than the whole session what they can do.

    The caller holds the session's lock and has lowered its capacity.
    """
    waiting = session.bookings.waiting().filter(pupils__gt=session.capacity, pupils__lte=capacity_before)
    for booking in waiting.select_related("school", "class_group", "leader"):
        booking.session = session
        after = {"pupils": booking.pupils, "capacity": session.capacity}
        record(by=None, action="booking.too_large", obj=booking, after=after)
        tell_leader(
            kind="session_smaller",
            booking=booking,
            now=now,
            with_calendar=False,
            occasion=now.isoformat(),  # capacity may go up and down again
            about={
                "answer_url": answer_link(booking),
                "too_large": said_of_size(pupils=booking.pupils, capacity=session.capacity),
            },
        )


def about_waiting(*, booking: Booking) -> dict[str, Any]:
    """What a group is told when it joins the list: its place, the rule, and how to leave."""
    session = booking.session
    return {
        "answer_url": answer_link(booking),
        "place": waiting_place(booking),
        "policy": said_later(session.waiting_policy, one_group=session.one_group),
    }


def may_answer(*, booking: Booking, by: User) -> bool:
    """Whether this person may accept or decline the places for the group."""
    roles = roles_of(by)
    return policy.can_manage_booking(roles, user_id=by.pk, leader_id=booking.leader_id, school=booking.school)


def accept_offer(*, booking_id: int, by: User) -> Booking:
    """Accept the offered places: from now on they are held like any others. Repeating this changes nothing.

    ``by`` is the group's leader if the personal link from the email was used.
    """
    now = timezone.now()
    with transaction.atomic():
        booking = guard.lock_booking(booking_id=booking_id)
        if not may_answer(booking=booking, by=by):
            raise PermissionDenied
        if booking.state == BookingState.HELD and booking.offered_at is not None:
            return booking
        refuse_if(line.accept_refusal(state=booking.state, now=now, expires_at=booking.offer_expires_at))
        due = confirm_by(session=booking.session, now=now)
        guard.move_booking(booking=booking, to=BookingState.HELD, changes={"papers_due_at": due})
        before, after = {"state": BookingState.OFFERED}, {"state": booking.state}
        record(by=by, action="booking.accept", obj=booking, before=before, after=after)
        tell_leader(kind="booking_held", booking=booking, now=now)
    return booking


def leave_waiting(*, booking_id: int, by: User) -> Booking:
    """Leave the list, or decline the offer: the places go to the next group. Repeating this changes nothing."""
    now = timezone.now()
    with transaction.atomic():
        booking = guard.lock_booking(booking_id=booking_id)
        if not may_answer(booking=booking, by=by):
            raise PermissionDenied
        if booking.state == BookingState.CANCELLED_BY_SCHOOL and booking.waiting_since is not None:
            return booking
        refuse_if(line.leave_refusal(state=booking.state, now=now, starts_at=booking.session.starts_at))
        before = booking.state
        guard.move_booking(booking=booking, to=BookingState.CANCELLED_BY_SCHOOL, changes={"ended_at": now})
        action = "booking.decline" if before == BookingState.OFFERED else "booking.leave"
        record(by=by, action=action, obj=booking, before={"state": before}, after={"state": booking.state})
        promote_waiting(session=booking.session, now=now)
    return booking


def expire_offer(*, booking_id: int, now: datetime) -> bool:
    """End an offer that nobody answered and offer the places to the next group; False when it was answered."""
    with transaction.atomic():
        booking = guard.lock_booking(booking_id=booking_id)
        unanswered = booking.state == BookingState.OFFERED and booking.offer_expires_at is not None
        if not unanswered or booking.offer_expires_at > now:
            return False
        guard.move_booking(booking=booking, to=BookingState.EXPIRED, changes={"ended_at": now})
        before, after = {"state": BookingState.OFFERED}, {"state": booking.state}
        record(by=None, action="booking.offer_expired", obj=booking, before=before, after=after)
        tell_leader(kind="booking_offer_expired", booking=booking, now=now, with_calendar=False)
        promote_waiting(session=booking.session, now=now)
    return True
