"""Writing down who came, whoever noted it: the page, or a device that was out of reach.

The caller holds the session's lock.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.refusals import Refused, refuse_if
from programs.schools.choices import ConsentPurpose
from programs.schools.queries.consents import in_force
from programs.visits import rules
from programs.visits.actions import guard
from programs.visits.choices import BookingState, MarkKind
from programs.visits.models import Booking, CheckInMark
from programs.visits.queries.door import accepted_marks
from programs.visits.rules.marks import Arrival, standing_marks

PAGE = "page"  # the "device" of what was written on the page itself


def _arrived(booking: Booking) -> dict:
    """The figures of who came, as the audit log keeps them."""
    return {
        "state": booking.state,
        "pupils": booking.arrived_pupils,
        "girls": booking.arrived_girls,
        "adults": booking.arrived_adults,
    }


def write_arrival(*, booking: Booking, arrival: Arrival, by: User, now: datetime) -> None:
    """Write ``arrival`` down. A pupil without a consent in force at this moment is never written as present."""
    session, present = booking.session, arrival.present
    refuse_if(
        rules.check_in_refusal(
            rules.CheckInFacts(
                now=now,
                starts_at=session.starts_at,
                session_state=session.state,
                state=booking.state,
                capacity=session.capacity,
                pupils=arrival.pupils,
                girls=arrival.girls,
                adults=arrival.adults,
                ticked=len(present),
                without_consent=len(present - in_force(present, ConsentPurpose.TAKE_PART)) if present else 0,
            )
        )
    )
    before = _arrived(booking)
    first_seen = arrival.first_seen or now
    figures = {
        "arrived_pupils": arrival.pupils,
        "arrived_girls": arrival.girls,
        "arrived_adults": arrival.adults,
        # A correction does not make a group late.
        "checked_in_at": min(booking.checked_in_at or first_seen, first_seen),
        "checked_in_by": by,
    }
    _move(booking, figures)
    if arrival.named:
        booking.roster.exclude(pupil_id__in=present).update(attended=False)
        booking.roster.filter(pupil_id__in=present).update(attended=True)
    if before != _arrived(booking):
        record(by=by, action="booking.check_in", obj=booking, before=before, after=_arrived(booking))


def _move(booking: Booking, figures: dict) -> None:
    if booking.state == BookingState.ATTENDED:  # a correction: the state stands
        Booking.objects.filter(pk=booking.pk).update(**figures)
        for name, value in figures.items():
            setattr(booking, name, value)
        return
    changes = figures | {"ended_at": None}
    if booking.state != BookingState.NO_SHOW:
        guard.move_booking(booking=booking, to=BookingState.ATTENDED, changes=changes)
    elif not guard.seat_booking(booking=booking, to=BookingState.ATTENDED, changes=changes):
        raise Refused(rules.full_refusal(seats_left=booking.session.seats_left))


def write_no_show(*, booking: Booking, by: User) -> None:
    """Write down that the group did not come; its places are given back."""
    before = _arrived(booking)
    nobody = {
        "ended_at": timezone.now(),
        "arrived_pupils": None,
        "arrived_girls": None,
        "arrived_adults": None,
        "checked_in_at": None,
        "checked_in_by": None,
    }
    guard.move_booking(booking=booking, to=BookingState.NO_SHOW, changes=nobody)
    booking.roster.update(attended=False)
    record(by=by, action="booking.no_show", obj=booking, before=before, after=_arrived(booking))


def note_on_page(*, booking: Booking, arrival: Arrival, by: User, now: datetime) -> None:
    """What is written on the page is a mark like a device's: it replaces all that was known when it was written."""
    kind = MarkKind.NO_SHOW
    if arrival.came:
        kind = MarkKind.NAMES if arrival.named else MarkKind.FIGURES
    CheckInMark.objects.create(
        mark_id=uuid.uuid4(),
        booking=booking,
        device=PAGE,
        kind=kind,
        made_at=now,
        by=by,
        payload={
            "pupils": arrival.pupils,
            "girls": arrival.girls,
            "adults": arrival.adults,
            "present": sorted(arrival.present),
            "replaces": [mark.mark_id for mark in standing_marks(accepted_marks(booking))],
        },
    )
