"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.utils import timezone

from programs.bookings.actions.guard import lock_booking
from programs.core.calendar import working_days
from programs.visit_days import rules
from programs.visit_days.choices import MarkKind
from programs.visit_days.reading import Arrival, Mark
from tests.centres.make import book, make_session
from tests.people import make_class, make_teacher


def calls() -> list[partial]:
    teacher, session = make_teacher(), make_session()
    booking = book(session, make_class("8A1", homeroom_teacher=teacher), teacher, pupils=30)
    booking = lock_booking(booking_id=booking.pk)
    now, begun = timezone.now(), booking.session.starts_at
    days = working_days(now, begun)
    arrival = Arrival(came=True, pupils=30, girls=15, adults=2, present=frozenset({1, 2}))
    mark = Mark(mark_id="a", made_at=now, kind=MarkKind.NAMES, pupils=2, present=frozenset({1, 2}))
    return [
        partial(rules.is_open, booking, now=begun),
        partial(rules.check_in_refusal, booking, arrival, without_consent=0, now=begun),
        partial(rules.check_in_refusal, booking, arrival, without_consent=1, now=begun),
        partial(rules.check_in_refusal, booking, Arrival(came=True, pupils=99), without_consent=0, now=begun),
        partial(rules.check_in_refusal, booking, arrival, without_consent=0, now=now),
        partial(rules.no_show_refusal, booking, now=now),
        partial(rules.take_back_refusal, booking),
        partial(rules.places_gone, booking.session),
        partial(rules.state_to_return_to, booking),
        partial(rules.close_refusal, booking.session, now=now),
        partial(rules.closes_early, booking.session, missing=1, disputed=0, now=now),
        partial(rules.unsure_refusal, booking.session, missing=1, disputed=0, sure=False, now=now),
        partial(rules.unsure_refusal, booking.session, missing=0, disputed=1, sure=False, now=now),
        partial(rules.unsure_refusal, booking.session, missing=0, disputed=0, sure=False, now=now),
        partial(rules.other_doubts),
        partial(rules.dispute_refusal, booking, disputed=2),
        partial(rules.reopen_until, booking.session, days=days),
        partial(rules.reopen_refusal, booking.session, days=days, now=now),
        partial(rules.places_missing, booking.session, pupils=30),
        partial(rules.teacher_refusal, booking, of_school=True, class_is_here_as=""),
        partial(rules.not_unannounced_refusal, booking),
        partial(rules.door_refusal, booking.session, now=now),
        partial(
            rules.unannounced_refusal,
            booking.session,
            arrival,
            class_is_here_as="",
            may_enlarge=True,
            reason="",
            now=begun,
        ),
        partial(rules.arrives_late, booking, mark),
        partial(rules.late_mark_refusal, ""),
        partial(rules.fate_at_closing, booking.state),
        partial(rules.mark_refusal, mark, listed={1}),
        partial(rules.came_late, checked_in_at=now, starts_at=begun),
        partial(rules.came_partly, arrived=2, expected=3),
        partial(rules.reminder_due, now=begun - timedelta(days=1), starts_at=begun, booked_at=now),
        partial(rules.feedback_refusal, booking, now=now),
        partial(rules.averages, [(4, 3, 2)]),
        partial(rules.photograph_refusal, booking, kept=0, shown={1}, agreed={1}, nobody=False),
    ]
