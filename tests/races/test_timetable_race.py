"""Two people change one timetable, and workers sweep the waiting lists, at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from importlib import import_module
from threading import Barrier
from time import sleep
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.utils import timezone

from programs.bookings.actions import guard, waiting
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import BOOKING_PARTS
from programs.centres.actions import locks
from programs.centres.actions.schedule import Offer, schedule_series
from programs.centres.actions.settings import change_season
from programs.centres.models import Room, Season, Session
from programs.centres.queries.schedule import terms_of as season_terms
from programs.centres.rules import Rhythm
from programs.core.nets import noting_what_falls
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.notices.models import Message
from programs.timetables import queries, rules
from programs.timetables.actions import series as actions
from programs.timetables.actions.series import change_series, swap_rooms
from programs.timetables.actions.terms import change_terms
from programs.timetables.rules import SeriesChange, Terms
from tests.centres.make import book, local, make_manager, make_session, make_trip, seats_add_up
from tests.people import make_class, make_officer, make_school, make_teacher, make_year
from tests.races.test_booking_race import AT_ONCE, all_at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]


@pytest.fixture
def plan() -> SimpleNamespace:
    """Two days of one series, with a group of a school of its own in each."""
    trip = make_trip()
    room = Room.objects.create(centre=trip.centre, name="Xưởng", capacity=60)
    trung = make_manager(trip.centre)
    first = timezone.localtime(local(20)).date()
    rhythm = Rhythm(first, first + timedelta(days=1), weekdays=set(range(7)), clocks=[time(8)])
    series = schedule_series(
        offer=Offer(field_trip=trip, room=room, capacity=40), rhythm=rhythm, by=trung, key="series"
    )
    for session in series.sessions.all():
        visit(session)
    Message.objects.all().delete()
    return SimpleNamespace(trip=trip, room=room, trung=trung, series=series)


def visit(session: Session, pupils: int = 10, **said) -> Booking:
    school = make_school(f"Trường THCS Số {session.pk} {pupils} {Booking.objects.count()}")
    teacher = make_teacher(f"Lê Văn Tư {Booking.objects.count()}", school=school)
    return book(session, make_class("8A", school=school), teacher, pupils=pupils, adults=1, **said)


def together(*acts) -> list[str]:
    """All of ``acts`` begin at the same moment, each on its own connection."""
    start = Barrier(len(acts))

    def run(act) -> str:
        start.wait(timeout=10)
        try:
            act()
        except Refused as refused:
            return refused.refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def slowly(monkeypatch, module, name: str) -> None:
    """Between reading and writing a person's request does something else."""
    quick = getattr(module, name)

    def slow(*args, **kwargs):
        found = quick(*args, **kwargs)
        sleep(0.3)
        return found

    monkeypatch.setattr(module, name, slow)


def without_locks(monkeypatch) -> None:
    def unlocked(*, session_id: int) -> Session:
        return Session.objects.select_related("field_trip__centre", "room").get(pk=session_id)

    monkeypatch.setattr(locks, "lock_session", unlocked)
    monkeypatch.setattr(waiting, "lock_session", unlocked)
    monkeypatch.setattr(actions, "_lock_rooms", lambda _ids: None)


def moved_letters() -> int:
    return Message.objects.filter(kind="session_moved").count()


# --- A series that two people move ---------------------------------------------------------------
def moves(plan, *days: int) -> list:
    """What each of them saw before any of them said yes."""
    acts = []
    for number in days:
        change = SeriesChange(days=number)
        version = version_of(queries.plan_of(plan.series, change, now=timezone.now()).seen)
        said = {"series_id": plan.series.pk, "change": change, "version": version, "by": plan.trung}
        acts.append(lambda said=said: change_series(**said))
    return acts


