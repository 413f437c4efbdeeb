"""Marks of devices that were offline: each processed once, merged, and answered one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import Refusal, Refused, refuse_if
from programs.pupils.choices import Gender
from programs.visit_days import rules
from programs.visit_days.actions.arrivals import write_arrival, write_no_show
from programs.visit_days.models import CheckInMark
from programs.visit_days.policy import may_check_in
from programs.visit_days.queries.door import accepted_marks
from programs.visit_days.rules import Mark, credible_time, mark_refusal, merge_marks


@transaction.atomic
def take_mark(
    *, booking_id: int, mark: Mark, device: str, by: User, now: datetime, carried_by: User | None = None
) -> Refusal | None:
    """Process one mark from a device; return the reason if it changed nothing. The same mark again changes nothing.

    A refused mark is kept with its reason and may be sent again, since the reason may no longer apply. A mark that
    waited on a shared device is sent by whoever uses it now (``carried_by``) and stays its maker's word.
    Raises PermissionDenied, also for an identifier that is somebody else's.
    """
    booking = guard.lock_booking(booking_id=booking_id)
    must(may_check_in(by, booking) and may_check_in(carried_by or by, booking))
    mark = replace(mark, made_at=credible_time(mark.made_at, booking=booking, now=now))
    known = CheckInMark.objects.filter(mark_id=UUID(mark.mark_id)).first()
    must(known is None or (known.booking_id == booking.pk and known.by_id == by.pk))
    if known and not known.refusal:
        return None
    refusal = _merged(booking, mark, by=by, now=now)
    _keep(booking, mark, device=device, by=by, refusal=refusal)
    if carried_by:
        record(by=carried_by, action="booking.mark_carried", obj=booking)
    return refusal


def _merged(booking: Booking, mark: Mark, *, by: User, now: datetime) -> Refusal | None:
    """Write what all marks say together; the reason when this one may not join them."""
    roster = list(booking.roster.values_list("pupil_id", "pupil__gender"))
    girls = {pupil_id for pupil_id, gender in roster if gender == Gender.FEMALE}
    arrival = merge_marks([*accepted_marks(booking), mark], girls=girls)
    try:
        with transaction.atomic():
            refuse_if(mark_refusal(mark, listed={pupil_id for pupil_id, _gender in roster}))
            if arrival and arrival.came:
                write_arrival(booking=booking, arrival=arrival, by=by, now=now)
            elif booking.state != BookingState.NO_SHOW:
                refuse_if(rules.no_show_refusal(booking, now=now))
                write_no_show(booking=booking, by=by)
    except Refused as refused:
        return refused.refusal
    return None


def _keep(booking: Booking, mark: Mark, *, device: str, by: User, refusal: Refusal | None) -> None:
    CheckInMark.objects.update_or_create(
        mark_id=UUID(mark.mark_id),
        defaults={
            "booking": booking,
            "device": device,
            "kind": mark.kind,
            "made_at": mark.made_at,
            "by": by,
            "refusal": refusal.code[:30] if refusal else "",
            "payload": {
                "pupils": mark.pupils,
                "girls": mark.girls,
                "adults": mark.adults,
                "present": sorted(mark.present),
                "replaces": sorted(mark.replaces),
            },
        },
    )
