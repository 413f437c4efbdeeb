"""A group that nobody expects is at the door: its booking is written on the spot."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.actions.booking import REFERENCE_PREFIX
from programs.bookings.choices import BookingState
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking, RosterEntry
from programs.bookings.queries import BOOKING_PARTS
from programs.bookings.rules.waiting import IN_LINE
from programs.centres.actions import locks
from programs.centres.models import Session
from programs.core.audit import record
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.references import under_reference
from programs.core.refusals import refuse_if
from programs.pupils.models import ClassGroup
from programs.schools.models import School
from programs.visit_days import rules
from programs.visit_days.actions.arrivals import note_on_page, write_arrival
from programs.visit_days.policy import may_enlarge, may_let_in
from programs.visit_days.queries.unannounced import cancelled_for, class_is_here_as, speaks_for
from programs.visit_days.reading import Arrival


@transaction.atomic
@once("booking.unannounced", returns=Booking)
def let_in(
    *,
    session_id: int,
    school: School,
    class_group: ClassGroup | None,
    pupils: int,
    girls: int,
    adults: int,
    contact_phone: str,
    reason: str = "",
    by: User,
    key: str,
) -> Booking:
    """Write a booking for a group that came without one, and check it in.

    Where the places do not suffice, a manager of the centre enlarges the session with a ``reason``, up to its room.
    A class that had cancelled brings its list of participants with it.

    Raises PermissionDenied, and ``Refused``: what ``unannounced_refusal`` says.
    """
    now = timezone.now()
    session = locks.lock_session(session_id=session_id)
    must(may_let_in(by, session))
    _end_waiting(session, class_group, by=by, now=now)
    arrival = Arrival(came=True, pupils=pupils, girls=girls, adults=adults, first_seen=now)
    here, manager = class_is_here_as(session, class_group), may_enlarge(by, session)
    refuse_if(
        rules.unannounced_refusal(session, arrival, class_is_here_as=here, may_enlarge=manager, reason=reason, now=now)
    )
    missing = rules.places_missing(session, pupils=pupils)
    if missing:
        guard.raise_capacity(session=session, seats=missing)
    booking = Booking(
        session=session,
        school=school,
        class_group=class_group,
        leader=speaks_for(school, class_group) or by,
        pupils=pupils,
        adults=adults,
        contact_phone=contact_phone,
        override_reason=reason if missing else "",
        override_by=by if missing else None,
    )
    _write(booking, by=by)
    if missing:
        after = {"capacity": session.capacity}
        record(by=by, action="booking.exception", obj=booking, after=after, reason=reason)
    write_arrival(booking=booking, arrival=arrival, by=by, now=now)
    note_on_page(booking=booking, arrival=arrival, by=by, now=now)
    if booking.leader != by:
        tell_leader(kind="group_let_in", booking=booking, now=now, with_calendar=False)
    return booking


def _end_waiting(session: Session, class_group: ClassGroup | None, *, by: User, now: datetime) -> None:
    """A class that waits and comes all the same waits no longer: it has one booking of the session."""
    if class_group is None:
        return
    for booking in session.bookings.filter(class_group=class_group, state__in=IN_LINE).select_related(*BOOKING_PARTS):
        before = {"state": booking.state}
        guard.end_booking(booking=booking, to=BookingState.EXPIRED, reason=_("came unannounced"), now=now)
        record(by=by, action="booking.leave", obj=booking, before=before, after={"state": booking.state})
    session.refresh_from_db(fields=["seats_taken"])


def _write(booking: Booking, *, by: User) -> None:
    """The row with its places; the caller holds the session's lock and has seen that they are there."""
    session = booking.session
    if not guard.take_seats(session_id=session.pk, seats=booking.pupils):
        raise RuntimeError(f"The guard and the rule differ on the places of session {session.pk}.")
    booking.state, booking.seats, booking.unannounced = BookingState.CONFIRMED, booking.pupils, True
    under_reference(Booking, REFERENCE_PREFIX, lambda reference: _insert(booking, reference))
    _bring_list(booking, session)
    record(by=by, action="booking.unannounced", obj=booking, after={"state": booking.state, **booking.size})


def _insert(booking: Booking, reference: str) -> None:
    booking.reference = reference
    booking.save(force_insert=True)


def _bring_list(booking: Booking, session: Session) -> None:
    """The list of participants of the booking that this class had cancelled."""
    if booking.class_group is None:
        return
    earlier = cancelled_for(session).filter(class_group=booking.class_group).order_by("-ended_at", "-pk").first()
    names = earlier.roster.values_list("pupil_id", flat=True) if earlier else []
    RosterEntry.objects.bulk_create([RosterEntry(booking=booking, pupil_id=pupil_id) for pupil_id in names])
