"""Places by exception: a person takes responsibility with a reason, and the audit log keeps both (CASES B06)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings.actions import guard
from programs.bookings.actions.waiting import confirm_by
from programs.bookings.choices import BookingState
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking
from programs.bookings.rules import exceptions
from programs.centres.queries.schedule import managed_centre_ids
from programs.core.audit import record
from programs.core.refusals import refuse_if
from programs.schools.queries.roles import roles_of


def may_except(*, booking: Booking, by: User) -> bool:
    """Whether this person may give places of the booking's session by exception."""
    centre_id = booking.session.field_trip.centre_id
    managed = managed_centre_ids(by)
    return policy.can_make_exception(managed, centre_id, is_department=roles_of(by).is_department)


def exception_facts(*, booking: Booking, now: datetime) -> exceptions.ExceptionFacts:
    """The booking and its session as they were read: for the page before the act, and under the lock for the act."""
    session = booking.session
    return exceptions.ExceptionFacts(
        now=now,
        starts_at=session.starts_at,
        session_state=session.state,
        state=booking.state,
        pupils=booking.pupils,
        seats_left=session.capacity - session.seats_taken,
        capacity=session.capacity,
        room_capacity=session.room.capacity,
        one_group=session.one_group,
        school_working=booking.school.is_working,
    )


def give_places_by_exception(*, booking_id: int, reason: str, by: User) -> Booking:
    """Let a waiting group in and enlarge the session as needed, up to the size of its room.

    Raises ``Refused`` with the obstacle, and PermissionDenied for all but the centre's manager and the
    department. Repeating this changes nothing.
    """
    now = timezone.now()
    with transaction.atomic():
        booking = guard.lock_booking(booking_id=booking_id)
        if not may_except(booking=booking, by=by):
            raise PermissionDenied
        if booking.override_by_id and booking.holds_seats:
            return booking
        session = booking.session
        refuse_if(exceptions.exception_refusal(exception_facts(booking=booking, now=now)))
        before = {"state": booking.state, "capacity": session.capacity}
        _grow(booking)
        changes = {
            "papers_due_at": confirm_by(session=session, now=now),
            "override_reason": reason,
            "override_by": by,
        }
        if not guard.seat_booking(booking=booking, to=BookingState.HELD, changes=changes):
            raise RuntimeError(f"Session {session.pk} grew, and still has no places for {booking.reference}.")
        after = {"state": booking.state, "capacity": session.capacity}
        record(by=by, action="booking.exception", obj=booking, before=before, after=after, reason=reason)
        tell_leader(kind="booking_held", booking=booking, now=now)
    return booking


def _grow(booking: Booking) -> None:
    session = booking.session
    missing = exceptions.capacity_missing(pupils=booking.pupils, seats_left=session.capacity - session.seats_taken)
    if missing:
        guard.raise_capacity(session=session, seats=missing)
