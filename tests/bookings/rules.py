"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.utils import timezone

from programs.bookings.actions.guard import lock_booking
from programs.bookings.choices import BookingState
from programs.bookings.queries import school_facts_of, session_to_book
from programs.bookings.rules import booking, waiting
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
    queue = [lock_booking(booking_id=each.pk) for each in (made, wish)]
    size = {"pupils": 20, "adults": 2, "pupils_per_adult": 20}
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
        partial(booking.papers_due, held.session, days=days, now=now),
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
