"""Approvals of visits: asked of whoever may answer, in the order required by the risk, and again when it changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.approvals import policy
from programs.approvals import queries as paper_queries
from programs.approvals.models import BookingApproval
from programs.approvals.rules import papers as rules
from programs.authorities import rules as questions
from programs.authorities.choices import ApprovalState, AskedAgain, Office, StandIn
from programs.authorities.queries import answer_by, approvals_needed, holders_of, whom_to_ask
from programs.bookings.actions import guard
from programs.bookings.actions.waiting import confirm_by, promote_waiting
from programs.bookings.choices import BookingState
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking
from programs.bookings.policy import may_manage
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
    write_message(
        kind="approval_asked",
        to=person,
        dedupe_key=f"approval_asked:{approval.pk}:{approval.asked_at.timestamp()}:{person.pk}",
        context={"booking": booking, **_about(approval), **parts_of(booking.session)},
        link=reverse("booking_detail", args=[booking.reference]),
    )


def _about(approval: BookingApproval) -> dict[str, Any]:
    """Who is asked, in whose place and why, and until when."""
    booking = approval.booking
    line = questions.ApprovalLine(approval.kind, booking.school, approval)
    return {"line": line, "moment": rules.answer_until(approval, booking)}


# --- Again --------------------------------------------------------------------------------------
def ask_again(*, booking: Booking, because: AskedAgain, by: User | None) -> None:
    """Request every approval again that was answered. The caller holds the session's lock."""
    answered = booking.approvals.exclude(state=ApprovalState.ASKED).select_related("decided_by")
    _again(booking, dict.fromkeys(answered, because), by=by)


def ask_about_change(*, booking: Booking, by: User | None, other_day: bool = False) -> bool:
    """Request the approvals again that were given to a smaller group, another day or another price.

    What is as it was approved, or smaller again, needs no second yes. A confirmed group keeps its places meanwhile,
    until the answers are due; on ``other_day`` that is another date. The caller holds the session's lock.
    """
    if booking.state not in rules.WITH_APPROVALS:
        return False
    let_stand(booking=booking)
    if other_day and booking.answers_due_at:
        _set_answers_due(booking, now=timezone.now())
    answered = booking.approvals.select_related("decided_by")
    changed = {approval: why for approval in answered if (why := rules.touched(approval, booking))}
    _again(booking, changed, by=by)
    if changed:
        ask_approvals(booking=booking)  # another price may need another authority
    return bool(changed)


def let_stand(*, booking: Booking) -> None:
    """A yes that is asked again stands again once it covers the visit. The caller holds the session's lock."""
    asked = [row for row in booking.approvals.filter(state=ApprovalState.ASKED) if rules.gave_yes(row)]
    stands = []
    for approval in asked:
        why = rules.changed(approval, booking)
        stands += [] if why else [approval.kind]
        approval.state = ApprovalState.ASKED if why else ApprovalState.APPROVED
        approval.asked_again, approval.answer_by = why or "", approval.answer_by if why else None
        approval.save(update_fields=["state", "asked_again", "answer_by"])
    if stands:
        record(by=None, action="booking.stands", obj=booking, after={"approvals": stands})
        _close_if_approved(booking)


def _close_if_approved(booking: Booking) -> bool:
    states = dict(booking.approvals.values_list("kind", "state"))
    if not questions.is_approved(approvals_needed(paper_queries.risks_of(booking)), states):
        return False
    booking.answers_due_at = None
    booking.save(update_fields=["answers_due_at"])
    return True


def _set_answers_due(booking: Booking, *, now: datetime) -> None:
    """As papers are due; warned of it as such, unless there is no time before the session begins."""
    due = confirm_by(session=booking.session, now=now)
    booking.asked_again_at, booking.answers_due_at, booking.grace_given_at = now, due, None
    booking.warned_at = now if due >= booking.session.starts_at else None
    booking.save(update_fields=["asked_again_at", "answers_due_at", "grace_given_at", "warned_at"])