def test_of_two_who_move_a_series_one_does_and_each_group_reads_of_it_once(plan, monkeypatch):
    acts = moves(plan, 7, 14)
    slowly(monkeypatch, queries, "plan_of")
    assert together(*acts) == ["changed_meanwhile", "done"]
    days = {timezone.localtime(each.starts_at).date() for each in plan.series.sessions.all()}
    plan.series.refresh_from_db()
    assert (plan.series.starts_on, plan.series.ends_on) == (min(days), max(days))
    assert moved_letters() == 2


def test_without_the_locks_both_move_it_and_each_group_reads_of_it_twice(plan, monkeypatch):
    """The negative control."""
    acts = moves(plan, 7, 14)
    slowly(monkeypatch, queries, "plan_of")
    without_locks(monkeypatch)
    assert together(*acts) == ["done", "done"]
    assert moved_letters() == 4


# --- Rooms that are swapped ----------------------------------------------------------------------
@pytest.fixture
def rooms(plan) -> list[Session]:
    """Three sessions at one hour in three rooms, each with a group."""
    sessions = []
    for name in ("Phòng robot", "Phòng in 3D", "Phòng thí nghiệm"):
        room = Room.objects.create(centre=plan.trip.centre, name=name, capacity=60)
        sessions.append(make_session(trip=plan.trip, room=room, starts_at=local(10, 8)))
        visit(sessions[-1])
    Message.objects.all().delete()
    return sessions


def swaps(plan, *pairs: tuple[Session, Session]) -> list:
    acts = []
    for one, other in pairs:
        said = {"session_id": one.pk, "other_id": other.pk, "by": plan.trung}
        versions = [version_of(Session.objects.get(pk=each.pk).place) for each in (one, other)]
        said |= dict(zip(("version", "other_version"), versions, strict=True))
        acts.append(lambda said=said: swap_rooms(**said))
    return acts


def in_rooms(sessions: list[Session]) -> list[int]:
    return sorted(Session.objects.filter(pk__in=[each.pk for each in sessions]).values_list("room_id", flat=True))


def test_of_two_swaps_with_one_session_in_common_one_is_made(plan, rooms, monkeypatch):
    first, second, third = rooms
    acts, before = swaps(plan, (first, second), (third, first)), in_rooms(rooms)
    slowly(monkeypatch, queries, "plans_of")
    assert together(*acts) == ["changed_meanwhile", "done"]
    assert in_rooms(rooms) == before and moved_letters() == 2
    assert set(Session.objects.values_list("state", flat=True)) == {"scheduled"}


def test_without_the_locks_the_table_still_refuses_and_names_who_is_in_the_room(plan, rooms, monkeypatch):
    first, second, third = rooms
    acts, before = swaps(plan, (first, second), (first, third)), in_rooms(rooms)
    slowly(monkeypatch, queries, "plans_of")
    without_locks(monkeypatch)
    assert together(*acts) == ["done", "room_taken"]
    assert in_rooms(rooms) == before and moved_letters() == 2


