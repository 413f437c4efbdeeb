"""Approvals of visits: asked of whoever may answer, in the order required by the risk, and again when it changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from programs.accounts.models import User
from programs.authorities import rules as questions
from programs.authorities.choices import ApprovalState, AskedAgain, StandIn
from programs.authorities.queries import answer_by, approvals_needed, holders_of, whom_to_ask
from programs.bookings import policy
from programs.bookings import queries as paper_queries
from programs.bookings.actions import guard
from programs.bookings.actions.waiting import promote_waiting
from programs.bookings.choices import BookingState
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking, BookingApproval
from programs.bookings.rules import papers as rules
from programs.bookings.words import parts_of
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.notices.actions import write_message

VERBS = {
    ApprovalState.APPROVED: "booking.approve",
    ApprovalState.RETURNED: "booking.return",
    ApprovalState.REFUSED: "booking.refuse",
}


def ask_approvals(*, booking: Booking) -> list[BookingApproval]:
    """Request the next approvals, once, and not before the papers are in. The caller holds the session's lock."""
    missing = any(line.paper is None for line in paper_queries.papers_of(booking))
    if booking.state not in rules.WITH_APPROVALS or missing:
        return []
    needed = approvals_needed(paper_queries.risks_of(booking))
    states = dict(booking.approvals.values_list("kind", "state"))
    asked = [BookingApproval(booking=booking, kind=kind) for kind in questions.to_ask_now(needed, states)]
    for approval in asked:
        _ask(approval, now=timezone.now())
    return asked


def _ask(
    approval: BookingApproval, *, now: datetime, after: str = "", why: str = "", told: Iterable[User] = ()
) -> None:
    """Put it to the first office that somebody holds, behind ``after``; ``told`` get the letter, too."""
    asked = whom_to_ask(approval.kind, approval.booking.school, after=after, why=why)
    approval.asked_of, approval.stands_in, approval.asked_at = asked.office, asked.stands_in, now
    approval.answer_by = answer_by(asked.office, now=now)
    approval.state = ApprovalState.ASKED
    approval.save()
    people = {person.pk: person for person in (*asked.people, *told)}
    for person in people.values():
        _tell(person, approval)


def _tell(person: User, approval: BookingApproval) -> None:
    booking = approval.booking
    with translation.override(person.language):
        about = {
            "approval": questions.approval_label(approval.kind, booking.school),
            "instead_of": questions.stands_in_for(approval, booking.school),
            "why": approval.get_stands_in_display(),
            "again": approval.get_asked_again_display(),
            "moment": approval.answer_by or booking.papers_due_at or booking.session.starts_at,
        }
    write_message(
        kind="approval_asked",
        to=person,
        dedupe_key=f"approval_asked:{approval.pk}:{approval.asked_at.timestamp()}:{person.pk}",
        context={"booking": booking, **about, **parts_of(booking.session)},
        link=reverse("booking_detail", args=[booking.reference]),
    )


# --- Again --------------------------------------------------------------------------------------
def ask_again(*, booking: Booking, because: AskedAgain, by: User | None) -> None:
    """Request every approval again that was answered. The caller holds the session's lock."""
    answered = booking.approvals.exclude(state=ApprovalState.ASKED).select_related("decided_by")
    _again(booking, dict.fromkeys(answered, because), by=by)


def ask_about_change(*, booking: Booking, by: User | None) -> bool:
    """Request the approvals again that were given to a smaller group, another day or another price.

    A confirmed group keeps its places meanwhile. The caller holds the session's lock.
    """
    if booking.state not in rules.WITH_APPROVALS:
        return False
    answered = booking.approvals.select_related("decided_by")
    changed = {approval: why for approval in answered if (why := rules.touched(approval, booking))}
    _again(booking, changed, by=by)
    if changed:
        ask_approvals(booking=booking)  # another price may need another authority
    return bool(changed)


def _again(booking: Booking, answered: dict[BookingApproval, AskedAgain], *, by: User | None) -> None:
    before = {approval.kind: approval.state for approval in answered}
    for approval, because in answered.items():
        approval.booking, approval.asked_again = booking, because
        told = [approval.decided_by] if approval.decided_by else []
        approval.decided_by, approval.decided_at, approval.reason = None, None, ""
        _ask(approval, now=timezone.now(), told=[each for each in told if each.is_active])
    if answered:
        after = {approval.kind: approval.asked_again for approval in answered}
        record(by=by, action="booking.ask_again", obj=booking, before=before, after=after)


@transaction.atomic
def ask_once_more(*, booking_id: int, by: User) -> Booking:
    """The school has mended what was sent back: whoever sent it back is asked again.

    Raises PermissionDenied, and ``Refused``: ``nothing_sent_back``.
    """
    booking = guard.lock_booking(booking_id=booking_id)
    must(policy.may_manage(by, booking))
    refuse_if(rules.ask_again_refusal(paper_queries.checklist_of(booking)))
    returned = booking.approvals.filter(state=ApprovalState.RETURNED).select_related("decided_by")
    _again(booking, dict.fromkeys(returned, AskedAgain.MENDED), by=by)
    return booking


@transaction.atomic
def fall_on(*, booking_id: int, now: datetime) -> bool:
    """Put what nobody answered in time, or nobody can answer any more, to the next authority."""
    booking = guard.lock_booking(booking_id=booking_id)
    if booking.state not in rules.WITH_APPROVALS:
        return False
    waiting = booking.approvals.filter(state=ApprovalState.ASKED)
    return sum(_fall_on(approval, booking, now=now) for approval in waiting) > 0


