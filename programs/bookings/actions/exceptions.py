"""Places by exception: a person takes responsibility with a reason, and the audit log keeps both (CASES B06)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking
from programs.bookings.rules.papers import papers_due
from programs.bookings.rules.waiting import capacity_missing, exception_refusal
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if


@transaction.atomic
def give_places_by_exception(*, booking_id: int, reason: str, by: User) -> Booking:
    """Let a waiting group in and enlarge the session as needed, up to the size of its room.

    Raises ``Refused`` with the obstacle, and PermissionDenied for all but the centre's manager and the department.
    """
    now = timezone.now()
    booking = guard.lock_booking(booking_id=booking_id)
    must(policy.may_make_exception(by, booking))
    refuse_if(exception_refusal(booking, now=now))
    session = booking.session
    before = {"state": booking.state, "capacity": session.capacity}
    if missing := capacity_missing(booking):
        guard.raise_capacity(session=session, seats=missing)
    changes = {"papers_due_at": papers_due(session, now=now), "override_reason": reason, "override_by": by}
    if not guard.seat_booking(booking=booking, to=BookingState.HELD, changes=changes):
        raise RuntimeError(f"Session {session.pk} grew, and still has no places for {booking.reference}.")
    after = {"state": booking.state, "capacity": session.capacity}
    record(by=by, action="booking.exception", obj=booking, before=before, after=after, reason=reason)
    tell_leader(kind="booking_held", booking=booking, now=now)
    return booking
