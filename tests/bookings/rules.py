"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.utils import timezone

from programs.authorities.choices import ApprovalKind
from programs.bookings.actions.guard import lock_booking
from programs.bookings.choices import BookingState
from programs.bookings.models import BookingApproval, BookingPaper
from programs.bookings.queries import checklist_of, school_facts_of, session_to_book
from programs.bookings.rules import booking, group, papers, waiting
from programs.core.calendar import working_days
from tests.centres.make import book, make_session
from tests.people import make_class, make_school, make_teacher


def calls() -> list[partial]:
    now, hanh, eight = timezone.now(), make_teacher("Cô Hạnh", school=make_school()), make_class("8A1")
    seen, other = make_session(), make_session()
    made = book(seen, eight, hanh, pupils=30)
    session = session_to_book(hanh, seen.pk)
    wish = book(other, make_class("8A2"), hanh, pupils=10, adults=1)
    wish.session = session
    facts = school_facts_of(wish=wish, now=now)
    held = lock_booking(booking_id=made.pk)
    confirmed = lock_booking(booking_id=made.pk)
    confirmed.state = BookingState.CONFIRMED
    queue = [lock_booking(booking_id=each.pk) for each in (made, wish)]
    approval = BookingApproval(booking=held, kind=ApprovalKind.PRINCIPAL)
    size = {"pupils": 20, "adults": 2, "pupils_per_adult": 20}
    checklist = checklist_of(held)
    days = working_days(now, session.starts_at)
    return [
        partial(booking.adults_needed, 30, 20),
        partial(booking.session_refusal, session, now=now),
        partial(booking.mode_refusal, session),
        partial(booking.size_refusal, session, **size),
        partial(booking.group_refusal, session, wish.group, pupils_per_adult=20),
        partial(booking.booking_refusal, session, wish.group, pupils_per_adult=20, now=now),
        partial(booking.school_refusal, wish, facts, now=now),
        partial(booking.cluster_refusal, now=now, opens_at=now + timedelta(days=1)),
        partial(booking.changed_refusal, starts_at=now),
        partial(booking.full_refusal, seats_left=3),
        partial(booking.full_refusal, seats_left=3, over=True),
        partial(booking.move_refusal, held, BookingState.CONFIRMED),
        partial(booking.begun_refusal, session, now=now),
        partial(booking.cancel_refusal, held, now=now),
        partial(booking.roster_refusal, held, named=31, foreign=0),
        partial(booking.needs_refusal, held),
        partial(
            booking.is_check_in_open,
            state=held.state,
            session_state=session.state,
            now=now,
            starts_at=session.starts_at,
        ),
        partial(booking.takes_photographs, held),
        partial(booking.is_feedback_open, state=BookingState.CLOSED, now=now, ended_at=now),
        partial(group.count_locks_at, held.session),
        partial(group.is_resizable, confirmed, now=now),
        partial(group.resize_refusal, held, **size, girls=21, named=0, now=now),
        partial(group.resize_refusal, confirmed, **size, girls=None, named=25, now=held.session.starts_at),
        partial(group.no_room_refusal, seats_left=1, others_wait=False),
        partial(group.no_time_refusal, held.session, due=now),
        partial(papers.papers_due, held.session, days=days, now=now),
        partial(papers.lapses, held, now=now),
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
        partial(waiting.promotable, queue, held.session, now=now),
        partial(waiting.is_ready, held, now=now),
        partial(waiting.holds_up, held, held.session, now=now),
        partial(waiting.turn_of, held, held.session, now=now),
        partial(waiting.has_turn, held, held.session, now=now),
        partial(waiting.standing, queue, held.session, days=days, now=now),
        partial(waiting.list_over, held.session, days=days, now=now),
        partial(waiting.left_refusal, held, over=True, now=now),
        partial(waiting.over_words),
        partial(waiting.too_large, held, held.session),
        partial(waiting.passed_over, queue, queue[1:]),
        partial(waiting.offer_lapses, held, now=now),
        partial(waiting.accept_refusal, held, now=now),
        partial(waiting.leave_refusal, held, now=now),
        partial(waiting.room_left, held.session),
        partial(waiting.capacity_missing, held),
        partial(waiting.exception_refusal, held, now=now),
    ]
