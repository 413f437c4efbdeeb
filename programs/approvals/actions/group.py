"""The size of a group, through the seat guard; whoever approved a smaller one is asked again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.approvals.actions.approvals import ask_about_change, let_stand
from programs.approvals.queries import consents_of, count_fixed_at
from programs.approvals.rules import group as sizes
from programs.approvals.rules.papers import Checklist
from programs.bookings.actions import guard
from programs.bookings.actions.waiting import confirm_by, promote_waiting
from programs.bookings.choices import BookingState
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking
from programs.bookings.policy import may_manage
from programs.bookings.queries import somebody_first
from programs.centres.queries.sessions import pupils_per_adult
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.core.versions import refuse_if_stale


@transaction.atomic
def change_group(
    *, booking_id: int, pupils: int, adults: int, girls: int | None = None, version: str, by: User
) -> Booking:
    """Change the size of the group: its booked size before confirming, its confirmed size after.

    Places that it gives up go to the waiting list at once. Whoever approved a smaller group is asked again. The same
    size again changes nothing. Raises PermissionDenied, and ``Refused`` with the obstacle or with ``changed_meanwhile``.
    """
    now = timezone.now()
    booking = guard.lock_booking(booking_id=booking_id)
    must(may_manage(by, booking))
    changes = _changes(booking, pupils=pupils, adults=adults, girls=girls)
    before = {name: getattr(booking, name) for name in changes}
    if before == changes:
        return booking
    refuse_if_stale(version, booking.size_now)
    refuse_if(
        sizes.resize_refusal(
            booking,
            pupils=pupils,
            adults=adults,
            girls=girls,
            pupils_per_adult=pupils_per_adult(booking.session.field_trip, booking.grade),
            # Names are compared with what was booked: a confirmed group may be smaller than its list.
            fixed_at=count_fixed_at(booking.session),
            named=0 if booking.state == BookingState.CONFIRMED else booking.roster.count(),
            now=now,
        )
    )
    if booking.state == BookingState.CONFIRMED and booking.approvals.filter(pupils__lt=pupils).exists():
        refuse_if(sizes.no_time_refusal(booking.session, due=confirm_by(session=booking.session, now=now)))
    _resize(booking, pupils=pupils, changes=changes, now=now)
    record(by=by, action="booking.resize", obj=booking, before=before, after=changes)
    ask_about_change(booking=booking, by=by)
    promote_waiting(session=booking.session, now=now)
    return booking


def _changes(booking: Booking, *, pupils: int, adults: int, girls: int | None) -> dict[str, Any]:
    if booking.state == BookingState.CONFIRMED:
        return {"confirmed_pupils": pupils, "confirmed_adults": adults, "girls": girls}
    return {"pupils": pupils, "adults": adults, "girls": girls}


def _resize(booking: Booking, *, pupils: int, changes: dict[str, Any], now: datetime) -> None:
    session = booking.session
    seats = pupils if booking.holds_seats else 0
    more = seats - booking.seats
    others_wait = more > 0 and somebody_first(session, now=now)
    if others_wait or not guard.resize_booking(booking=booking, seats=seats, changes=changes):
        # A session for a single group counts by its capacity here, since nobody else can use the rest.
        left = session.capacity - session.seats_taken
        raise Refused(sizes.no_room_refusal(seats_left=left, others_wait=others_wait))


def fall_back(*, booking: Booking, pupils: int, checklist: Checklist, now: datetime) -> None:
    """A confirmed group that grew is as large again as it was approved: not all of ``checklist`` answered in time.

    The rest of its places goes to the waiting list. The caller holds the session's lock.
    """
    about = {"checklist": checklist, "wished": booking.confirmed_pupils, "coming": pupils}
    _shrink(booking, {"confirmed_pupils": pupils, "girls": None}, action="booking.fall_back")
    let_stand(booking=booking)
    at = f"{now.timestamp():.0f}"
    tell_leader(kind="booking_falls_back", booking=booking, now=now, with_calendar=False, occasion=at, about=about)
    promote_waiting(session=booking.session, now=now)


@transaction.atomic
def lock_count(*, booking_id: int, now: datetime) -> bool:
    """Finalise a confirmed group's head count if it stated none: the number booked minus those without consent."""
    booking = guard.lock_booking(booking_id=booking_id)
    if booking.state != BookingState.CONFIRMED or booking.confirmed_pupils is not None:
        return False
    if now < count_fixed_at(booking.session):
        return False
    staying = consents_of(booking).staying
    coming = max(1, booking.pupils - staying)
    girls = booking.girls if coming == booking.pupils else None
    changes = {"confirmed_pupils": coming, "confirmed_adults": booking.adults, "girls": girls}
    _shrink(booking, changes, action="booking.lock_count")
    if staying:
        about = {"staying": staying, "coming": coming}
        tell_leader(kind="booking_counted", booking=booking, now=now, with_calendar=False, about=about)
    promote_waiting(session=booking.session, now=now)
    return True


def _shrink(booking: Booking, changes: dict[str, int | None], *, action: str) -> None:
    """Without somebody's wish; the number of girls among those still coming is unknown."""
    before = {"pupils": booking.size_now["pupils"], "girls": booking.girls}
    if not guard.resize_booking(booking=booking, seats=changes["confirmed_pupils"] or 0, changes=changes):
        raise RuntimeError(f"Booking {booking.reference} cannot hold fewer places than it has.")
    record(by=None, action=action, obj=booking, before=before, after=changes)
