"""The waiting list moves up when places come free."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from programs.core.audit import record
from programs.schools.choices import WORKING_STATES
from programs.visits import rules
from programs.visits.actions import guard
from programs.visits.actions.messages import tell_leader
from programs.visits.choices import BookingState
from programs.visits.models import Booking, Session


def confirm_by(*, session: Session, now: datetime) -> datetime:
    """Until when a school should confirm: the end of the centre's last day for it, or the start if that is past."""
    day = timezone.localtime(session.starts_at).date() - timedelta(days=session.field_trip.centre.confirm_days)
    due = timezone.make_aware(datetime.combine(day, time(23, 59)))
    return due if due > now else session.starts_at


def promote_waiting(*, session: Session, now: datetime) -> list[Booking]:
    """Give the free places of ``session`` to its waiting list by its policy; one message to each group.

    The caller holds the session's lock. After booking has closed the list stands still.
    """
    if not session.booking_opens_at <= now < session.booking_closes_at:
        return []
    session.refresh_from_db(fields=["seats_taken", "state"])
    waiting = session.bookings.waiting().filter(school__state__in=WORKING_STATES)
    queue = list(waiting.select_related("school", "class_group", "leader"))
    chosen = rules.promotable(
        [(booking.pk, booking.pupils) for booking in queue],
        seats_left=session.seats_left,
        policy=session.waiting_policy,
        one_group=session.one_group,
    )
    return [_promote(booking, session=session, now=now) for booking in queue if booking.pk in chosen]


def _promote(booking: Booking, *, session: Session, now: datetime) -> Booking:
    booking.session = session
    if not guard.take_seats(session_id=session.pk, seats=booking.pupils):
        raise RuntimeError(f"The guard and the rule differ on the places of session {session.pk}.")
    changes = {"papers_due_at": confirm_by(session=session, now=now)}
    guard.move_booking(booking=booking, to=BookingState.HELD, changes=changes)
    record(
        by=None,
        action="booking.promote",
        obj=booking,
        before={"state": BookingState.WAITLISTED},
        after={"state": booking.state},
    )
    tell_leader(kind="booking_promoted", booking=booking, now=now)
    return booking
