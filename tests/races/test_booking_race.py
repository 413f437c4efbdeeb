"""Many groups, few places, each on its own connection. With the guard off it must overbook, or it proves nothing."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection
from django.db.models import F

from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.models import Booking
from programs.centres.models import Session
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.pupils.models import ClassGroup
from tests.centres.make import book, make_session, seats_add_up
from tests.people import make_class, make_school, make_teacher

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]

GROUPS, PLACES = 20, 5
AT_ONCE = 6  # connections: below the pool's size, so that none waits for another's


@pytest.fixture
def contest() -> tuple[Session, list[tuple[int, int]]]:
    """A session of five places, and twenty teachers of twenty schools, each with a group of one."""
    session = make_session(capacity=PLACES)
    contenders = []
    for number in range(GROUPS):
        school = make_school(f"Trường THCS Số {number}")
        teacher = make_teacher(f"Lê Văn Tư {number}", school=school)
        contenders.append((teacher.pk, make_class("8A", school=school).pk))
    return session, contenders


def all_at_once(act, jobs: list) -> Counter:
    """Run ``act(job, barrier)`` for all jobs, ``AT_ONCE`` together, and count the answers."""

    def run(job):
        try:
            return act(job)
        except Refused as refused:
            return refused.refusal.code
        finally:
            connection.close()

    answers: Counter = Counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers.update(pool.map(run, jobs))
    return answers


def contend(session: Session):
    start = Barrier(AT_ONCE)

    def one(contender: tuple[int, int]) -> str:
        teacher_id, class_id = contender
        by = User.objects.get(pk=teacher_id)
        class_group = ClassGroup.objects.select_related("school").get(pk=class_id)
        with suppress(BrokenBarrierError):  # the last, smaller round does not fill the barrier
            start.wait(timeout=2)
        return book(session, class_group, by, pupils=1, adults=1).state

    return one


def test_twenty_groups_for_five_places_book_exactly_five(contest):
    session, contenders = contest
    assert all_at_once(contend(session), contenders) == {"held": PLACES, "full": GROUPS - PLACES}
    assert Booking.objects.count() == PLACES
    assert Message.objects.count() == PLACES
    assert seats_add_up(session)


def test_without_the_guard_the_same_contest_overbooks(contest, monkeypatch):
    """The negative control: read, then write, and no CHECK behind it."""

    def naive(*, session_id: int, seats: int, **_as_read: object) -> bool:
        session = Session.objects.get(pk=session_id)
        if session.seats_taken + seats > session.capacity:
            return False
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")  # the time in which a person's request does something else
        Session.objects.filter(pk=session_id).update(seats_taken=F("seats_taken") + seats)
        return True

    monkeypatch.setattr(guard, "take_seats", naive)
    session, contenders = contest
    constraint = next(each for each in Session._meta.constraints if each.name == "session_never_overbooked")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Session, constraint)
    try:
        answers = all_at_once(contend(session), contenders)
        assert answers["held"] > PLACES
        assert Booking.objects.count() > PLACES
    finally:
        Booking.objects.all().delete()
        Session.objects.update(seats_taken=0)
        with connection.schema_editor() as editor:
            editor.add_constraint(Session, constraint)


def test_the_same_form_sent_five_times_at_once_is_one_booking(contest):
    session, contenders = contest
    teacher_id, class_id = contenders[0]

    def send(_number: int) -> str:
        by = User.objects.get(pk=teacher_id)
        class_group = ClassGroup.objects.select_related("school").get(pk=class_id)
        return book(session, class_group, by, pupils=1, adults=1, key="pressed-five-times").reference

    answers = all_at_once(send, list(range(5)))
    assert len(answers) == 1
    assert Booking.objects.count() == 1
    assert Message.objects.count() == 1


def test_cancelling_while_others_join_the_waiting_list_leaves_no_place_empty(contest):
    """Half the groups cancel while the other half joins: nobody waits beside a free place."""
    session, contenders = contest
    for contender in contenders[:PLACES]:
        contend_alone(session, contender)
    held = list(Booking.objects.values_list("pk", "leader_id"))

    def act(job) -> str:
        kind, one, two = job
        if kind == "cancel":
            return cancel_booking(booking_id=one, reason="Bận", by=User.objects.get(pk=two)).state
        class_group = ClassGroup.objects.select_related("school").get(pk=two)
        by = User.objects.get(pk=one)
        return book(session, class_group, by, pupils=1, adults=1, wait_if_full=True).state

    joins = [("join", *contender) for contender in contenders[PLACES:]]
    cancels = [("cancel", *each) for each in held]
    jobs = [job for pair in zip(joins, cancels, strict=False) for job in pair] + joins[len(cancels) :]
    all_at_once(act, jobs)
    session.refresh_from_db()
    assert session.seats_taken == PLACES
    assert Booking.objects.waiting().count() == GROUPS - 2 * PLACES
    assert seats_add_up(session)


def contend_alone(session: Session, contender: tuple[int, int]) -> None:
    by = User.objects.get(pk=contender[0])
    book(session, ClassGroup.objects.select_related("school").get(pk=contender[1]), by, pupils=1, adults=1)
