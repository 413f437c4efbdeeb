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
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.actions import locks
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.pupils.queries import pupils_of_class
from programs.timetables.actions import sessions as changes
from programs.visit_days.actions import marks, unannounced
from programs.visit_days.choices import MarkKind
from programs.visit_days.models import CheckInMark
from programs.visit_days.reading import Mark
from tests.centres.make import (
    book,
    make_centre_staff,
    make_manager,
    make_session,
    move_session,
    seats_add_up,
    set_roster,
)
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


# --- The session is cancelled while somebody is at the door --------------------------------------
@pytest.fixture
def cancelled(door) -> SimpleNamespace:
    """It begins in a minute. A second class, without a booking, stands at the door too."""
    begins = timezone.now() + timedelta(minutes=1)
    move_session(door.session, begins)
    door.manager = make_manager(door.session.field_trip.centre).pk
    school = make_school("Trường THCS Phú Cường")
    door.other_class = make_class("7C", school=school, homeroom_teacher=make_teacher("Cô Nga", school=school))
    return door


def at_the_same_time(*acts) -> list[str]:
    """What each of ``acts`` was answered, on its own connection."""
    start = Barrier(len(acts))

    def run(act) -> str:
        try:
            start.wait(timeout=5)
            return act() or "done"
        except Refused as refused:
            return refused.refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def acts_of(door: SimpleNamespace) -> list:
    user_id, mark = door.words[0]

    def send() -> str:
        by = User.objects.get(pk=user_id)
        told = {"mark": mark, "device": "phone", "by": by, "now": timezone.now()}
        refusal = marks.take_mark(booking_id=door.booking.pk, **told)
        return refusal.code if refusal else ""

    def enter() -> str:
        by, group = (
            User.objects.get(pk=user_id),
            {"pupils": 8, "girls": 3, "adults": 1, "contact_phone": "+84912345678"},
        )
        school = {"school": door.other_class.school, "class_group": door.other_class}
        unannounced.let_in(session_id=door.session.pk, **school, **group, by=by, key="door")
        return ""

    def cancel() -> str:
        by = User.objects.get(pk=door.manager)
        changes.cancel_session(session_id=door.session.pk, reason="Mất điện", by=by)
        return ""

    return [send, enter, cancel]


def test_a_mark_and_a_class_are_refused_or_accepted_whole_while_the_session_is_cancelled(cancelled):
    sent, entered, called_off = at_the_same_time(*acts_of(cancelled))
    cancelled.booking.refresh_from_db()
    assert seats_add_up(cancelled.session)
    unexpected = Booking.objects.filter(session=cancelled.session, unannounced=True)
    if called_off == "done":
        assert (sent, entered) == ("not_now", "session_cancelled")
        assert cancelled.booking.state == BookingState.CANCELLED_BY_CENTRE and not unexpected.exists()
        assert cancelled.booking.arrived_pupils is None and cancelled.session.seats_taken == 0
        assert not CheckInMark.objects.filter(refusal="").exists()
        return
    assert called_off == "groups_received" and cancelled.session.state == SessionState.SCHEDULED
    assert (sent, entered) == ("done", "done")
    assert cancelled.booking.state == BookingState.ATTENDED and unexpected.get().arrived_pupils == 8
    assert cancelled.session.seats_taken == 18


def test_without_the_lock_a_class_enters_a_session_that_is_cancelled_under_it(cancelled, monkeypatch):
    """The negative control: the class was judged while the session stood, and its places are gone when it takes them."""

    def unlocked(*, session_id: int) -> Session:
        return Session.objects.select_related("field_trip__centre", "room").get(pk=session_id)

    slow = guard.take_seats

    def slowly(**places) -> bool:
        sleep(0.5)
        return slow(**places)

    monkeypatch.setattr(locks, "lock_session", unlocked)
    monkeypatch.setattr(guard, "take_seats", slowly)
    _send, enter, cancel = acts_of(cancelled)
    with pytest.raises(RuntimeError):
        at_the_same_time(enter, cancel)
