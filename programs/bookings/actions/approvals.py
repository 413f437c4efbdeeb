"""Approvals of visits: requested as soon as the papers are in, in the order required by the risk."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings import queries as paper_queries
from programs.bookings.actions import guard
from programs.bookings.actions.waiting import promote_waiting
from programs.bookings.choices import ApprovalKind, ApprovalState, BookingState
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking, BookingApproval
from programs.bookings.rules import papers as rules
from programs.bookings.words import parts_of
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.notices.actions import write_message


def ask_approvals(*, booking: Booking) -> list[BookingApproval]:
    """Request the next approvals, once, and not before the papers are in. The caller holds the session's lock."""
    if booking.state not in rules.INCOMPLETE or any(line.paper is None for line in paper_queries.papers_of(booking)):
        return []
    risks = paper_queries.risks_of(booking)
    states = dict(booking.approvals.values_list("kind", "state"))
    asked = []
    for kind in rules.to_ask_now(paper_queries.approvals_needed(risks), states):
        approval = BookingApproval.objects.create(booking=booking, kind=kind)
        _tell_deciders(approval, round_of=1)
        asked.append(approval)
    return asked


def _tell_deciders(approval: BookingApproval, *, round_of: int) -> None:
    booking = approval.booking
    for person in policy.deciders_of(approval):
        with translation.override(person.language):
            words = rules.approval_label(approval.kind, booking.school)
        write_message(
            kind="approval_asked",
            to=person,
            dedupe_key=f"approval_asked:{approval.pk}:{round_of}:{person.pk}",
            context={"booking": booking, "approval": words, **parts_of(booking.session)},
            link=reverse("booking_detail", args=[booking.reference]),
        )


def ask_again(*, booking: Booking, by: User) -> None:
    """A paper changed: request its approvals again. The caller holds the session's lock."""
    given = list(booking.approvals.exclude(state=ApprovalState.ASKED))
    if not given:
        return
    # Only the school's own head is asked at once; the authorities follow after that yes, as the first time.
    booking.approvals.exclude(kind=ApprovalKind.PRINCIPAL).delete()
    booking.approvals.update(state=ApprovalState.ASKED, decided_by=None, decided_at=None, reason="")
    before = {each.kind: each.state for each in given}
    record(by=by, action="booking.ask_again", obj=booking, before=before, after={})
    for approval in booking.approvals.select_related("booking"):
        approval.booking = booking
        _tell_deciders(approval, round_of=int(timezone.now().timestamp()))


@transaction.atomic
def decide_approval(*, approval_id: int, approved: bool, reason: str = "", by: User) -> BookingApproval:
    """Record a yes or a no. A no ends the booking and frees its places.

    Raises PermissionDenied, and ``Refused``: ``not_asked``, ``reason_missing``.
    """
    now = timezone.now()
    booking_id = BookingApproval.objects.values_list("booking_id", flat=True).get(pk=approval_id)
    answer = ApprovalState.APPROVED if approved else ApprovalState.REFUSED
    booking = guard.lock_booking(booking_id=booking_id)
    approval = BookingApproval.objects.get(pk=approval_id)
    must(policy.may_decide(by, booking, approval.kind))
    refuse_if(rules.decision_refusal(booking, approval, approved=approved, reason=reason))
    write_decision(approval=approval, booking=booking, answer=answer, reason=reason, by=by, now=now)
    if approved:
        _go_on(booking, now=now)
    else:
        _refuse(booking, reason=reason, by=by, now=now)
    return approval


def write_decision(
    *, approval: BookingApproval, booking: Booking, answer: ApprovalState, reason: str, by: User, now: datetime
) -> None:
    """The row and its trace. The caller holds the session's lock and has asked whether it may."""
    approval.state, approval.decided_by, approval.decided_at, approval.reason = answer, by, now, reason
    approval.save()
    action = "booking.approve" if answer == ApprovalState.APPROVED else "booking.refuse"
    record(by=by, action=action, obj=booking, after={"approval": approval.kind, "state": answer}, reason=reason)


def _go_on(booking: Booking, *, now: datetime) -> None:
    """After a yes: the next are asked; after the last one the leader may confirm."""
    ask_approvals(booking=booking)
    states = dict(booking.approvals.values_list("kind", "state"))
    if rules.is_approved(paper_queries.approvals_needed(paper_queries.risks_of(booking)), states):
        tell_leader(
            kind="booking_approved", booking=booking, now=now, with_calendar=False, occasion=f"{now.timestamp():.0f}"
        )


def _refuse(booking: Booking, *, reason: str, by: User, now: datetime) -> None:
    guard.end_booking(booking=booking, to=BookingState.REFUSED, reason=reason, now=now)
    tell_leader(kind="booking_refused", booking=booking, now=now, about={"decided_by": by})
    promote_waiting(session=booking.session, now=now)