def test_without_the_constraint_too_two_sessions_stand_in_one_room(plan, rooms, monkeypatch):
    """The negative control."""
    first, second, third = rooms
    acts, before = swaps(plan, (first, second), (first, third)), in_rooms(rooms)
    slowly(monkeypatch, queries, "plans_of")
    without_locks(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE centres_session DROP CONSTRAINT session_room_free")
    try:
        assert together(*acts) == ["done", "done"]
        assert in_rooms(rooms) != before
    finally:
        Booking.objects.all().delete()
        Session.objects.all().delete()
        with connection.schema_editor() as editor:
            import_module("programs.centres.migrations.0003_rooms_without_overlaps").guard(None, editor)


# --- A season that opens at another time while sessions are given to it --------------------------
@pytest.fixture
def season(plan) -> Season:
    made = Season.objects.create(
        code="MUA-1", name="Mùa xuân", school_year=make_year(), opens_at=local(-2, 7), closes_at=local(90, 17)
    )
    return Season.objects.get(pk=made.pk)


def giving(plan, season: Season) -> list:
    session = make_session(trip=plan.trip, room=plan.room, starts_at=local(10, 8))
    stored = queries.terms_of(Session.objects.get(pk=session.pk))
    terms = Terms(**vars(stored) | {"season": season})
    mai, opening = make_officer(), season_terms(season)
    later = type(opening)(**vars(opening) | {"opens_at": local(2, 7)})

    def give() -> None:
        change_terms(session_id=session.pk, terms=terms, version=version_of(vars(stored)), by=plan.trung)

    def open_later() -> None:
        sleep(0.1)
        change_season(season=season, terms=later, version=version_of(opening.typed), by=mai)

    return [give, open_later]


def openings(season: Season) -> tuple:
    season.refresh_from_db()
    return season.opens_at, season.sessions.get().booking_opens_at


def test_a_session_opens_with_its_season_whoever_comes_first(plan, season, monkeypatch):
    acts = giving(plan, season)
    slowly(monkeypatch, rules, "terms_refusal")
    assert together(*acts) == ["done", "done"]
    of_season, of_session = openings(season)
    assert of_season == of_session == local(2, 7)


def test_without_the_lock_of_the_season_the_session_opens_when_the_season_no_longer_does(plan, season, monkeypatch):
    """The negative control."""
    acts = giving(plan, season)
    slowly(monkeypatch, rules, "terms_refusal")
    monkeypatch.setattr(locks, "season_as_it_is", lambda *, season: season)
    assert together(*acts) == ["done", "done"]
    of_season, of_session = openings(season)
    assert of_season != of_session


# --- The sweep of the waiting lists --------------------------------------------------------------
@pytest.fixture
def lists(plan) -> list[Session]:
    """Two full sessions, on whose lists two groups wait each; the places of one are free, and nobody was asked yet."""
    sessions = []
    for day in (10, 11):
        session = make_session(trip=plan.trip, room=plan.room, starts_at=local(day, 8), capacity=10)
        visit(session)
        for _number in range(2):
            visit(session, pupils=8, wait_if_full=True)
        with transaction.atomic():
            held = session.bookings.filter(state=BookingState.HELD).select_related(*BOOKING_PARTS).get()
            locks.lock_session(session_id=session.pk)
            guard.move_booking(booking=held, to=BookingState.CANCELLED_BY_SCHOOL)
        sessions.append(session)
    Message.objects.all().delete()
    return sessions


def _sweep(_worker: int) -> tuple[int, int]:
    """How many lists this worker moved, and how many of them fell."""
    with noting_what_falls() as fallen:
        return waiting.move_lists(now=timezone.now()), len(fallen)


def test_workers_that_sweep_together_offer_the_places_of_each_list_once(lists, monkeypatch):
    slowly(monkeypatch, waiting, "lists_that_may_move")
    answers = all_at_once(_sweep, list(range(AT_ONCE)))
    assert sum(moved * times for (moved, _fallen), times in answers.items()) == 2
    assert sum(fallen * times for (_moved, fallen), times in answers.items()) == 0
    assert Booking.objects.filter(state=BookingState.OFFERED).count() == 2
    assert Message.objects.filter(kind="booking_offered").count() == 2
    assert all(seats_add_up(session) for session in lists)


@pytest.mark.falls
def test_without_the_lock_the_sweeps_get_into_each_others_way(lists, monkeypatch):
    """The negative control: all read the same list, and only the table of states stops the second offer."""
    slowly(monkeypatch, waiting, "lists_that_may_move")
    slowly(monkeypatch, waiting, "waiting_list")
    without_locks(monkeypatch)
    quick = guard.take_seats
    monkeypatch.setattr(guard, "take_seats", lambda **places: (sleep(0.2), quick(**places))[1])
    answers = all_at_once(_sweep, list(range(AT_ONCE)))
    assert sum(fallen * times for (_moved, fallen), times in answers.items()) > 0
