"""Marks of devices that were offline: each processed once, merged, and answered one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import Refusal, Refused, refuse_if
from programs.core.versions import version_of
from programs.pupils.choices import Gender
from programs.visit_days import rules
from programs.visit_days.actions.arrivals import note_on_page, write_arrival, write_no_show
from programs.visit_days.actions.closing import settle, shut, unlock, unsettle
from programs.visit_days.choices import LateDecision
from programs.visit_days.models import CheckInMark
from programs.visit_days.policy import may_check_in, may_decide_late, may_send_mark, may_settle
from programs.visit_days.queries.door import accepted_marks, girls_of
from programs.visit_days.reading import Mark, credible_time, disputed_marks, merge_marks
from programs.visit_days.rules import mark_refusal


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
    must(known is None or may_send_mark(by, known, booking))
    if known and not known.refusal:
        return None
    waits = rules.arrives_late(booking, mark)
    refusal = _merged(booking, mark, by=by, now=now, waits=waits)
    _keep(booking, mark, device=device, by=by, refusal=refusal, waits=waits and refusal is None)
    if carried_by:
        record(by=carried_by, action="booking.mark_carried", obj=booking)
    return refusal


@transaction.atomic
def decide_late_mark(*, mark_id: int, accepted: bool, by: User) -> CheckInMark:
    """Let a mark that arrived after the closing count with the others, or leave what is recorded as it is.

    The session stays closed: only the figures of this group follow. Raises PermissionDenied for all but the centre's
    managers, and ``Refused``: ``decided``, and what ``check_in_refusal`` says.
    """
    now = timezone.now()
    booking_id = CheckInMark.objects.values_list("booking_id", flat=True).get(pk=mark_id)
    booking = guard.lock_booking(booking_id=booking_id)
    row = CheckInMark.objects.get(pk=mark_id)
    row.booking = booking
    must(may_decide_late(by, row))
    refuse_if(rules.late_mark_refusal(row.decision))
    row.decision = LateDecision.ACCEPTED if accepted else LateDecision.LEFT
    row.decided_by, row.decided_at = by, now
    row.save(update_fields=["decision", "decided_by", "decided_at"])
    if accepted:
        _let_count(booking, by=by, now=now)
    record(by=by, action="booking.late_mark", obj=booking, after={"decision": row.decision})
    return row


@transaction.atomic
def settle_dispute(*, booking_id: int, mark_id: str, version: str, by: User) -> Booking:
    """Decide, after the session was closed, which of the records that do not agree is right.

    ``mark_id`` names the record; empty, what is recorded now stays, with everyone whom one of them saw. The decision is
    itself a record, which replaces the others; the session stays closed. Raises PermissionDenied for all but the
    centre's managers, and ``Refused``: ``not_closed``, ``decided``, ``changed_meanwhile``, and what
    ``check_in_refusal`` says.
    """
    now = timezone.now()
    booking = guard.lock_booking(booking_id=booking_id)
    must(may_settle(by, booking))
    disputed = disputed_marks(accepted_marks(booking))
    refuse_if(rules.dispute_refusal(booking, disputed=len(disputed)))
    stored = {"disputed": [mark.mark_id for mark in disputed]}
    if version != version_of(stored):
        raise Refused(rules.other_doubts(), stored=stored)
    right = [mark for mark in disputed if mark_id in ("", mark.mark_id)]
    arrival = merge_marks(right, girls=girls_of(booking))
    if arrival is None:
        raise Refused(rules.other_doubts(), stored=stored)
    note_on_page(booking=booking, arrival=arrival, by=by, now=now)
    _let_count(booking, by=by, now=now)
    record(by=by, action="booking.dispute", obj=booking)
    return booking


def _let_count(booking: Booking, *, by: User, now: datetime) -> None:
    """Write what all marks of a group say together; a closed session is open for it only inside this transaction."""
    session = booking.session
    closed_by, closed_at = session.closed_by, session.closed_at
    if closed_at is not None:
        unlock(session=session)
        if booking.state == BookingState.CLOSED:
            unsettle(booking=booking, by=by, now=now)
    arrival = merge_marks(accepted_marks(booking), girls=girls_of(booking))
    if arrival and arrival.came:
        write_arrival(booking=booking, arrival=arrival, by=by, now=now)
    elif booking.state != BookingState.NO_SHOW:
        write_no_show(booking=booking, by=by, now=now)
    if closed_at is not None:
        settle(booking=booking, by=by, now=closed_at)
        shut(session=session, by=closed_by, now=closed_at)


def _merged(booking: Booking, mark: Mark, *, by: User, now: datetime, waits: bool = False) -> Refusal | None:
    """Write what all marks say together, unless this one ``waits``; the reason when it may not join them."""
    roster = list(booking.roster.values_list("pupil_id", "pupil__gender"))
    girls = {pupil_id for pupil_id, gender in roster if gender == Gender.FEMALE}
    arrival = merge_marks([*accepted_marks(booking), mark], girls=girls)
    try:
        with transaction.atomic():
            refuse_if(mark_refusal(mark, listed={pupil_id for pupil_id, _gender in roster}))
            if waits:
                return None
            if arrival and arrival.came:
                write_arrival(booking=booking, arrival=arrival, by=by, now=now)
            elif booking.state != BookingState.NO_SHOW:
                refuse_if(rules.no_show_refusal(booking, now=now))
                write_no_show(booking=booking, by=by, now=now)
    except Refused as refused:
        return refused.refusal
    return None


def _keep(booking: Booking, mark: Mark, *, device: str, by: User, refusal: Refusal | None, waits: bool) -> None:
    CheckInMark.objects.update_or_create(
        mark_id=UUID(mark.mark_id),
        defaults={
            "booking": booking,
            "device": device,
            "kind": mark.kind,
            "made_at": mark.made_at,
            "by": by,
            "refusal": refusal.code[:30] if refusal else "",
            "decision": LateDecision.WAITS if waits else "",
            "payload": {
                "pupils": mark.pupils,
                "girls": mark.girls,
                "adults": mark.adults,
                "present": sorted(mark.present),
                "replaces": sorted(mark.replaces),
            },
        },
    )
