"""Confirming a visit once everything on its list is complete."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.approvals import policy
from programs.approvals import queries as paper_queries
from programs.approvals.actions.approvals import write_decision
from programs.approvals.models import BookingApproval
from programs.approvals.rules.papers import confirm_refusal
from programs.authorities.choices import ApprovalKind, ApprovalState
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking
from programs.bookings.policy import may_manage
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if


@transaction.atomic
def confirm_booking(*, booking_id: int, by: User, alternative: str = "") -> Booking:
    """The school declares that its papers are complete.

    ``alternative`` is what pupils who stay at school without consent do instead. People who may approve for the school
    approve by confirming. Raises PermissionDenied, and ``Refused`` with what is missing.
    """
    now = timezone.now()
    booking = guard.lock_booking(booking_id=booking_id)
    must(may_manage(by, booking))
    checklist = paper_queries.checklist_of(booking)
    own_yes = policy.approves_by_confirming(by, checklist)
    refuse_if(confirm_refusal(checklist, alternative=alternative, own_yes=own_yes, now=now))
    if own_yes:
        _approve(booking, by=by, now=now)
    _confirm(booking, staying=checklist.consents.staying, alternative=alternative, by=by, now=now)
    return booking


def _approve(booking: Booking, *, by: User, now: datetime) -> None:
    approval, _created = BookingApproval.objects.get_or_create(booking=booking, kind=ApprovalKind.PRINCIPAL)
    write_decision(approval=approval, booking=booking, answer=ApprovalState.APPROVED, reason="", by=by, now=now)


def _confirm(booking: Booking, *, staying: int, alternative: str, by: User, now: datetime) -> None:
    before = booking.state
    changes = {"confirmed_at": now, "alternative": alternative or booking.alternative}
    guard.move_booking(booking=booking, to=BookingState.CONFIRMED, changes=changes)
    after = {"state": booking.state, "staying": staying}
    record(by=by, action="booking.confirm", obj=booking, before={"state": before}, after=after, reason=alternative)
    tell_leader(kind="booking_confirmed", booking=booking, now=now)
