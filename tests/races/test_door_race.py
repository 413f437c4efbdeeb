"""Two telephones at the door send what they noted about one group at the same moment: all of it counts, and once."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from time import sleep
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.choices import BookingState
from programs.centres.actions import locks
from programs.centres.models import Session
from programs.core.audit import history_of
from programs.pupils.queries import pupils_of_class
from programs.visit_days.actions import marks
from programs.visit_days.choices import MarkKind
from programs.visit_days.models import CheckInMark
from programs.visit_days.reading import Mark
from tests.centres.make import book, make_centre_staff, make_session, move_session, seats_add_up, set_roster
from tests.people import give_consent, make_class, make_school, make_teacher

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]


@pytest.fixture
def door(monkeypatch) -> SimpleNamespace:
    """8A of ten comes through two doors: chị Sen ticks the first six, anh Bảo the last six; two passed by both."""
    session, school = make_session(), make_school()
    teacher = make_teacher(school=school)
    class_group = make_class("8A", school=school, pupils=10, homeroom_teacher=teacher)
    booking = book(session, class_group, teacher, pupils=10, adults=1)
    pupils = list(pupils_of_class(class_group))
    set_roster(booking_id=booking.pk, pupil_ids=[pupil.pk for pupil in pupils], by=teacher)
    give_consent(*pupils)
    move_session(session, timezone.now() - timedelta(seconds=1))
    staff = [make_centre_staff(session.field_trip.centre, name).pk for name in ("Lý Thị Sen", "Lê Gia Bảo")]
    seen = [frozenset(pupil.pk for pupil in part) for part in (pupils[:6], pupils[4:])]
    at_once = marks.accepted_marks

    def slowly(booking):
        found = at_once(booking)
        sleep(0.3)  # long enough for the other telephone to read the same
        return found

    monkeypatch.setattr(marks, "accepted_marks", slowly)
    return SimpleNamespace(booking=booking, session=session, words=list(zip(staff, map(mark_of, seen), strict=True)))


def mark_of(present: frozenset[int]) -> Mark:
    return Mark(
        mark_id=str(uuid.uuid4()),
        made_at=timezone.now(),
        kind=MarkKind.NAMES,
        pupils=len(present),
        adults=1,
        present=present,
    )


def send_together(door: SimpleNamespace, words: list[tuple[int, Mark]]) -> list[str]:
    """The refusals of all ``words``, each sent on its own connection."""
    start = Barrier(len(words))

    def send(word: tuple[int, Mark]) -> str:
        user_id, mark = word
        by = User.objects.get(pk=user_id)
        try:
            start.wait(timeout=5)
            refusal = marks.take_mark(
                booking_id=door.booking.pk, mark=mark, device=f"phone-{user_id}", by=by, now=timezone.now()
            )
            return refusal.code if refusal else ""
        finally:
            connection.close()

    with ThreadPoolExecutor(len(words)) as pool:
        answers = list(pool.map(send, words))
    door.booking.refresh_from_db()
    return answers


def test_both_count_and_what_a_telephone_sends_twice_counts_once(door):
    """Each sends its mark again at once, as it does when the answer got lost."""
    assert send_together(door, door.words * 2) == [""] * 4
    assert (door.booking.state, door.booking.arrived_pupils) == (BookingState.ATTENDED, 10)
    assert door.booking.roster.filter(attended=True).count() == 10
    assert CheckInMark.objects.count() == 2
    assert history_of(door.booking).filter(action="booking.check_in").count() == 2
    assert seats_add_up(door.session)
    assert door.session.seats_taken == 10


def test_without_the_lock_one_of_the_two_gets_lost(door, monkeypatch):
    """The negative control: both read that nothing was noted yet, and each writes its own six."""

    def unlocked(*, session_id: int) -> Session:
        return Session.objects.select_related("field_trip__centre", "room").get(pk=session_id)

    monkeypatch.setattr(locks, "lock_session", unlocked)
    assert sorted(send_together(door, door.words)) == ["", "wrong_state"]
    assert door.booking.arrived_pupils == 6
    assert door.booking.roster.filter(attended=True).count() == 6
