"""Groups are checked in, pupils noted, and that nobody came."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.consents.choices import ConsentPurpose
from programs.consents.queries.in_force import in_force
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.core.versions import refuse_if_stale
from programs.visit_days import rules
from programs.visit_days.choices import MarkKind
from programs.visit_days.models import CheckInMark
from programs.visit_days.policy import may_check_in
from programs.visit_days.queries.door import accepted_marks, girls_of, who_came
from programs.visit_days.reading import Arrival, merge_marks, valid_marks

TAKEN_BACK = "taken_back"  # why a mark does not count any more
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
    """Record ``arrival``. A pupil without consent in force at this moment is never recorded as present."""
    present = arrival.present
    without_consent = len(present - in_force(present, ConsentPurpose.TAKE_PART)) if present else 0
    refuse_if(rules.check_in_refusal(booking, arrival, without_consent=without_consent, now=now))
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
    if booking.state == BookingState.ATTENDED:  # a correction: the state stays
        Booking.objects.filter(pk=booking.pk).update(**figures)
        for name, value in figures.items():
            setattr(booking, name, value)
        return
    changes = figures | {"ended_at": None, "state_before": ""}
    if booking.state != BookingState.NO_SHOW:
        guard.move_booking(booking=booking, to=BookingState.ATTENDED, changes=changes)
    elif not guard.seat_booking(booking=booking, to=BookingState.ATTENDED, changes=changes):
        raise Refused(rules.places_gone(booking.session))


def write_no_show(*, booking: Booking, by: User, now: datetime) -> None:
    """Record that the group did not come; its places are released."""
    before = _arrived(booking)
    nobody = {
        "ended_at": now,
        "state_before": booking.state,
        "arrived_pupils": None,
        "arrived_girls": None,
        "arrived_adults": None,
        "checked_in_at": None,
        "checked_in_by": None,
    }
    guard.move_booking(booking=booking, to=BookingState.NO_SHOW, changes=nobody)
    booking.roster.update(attended=False)
    record(by=by, action="booking.no_show", obj=booking, before=before, after=_arrived(booking))


def write_return(*, booking: Booking, by: User, now: datetime) -> None:
    """Undo that the group did not come: it has come as the marks say, or is expected again.

    The caller holds the session's lock. Raises ``Refused``: ``places_gone``, and what ``check_in_refusal`` says.
    """
    before = _arrived(booking)
    booking.roster.update(attended=None)
    arrival = merge_marks(accepted_marks(booking), girls=girls_of(booking))
    if arrival and arrival.came:
        write_arrival(booking=booking, arrival=arrival, by=by, now=now)
    else:
        changes = {"ended_at": None, "state_before": ""}
        if not guard.seat_booking(booking=booking, to=rules.state_to_return_to(booking), changes=changes):
            raise Refused(rules.places_gone(booking.session))
    record(by=by, action="booking.no_show_undone", obj=booking, before=before, after=_arrived(booking))


def note_on_page(*, booking: Booking, arrival: Arrival, by: User, now: datetime) -> None:
    """An entry on the page is a mark like a device's: it replaces everything known when it was made."""
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
            "replaces": [mark.mark_id for mark in valid_marks(accepted_marks(booking))],
        },
    )


@transaction.atomic
def check_in(
    *, booking_id: int, pupils: int, girls: int, adults: int, absent: Collection[int] = (), version: str, by: User
) -> Booking:
    """Record who actually came; repeating it corrects the figures until the session is closed.

    ``absent`` are pupils on the list of participants who did not come. A pupil without consent in force at this moment
    is never recorded as present.
    Raises PermissionDenied, and ``Refused``: what ``check_in_refusal`` says, ``full``, and ``changed_meanwhile`` when
    what is recorded, or what people say of it, is not what was read at ``version``.
    """
    now = timezone.now()
    booking = guard.lock_booking(booking_id=booking_id)
    must(may_check_in(by, booking))
    listed = set(booking.roster.values_list("pupil_id", flat=True))
    present = listed - set(absent)
    stored = who_came(booking)
    typed = {"pupils": pupils, "girls": girls, "adults": adults, "present": sorted(present)}
    if stored != typed | {"disputed": []}:  # whoever decides between two words has read both
        refuse_if_stale(version, stored)
    arrival = Arrival(
        came=True,
        pupils=pupils,
        girls=girls,
        adults=adults,
        present=frozenset(present),
        named=bool(listed),
        first_seen=now,
    )
    write_arrival(booking=booking, arrival=arrival, by=by, now=now)
    note_on_page(booking=booking, arrival=arrival, by=by, now=now)
    return booking


@transaction.atomic
def mark_no_show(*, booking_id: int, by: User) -> Booking:
    """Record that a group did not come; its places are released.

    Raises PermissionDenied, and ``Refused``: ``not_begun``, ``already_absent``, ``session_closed``.
    """
    now = timezone.now()
    booking = guard.lock_booking(booking_id=booking_id)
    must(may_check_in(by, booking))
    refuse_if(rules.no_show_refusal(booking, now=now))
    write_no_show(booking=booking, by=by, now=now)
    note_on_page(booking=booking, arrival=Arrival(came=False), by=by, now=now)
    return booking


@transaction.atomic
def take_back_no_show(*, booking_id: int, by: User) -> Booking:
    """The group has come after all, or may still come: what was known of it before counts again.

    Raises PermissionDenied, and ``Refused``: ``not_absent``, ``session_closed``, ``places_gone``.
    """
    booking = guard.lock_booking(booking_id=booking_id)
    must(may_check_in(by, booking))
    refuse_if(rules.take_back_refusal(booking))
    booking.marks.that_count().filter(kind=MarkKind.NO_SHOW).update(refusal=TAKEN_BACK)
    write_return(booking=booking, by=by, now=timezone.now())
    return booking
