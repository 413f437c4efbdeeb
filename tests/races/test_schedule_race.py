"""Two sessions for one room at once: one is kept, the other refused. Without lock and rule the table refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import time
from importlib import import_module
from threading import Barrier

import pytest
from django.db import connection

from programs.accounts.models import User
from programs.bookings import hooks
from programs.centres.actions import schedule
from programs.centres.actions.schedule import Offer, schedule_session
from programs.centres.choices import CentreRole
from programs.centres.models import CentreStaff, OpeningHours, Room, Session
from programs.core.refusals import Refused
from programs.timetables.actions.sessions import cancel_session
from tests.centres.make import book, local, make_session, make_trip, seats_add_up
from tests.people import make_class, make_school, make_teacher, make_user

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]
AT_ONCE = 5


@pytest.fixture
def offer() -> Offer:
    trip = make_trip()
    for weekday in range(7):
        OpeningHours.objects.create(centre=trip.centre, weekday=weekday, opens_at=time(7), closes_at=time(18))
    return Offer(field_trip=trip, room=Room.objects.create(centre=trip.centre, name="Xưởng", capacity=60), capacity=40)


def manager_of(offer: Offer, full_name: str = "Võ Thành Trung") -> User:
    user = make_user(full_name)
    CentreStaff.objects.create(centre=offer.field_trip.centre, user=user, role=CentreRole.MANAGER)
    return user


def at_once(act, jobs: list) -> list[str]:
    start = Barrier(len(jobs))

    def run(job) -> str:
        start.wait(timeout=10)
        try:
            return act(job)
        except Refused as refused:
            return f"{refused.refusal.code} {refused.refusal.field}"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return sorted(pool.map(run, jobs))


def plans(offer: Offer):
    by = manager_of(offer)

    def one(number: int) -> str:
        # Half an hour apart: all of them overlap with all others.
        schedule_session(offer=offer, starts_at=local(10, 9 + number % 2), by=by, key=f"k{number}")
        return "made"

    return one


def test_one_of_five_sessions_for_a_room_is_kept_and_the_others_are_told_why(offer):
    answers = at_once(plans(offer), list(range(AT_ONCE)))
    assert answers == ["made", *["room_taken clock"] * (AT_ONCE - 1)]
    assert Session.objects.count() == 1


def test_without_lock_and_rule_the_database_still_refuses_in_the_same_words(offer, monkeypatch):
    monkeypatch.setattr(schedule, "lock_room", lambda **_: None)
    monkeypatch.setattr(schedule, "must_be_free", lambda **_: None)
    answers = at_once(plans(offer), list(range(AT_ONCE)))
    assert answers == ["made", *["room_taken clock"] * (AT_ONCE - 1)]
    assert Session.objects.count() == 1


def test_without_the_constraint_too_the_same_contest_overlaps(offer, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(schedule, "lock_room", lambda **_: None)
    monkeypatch.setattr(schedule, "must_be_free", lambda **_: None)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE centres_session DROP CONSTRAINT session_room_free")
    try:
        assert at_once(plans(offer), list(range(AT_ONCE))) == ["made"] * AT_ONCE
    finally:
        Session.objects.all().delete()
        with connection.schema_editor() as editor:
            import_module("programs.centres.migrations.0003_rooms_without_overlaps").guard(None, editor)


def test_a_session_that_two_people_cancel_while_groups_book_holds_no_place(offer):
    session = make_session(trip=offer.field_trip)
    classes = []
    for number in range(4):
        school = make_school(f"Trường THCS Số {number}")
        teacher = make_teacher(f"Lê Văn Tư {number}", school=school)
        classes.append((teacher, make_class("8A", school=school)))
    bosses = [manager_of(offer, "Võ Thành Trung"), manager_of(offer, "Lý Thu Hà")]
    start = Barrier(len(classes) + len(bosses))

    def run(job) -> str:
        start.wait(timeout=10)
        try:
            if isinstance(job, User):
                cancel_session(session_id=session.pk, reason="Mất điện.", by=job)
            else:
                book(session, job[1], job[0], pupils=8, adults=1)
        except Refused as refused:
            return refused.refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(classes) + len(bosses)) as pool:
        answers = set(pool.map(run, [*classes, *bosses]))
    assert answers <= {"done", "session_cancelled", "session_changed", "full"}
    assert seats_add_up(session)
    assert session.seats_taken == 0
    assert not session.bookings.live().exists()
    assert hooks.group_counts(Session.objects.filter(pk=session.pk)) == {"groups": 0, "waiting": 0}