def _again(booking: Booking, answered: dict[BookingApproval, AskedAgain], *, by: User | None) -> None:
    """The rows keep who said yes to what: it may stand again."""
    now, before = timezone.now(), {approval.kind: approval.state for approval in answered}
    if answered and booking.state == BookingState.CONFIRMED:
        _set_answers_due(booking, now=now)
    for approval, because in answered.items():
        if approval.state != ApprovalState.APPROVED:
            approval.pupils = approval.visit_day = approval.price_vnd = None
        approval.booking, approval.asked_again, approval.reason = booking, because, ""
        told = [approval.decided_by] if approval.decided_by and approval.decided_by.is_active else []
        _ask(approval, now=now, told=told)
    if answered:
        after = {approval.kind: approval.asked_again for approval in answered}
        record(by=by, action="booking.ask_again", obj=booking, before=before, after=after)


@transaction.atomic
def ask_once_more(*, booking_id: int, by: User) -> Booking:
    """The school has mended what was sent back: whoever sent it back is asked again.

    Raises PermissionDenied, and ``Refused``: ``nothing_sent_back``.
    """
    booking = guard.lock_booking(booking_id=booking_id)
    must(may_manage(by, booking))
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
    occasion, about = f"{approval.pk}:{approval.office}:{now.timestamp():.0f}", _about(approval)
    tell_leader(kind="approval_falls_on", booking=booking, now=now, with_calendar=False, occasion=occasion, about=about)
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
    if _close_if_approved(booking):
        tell_leader(
            kind="booking_approved", booking=booking, now=now, with_calendar=False, occasion=f"{now.timestamp():.0f}"
        )


def _send_back(booking: Booking, *, reason: str, by: User, now: datetime) -> None:
    about, at = {"decided_by": by, "reason": reason}, f"{now.timestamp():.0f}"
    tell_leader(kind="booking_returned", booking=booking, now=now, with_calendar=False, occasion=at, about=about)


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
    booking.papers_due_at = paper_queries.grace_until(booking, now=now)
    occasion, about = f"{booking.papers_due_at:%Y%m%d%H%M}", {"checklist": checklist}
    tell_leader(kind="booking_grace", booking=booking, now=now, with_calendar=False, occasion=occasion, about=about)
    _name_late(booking, checklist, kind="approval_overdue", people=paper_queries.told_of_silence(booking), now=now)
    return True


def name_silence(*, booking: Booking, checklist: rules.Checklist, now: datetime) -> None:
    """A confirmed visit lacks an answer to what changed: tell everybody whose part it is, and cancel nothing.

    The caller holds the session's lock.
    """
    offices = (Office.PRINCIPAL, Office.COORDINATOR, *(line.row.office for line in checklist.waits_for))
    holders = [person for office in offices for person in holders_of(office, booking.school)]
    people = [booking.leader, *holders, *paper_queries.told_of_silence(booking)]
    _name_late(booking, checklist, kind="approval_missing", people=people, now=now)


def _name_late(
    booking: Booking, checklist: rules.Checklist, *, kind: str, people: Iterable[User], now: datetime
) -> None:
    """Tell ``people`` who is late, once, and ask the next authority."""
    booking.grace_given_at = now
    booking.save(update_fields=["papers_due_at", "grace_given_at"])
    late = [line.row for line in checklist.waits_for]
    action = "booking.unanswered" if booking.state == BookingState.CONFIRMED else "booking.grace"
    after = {"due": booking.due_at, "waits_for": [row.asked_of for row in late]}
    record(by=None, action=action, obj=booking, after=after)
    for person in {each.pk: each for each in people}.values():
        write_message(
            kind=kind,
            to=person,
            dedupe_key=f"{kind}:{booking.pk}:{booking.due_at:%Y%m%d%H%M}:{person.pk}",
            context={"booking": booking, "checklist": checklist, **parts_of(booking.session)},
            link=reverse("booking_detail", args=[booking.reference]),
        )
    for row in late:
        _fall_on(row, booking, now=now, at_once=True)
