"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.approvals.models import BookingApproval, BookingPaper
from programs.approvals.queries import checklist_of
from programs.approvals.rules import group, papers
from programs.authorities.choices import ApprovalKind
from programs.bookings.actions.guard import lock_booking
from programs.bookings.choices import BookingState
from programs.core.calendar import working_days
from tests.centres.make import book, make_session
from tests.people import make_class, make_school, make_teacher


def calls() -> list[partial]:
    now, hanh, eight = timezone.now(), make_teacher("Cô Hạnh", school=make_school()), make_class("8A1")
    made = book(make_session(), eight, hanh, pupils=30)
    held, confirmed = lock_booking(booking_id=made.pk), lock_booking(booking_id=made.pk)
    confirmed.state = BookingState.CONFIRMED
    approval = BookingApproval(booking=held, kind=ApprovalKind.PRINCIPAL)
    size = {"pupils": 20, "adults": 2, "pupils_per_adult": 20}
    checklist = checklist_of(held)
    days = working_days(now, held.session.starts_at)
    return [
        partial(group.count_locks_at, held.session, days=days),
        partial(group.is_resizable, confirmed, fixed_at=now, now=now),
        partial(group.resize_refusal, held, **size, girls=21, named=0, fixed_at=now, now=now),
        partial(
            group.resize_refusal, confirmed, **size, girls=None, named=25, fixed_at=now, now=held.session.starts_at
        ),
        partial(group.no_room_refusal, seats_left=1, others_wait=False),
        partial(group.no_time_refusal, held.session, due=now),
        partial(papers.lapses, held, now=now),
        partial(papers.waits_for_authority, approval),
        partial(papers.only_authority_missing, checklist),
        partial(papers.lapse_reason, checklist),
        partial(papers.grace_ends, held.session, end=now, days=days, now=now),
        partial(papers.are_papers_open, checklist),
        partial(papers.basis_of, held),
        partial(papers.seen_mark, held),
        partial(papers.touched, approval, held),
        partial(papers.changed, approval, held),
        partial(papers.gave_yes, approval),
        partial(papers.approved_pupils, checklist),
        partial(papers.ask_again_refusal, checklist),
        partial(papers.paper_refusal, checklist, text="", has_file=False),
        partial(papers.taking_refusal, checklist, []),
        partial(papers.taking_refusal, checklist, [BookingPaper()], copied=[]),
        partial(papers.confirm_refusal, checklist, alternative="", own_yes=True, now=now),
        partial(papers.answer_until, approval, held),
        partial(papers.decision_refusal, held, approval, answer="refused", reason="", same=True),
    ]