def _fall_on(approval: BookingApproval, booking: Booking, *, now: datetime, at_once: bool = False) -> bool:
    """``at_once``: the visit has no more time."""
    approval.booking = booking
    before, after = approval.office, questions.chain_after(approval, booking.school)
    silent = at_once or (approval.answer_by is not None and approval.answer_by <= now)
    why = StandIn.SILENT if silent else "" if holders_of(before, booking.school) else StandIn.NOBODY
    if not why or not any(holders_of(office, booking.school) for office in after):
        return False
    _ask(approval, now=now, after=before, why=why)
    said = {"approval": approval.kind, "asked": approval.asked_of, "why": why}
    record(by=None, action="booking.falls_to", obj=booking, before={"asked": before}, after=said)
    return True


# --- Answers ------------------------------------------------------------------------------------
@transaction.atomic
def decide_approval(*, approval_id: int, answer: str, reason: str = "", seen: str, by: User) -> BookingApproval:
    """Record a yes, what is to be mended first, or a no. Only a no ends the booking and frees its places.

    ``seen`` is ``rules.seen_mark`` of the page that was read. Raises PermissionDenied, and ``Refused``: ``not_asked``,
    ``changed_meanwhile``, ``reason_missing``.
    """
    now, answer = timezone.now(), ApprovalState(answer)
    booking_id = BookingApproval.objects.values_list("booking_id", flat=True).get(pk=approval_id)
    booking = guard.lock_booking(booking_id=booking_id)
    approval = BookingApproval.objects.get(pk=approval_id)
    approval.booking = booking
    must(policy.may_decide(by, approval))
    same = seen == rules.seen_mark(booking)
    refuse_if(rules.decision_refusal(booking, approval, answer=answer, reason=reason, same=same))
    write_decision(approval=approval, booking=booking, answer=answer, reason=reason, by=by, now=now)
    if answer == ApprovalState.APPROVED:
        _go_on(booking, now=now)
    elif answer == ApprovalState.RETURNED:
        _send_back(booking, reason=reason, by=by, now=now)
    else:
        _refuse(booking, reason=reason, by=by, now=now)
    return approval


def write_decision(
    *, approval: BookingApproval, booking: Booking, answer: ApprovalState, reason: str, by: User, now: datetime
) -> None:
    """The row and its trace. The caller holds the session's lock and has asked whether it may."""
    approval.state, approval.decided_by, approval.decided_at, approval.reason = answer, by, now, reason
    approval.asked_of = approval.office
    for name, value in rules.basis_of(booking).items():
        setattr(approval, name, value)
    approval.save()
    after = {"approval": approval.kind, "state": answer, "pupils": approval.pupils}
    record(by=by, action=VERBS[answer], obj=booking, after=after, reason=reason)


def _go_on(booking: Booking, *, now: datetime) -> None:
    """After a yes: the next are asked; after the last one the leader may confirm."""
    ask_approvals(booking=booking)
    states = dict(booking.approvals.values_list("kind", "state"))
    if questions.is_approved(approvals_needed(paper_queries.risks_of(booking)), states):
        tell_leader(
            kind="booking_approved", booking=booking, now=now, with_calendar=False, occasion=f"{now.timestamp():.0f}"
        )


def _send_back(booking: Booking, *, reason: str, by: User, now: datetime) -> None:
    tell_leader(
        kind="booking_returned",
        booking=booking,
        now=now,
        with_calendar=False,
        occasion=f"{now.timestamp():.0f}",
        about={"decided_by": by, "reason": reason},
    )


def _refuse(booking: Booking, *, reason: str, by: User, now: datetime) -> None:
    guard.end_booking(booking=booking, to=BookingState.REFUSED, reason=reason, now=now)
    tell_leader(kind="booking_refused", booking=booking, now=now, about={"decided_by": by})
    promote_waiting(session=booking.session, now=now)


# --- Grace --------------------------------------------------------------------------------------
def give_grace(*, booking: Booking, checklist: rules.Checklist, now: datetime) -> bool:
    """Once, give a visit that waits for nothing but an authority's answer more time, and tell everybody whose it is.

    The caller holds the session's lock.
    """
    if booking.grace_given_at is not None or not rules.only_authority_missing(checklist):
        return False
    late = [(line.whom, line.row) for line in checklist.waits_for if line.row]
    booking.papers_due_at, booking.grace_given_at = paper_queries.grace_until(booking, now=now), now
    booking.save(update_fields=["papers_due_at", "grace_given_at"])
    after = {"due": booking.papers_due_at, "waits_for": [row.asked_of for _whom, row in late]}
    record(by=None, action="booking.grace", obj=booking, after=after)
    about = {"who": ", ".join(whom for whom, _row in late)}
    occasion = f"{booking.papers_due_at:%Y%m%d%H%M}"
    tell_leader(kind="booking_grace", booking=booking, now=now, with_calendar=False, occasion=occasion, about=about)
    for person in paper_queries.told_of_silence(booking):
        _tell_of_silence(person, booking, about)
    for _whom, row in late:
        _fall_on(row, booking, now=now, at_once=True)
    return True


def _tell_of_silence(person: User, booking: Booking, about: dict[str, str]) -> None:
    write_message(
        kind="approval_overdue",
        to=person,
        dedupe_key=f"approval_overdue:{booking.pk}:{booking.papers_due_at:%Y%m%d%H%M}:{person.pk}",
        context={"booking": booking, **about, **parts_of(booking.session)},
        link=reverse("booking_detail", args=[booking.reference]),
    )
