"""Two officers draw at once, two send at once: one draw, one set of bookings, one letter each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from time import sleep
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from programs.accounts.models import User
from programs.ballots import queries as ballot_queries
from programs.ballots.actions import entries, results, running
from programs.ballots.models import Ballot, BallotEntry
from programs.bookings.choices import SEAT_HOLDING
from programs.bookings.models import Booking
from programs.centres import rules as centre_rules
from programs.centres.actions import locks, schedule, settings
from programs.centres.choices import BookingMode, CentreRole
from programs.centres.models import CentreStaff, Room, Season, Session
from programs.centres.queries.schedule import terms_of
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.notices.models import Message
from programs.pupils.models import ClassGroup
from programs.schools.choices import SchoolRole
from programs.schools.models import Membership
from programs.timetables.actions import sessions as changes
from tests.ballots import make
from tests.ballots.make import terms
from tests.centres.make import local, make_group, make_session, make_trip, seats_add_up
from tests.people import make_class, make_officer, make_school, make_teacher, make_user, make_year

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]

SCHOOLS, AT_ONCE = 6, 4


@pytest.fixture
def ballot() -> Ballot:
    """Six groups of ten for forty places, by the department's hand."""
    session, officer = make_session(), make_officer()
    ballot = running.open_ballot(session=session, terms=terms(local(2)), by=officer, key="k")
    for number in range(SCHOOLS):
        school = make_school(f"Trường THCS Số {number}")
        teacher = make_teacher(f"Lê Văn Tư {number}", school=school)
        _enter(ballot, make_class("8A", school=school).pk, teacher.pk)
    return ballot


def _enter(ballot: Ballot, class_id: int, teacher_id: int, key: str = "") -> BallotEntry:
    class_group = ClassGroup.objects.select_related("school").get(pk=class_id)
    group = make_group(class_group, pupils=10, adults=1)
    by = User.objects.get(pk=teacher_id)
    return entries.enter_ballot(
        ballot_id=ballot.pk,
        wishes=[ballot.session_id],
        group=group,
        wait_if_lost=True,
        by=by,
        key=key or str(class_id),
    )


def together(act, *, times: int = AT_ONCE) -> list:
    """What ``act(number)`` answers for each of ``times`` connections that start at one moment."""
    start = Barrier(times)

    def run(number: int):
        try:
            start.wait(timeout=5)
            return act(number)
        except Refused as refused:
            return refused.refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_drawn_and_sent_by_several_at_once_it_is_drawn_and_sent_once(ballot):
    Ballot.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    officer, second = make.two_people()
    published = together(lambda _: running.publish_due_lists())
    assert sum(published) == 1
    Ballot.objects.update(source_date=timezone.localdate())
    running.enter_digits(ballot_id=ballot.pk, digits=make.DIGITS, by=officer)

    def draw(_number) -> str:
        return running.draw_ballot(ballot_id=ballot.pk, digits=make.DIGITS, by=second).seed

    assert together(draw).count("already_drawn") == AT_ONCE - 1
    started = together(lambda _: results.start_sending(ballot_id=ballot.pk, by=officer).state)
    assert sorted(started) == [*["already_sent"] * (AT_ONCE - 1), "sending"]
    assert together(lambda _: results.send_results(ballot_id=ballot.pk)) == [None] * AT_ONCE  # as after a lost worker
    assert Ballot.objects.get().state == "sent"
    assert Booking.objects.filter(state__in=SEAT_HOLDING).count() == 4  # one drawn, three offered what is left
    assert Booking.objects.waiting().count() == SCHOOLS - 4
    assert Message.objects.filter(kind="ballot_result").count() == SCHOOLS
    assert seats_add_up(ballot.session)


def test_a_class_that_is_entered_by_several_at_once_is_entered_once(ballot):
    school = make_school("Trường THCS Đông")
    teacher = make_teacher("Vũ Thị Đông", school=school)
    class_id = make_class("8A", school=school).pk
    answers = together(lambda number: str(_enter(ballot, class_id, teacher.pk, key=f"tab-{number}").number))
    assert sorted(answers) == ["7", "entered_twice", "entered_twice", "entered_twice"]
    assert BallotEntry.objects.filter(class_group=class_id).count() == 1


def test_schools_that_enter_at_one_moment_get_a_number_each(ballot):
    people = []
    for number in range(AT_ONCE):
        school = make_school(f"Trường THCS Khác {number}")
        people.append((make_class("8A", school=school).pk, make_teacher(f"Cô Khác {number}", school=school).pk))
    numbers = together(lambda number: _enter(ballot, *people[number]).number)
    assert sorted(numbers) == [SCHOOLS + 1 + number for number in range(AT_ONCE)]


# --- Two ballots with the same schools ----------------------------------------------------------
@pytest.fixture
def crossed(monkeypatch) -> list[Ballot]:
    """Two drawn ballots of a leader with classes of the same two schools; each school takes its time."""
    officer, trip, leader = make_officer(), make_trip(), None
    ballots = [
        running.open_ballot(
            session=make_session(trip=trip, starts_at=local(10 + number)),
            terms=terms(local(2)),
            by=officer,
            key=f"k{number}",
        )
        for number in range(2)
    ]
    for name in ("Phú Hòa", "Định Hòa"):
        school = make_school(f"Trường THCS {name}")
        leader = leader or make_teacher("Cô Hai Trường", school=school)
        class_id = make_class("8A", school=school).pk
        Membership.objects.get_or_create(user=leader, school=school, defaults={"role": SchoolRole.TEACHER})
        for ballot in ballots:
            _enter(ballot, class_id, leader.pk, key=f"{name}-{ballot.pk}")
    for number, ballot in enumerate(ballots):
        make.close(ballot)
        make.draw(ballot)
        for place, entry in enumerate(ballot.entries.order_by("-school" if number else "school"), 1):
            BallotEntry.objects.filter(pk=entry.pk).update(place=place, outcome="lost", session=None)
        results.start_sending(ballot_id=ballot.pk, by=officer)
    at_once = results.school_facts_of

    def slowly(**wish):
        facts = at_once(**wish)
        sleep(0.3)
        return facts

    monkeypatch.setattr(results, "school_facts_of", slowly)
    return ballots


def _send_both(ballots: list[Ballot]) -> list:
    return together(lambda number: results.send_results(ballot_id=ballots[number].pk), times=2)


def test_two_ballots_that_are_sent_at_once_do_not_wait_for_each_others_schools(crossed):
    assert _send_both(crossed) == [None, None]
    assert set(Ballot.objects.values_list("state", flat=True)) == {"sent"}
    assert Booking.objects.filter(state__in=SEAT_HOLDING).count() == 4
    assert all(seats_add_up(ballot.session) for ballot in crossed)


@pytest.mark.falls
def test_schools_that_are_locked_one_by_one_stop_one_of_the_two(crossed, monkeypatch, caplog):
    """The negative control: each ballot holds the school that the other wants next."""
    monkeypatch.setattr(results, "_lock_schools", lambda entries: None)
    with pytest.raises(results.NotAllSettled):
        _send_both(crossed)
    assert "deadlock detected" in caplog.text


# --- A session that is moved while its list is published ----------------------------------------
def test_a_session_is_moved_before_the_list_is_published_or_not_at_all(ballot, monkeypatch):
    """The list never says another time than the session has."""
    make.time_is_over(ballot)
    session = Session.objects.select_related("field_trip__centre", "room").get(pk=ballot.session_id)
    manager = make_user("Bùi Thị Nga")
    CentreStaff.objects.create(centre=session.field_trip.centre, user=manager, role=CentreRole.MANAGER)
    version = version_of(session.place)
    monkeypatch.setattr(changes, "frozen_refusal", _slowly(changes.frozen_refusal))
    monkeypatch.setattr(changes, "must_be_free", lambda **_about: None)

    def move() -> str:
        how = {"session_id": session.pk, "room": session.room, "version": version}
        changes.move_session(starts_at=local(13), by=User.objects.get(pk=manager.pk), **how)
        return "moved"

    def publish() -> str:
        sleep(0.1)
        return running.close_ballot(ballot_id=ballot.pk, by=None).state

    answers = together(lambda number: publish() if number else move(), times=2)
    ballot.refresh_from_db()
    session.refresh_from_db()
    [row] = ballot_queries.published_list(ballot)["sessions"]
    assert row["starts_at"] == timezone.localtime(session.starts_at).isoformat(timespec="minutes")
    assert answers in (["moved", "closed"], ["in_ballot", "closed"])


# --- A session that is planned into a season while its list is published ------------------------
@pytest.fixture
def plan_while_published(season, monkeypatch):
    """Whether the planned session is in the list, and what its planner was told."""
    ballot = _open(season, make_officer())
    make.time_is_over(ballot)
    trip = season.sessions.first().field_trip
    manager = make_user("Bùi Thị Nga")
    CentreStaff.objects.create(centre=trip.centre, user=manager, role=CentreRole.MANAGER)
    room = Room.objects.create(centre=trip.centre, name="Phòng bên", capacity=60)
    monkeypatch.setattr(schedule, "into_season_refusal", _then_slowly(schedule.into_season_refusal))
    monkeypatch.setattr(schedule, "must_be_free", lambda **_about: None)

    def plan() -> str:
        offer = schedule.Offer(field_trip=trip, room=room, capacity=30, season=Season.objects.get(pk=season.pk))
        by = User.objects.get(pk=manager.pk)
        return schedule.schedule_session(offer=offer, starts_at=local(20), by=by, key="k").state

    def publish() -> str:
        sleep(0.15)
        return running.close_ballot(ballot_id=ballot.pk, by=None).state

    def run() -> tuple[bool, str]:
        said, _closed = together(lambda number: publish() if number else plan(), times=2)
        planned = set(season.sessions.values_list("pk", flat=True))
        ballot.refresh_from_db()
        listed = {row["session"] for row in ballot_queries.published_list(ballot)["sessions"]}
        return planned == listed, said

    return run


def test_a_session_is_in_the_list_or_is_not_planned_into_its_season(plan_while_published):
    whole, said = plan_while_published()
    assert whole and said in ("scheduled", "in_ballot")


def test_a_season_that_is_not_locked_gains_a_session_that_nobody_draws(plan_while_published, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(schedule, "_under_season", lambda offer: offer)
    whole, said = plan_while_published()
    assert (whole, said) == (False, "scheduled")


# --- A season that is saved while its ballot is opened or sent ----------------------------------
@pytest.fixture
def season(monkeypatch) -> Season:
    """Two sessions of a season whose places are drawn; the caller that has its first lock waits."""
    season = Season.objects.create(
        code="HK2",
        name="Học kỳ II",
        school_year=make_year(),
        mode=BookingMode.BALLOT,
        opens_at=local(1),
        closes_at=local(90),
        bookings_per_school=2,
    )
    trip = make_trip()
    for number in range(2):
        make_session(trip=trip, starts_at=local(10 + number), season=season, mode=BookingMode.BALLOT)
    for module, name in (
        (centre_rules, "season_refusal"),
        (ballot_queries, "facts_of_target"),
        (results, "switch_mode"),
    ):
        monkeypatch.setattr(module, name, _slowly(getattr(module, name)))
    return season


def _then_slowly(step):
    def slow(*args, **kwargs):
        answer = step(*args, **kwargs)
        sleep(0.5)
        return answer

    return slow


def _slowly(step):
    def slow(*args, **kwargs):
        sleep(0.3)
        return step(*args, **kwargs)

    return slow


def _open(season: Season, officer: User) -> Ballot:
    return running.open_ballot(season=season, terms=terms(local(2)), by=officer, key="k")


def _save_while(act, season: Season, officer: User) -> list:
    """What is answered to one who names the season anew, and to one who does ``act``, at one moment."""
    read = terms_of(Season.objects.get(pk=season.pk))
    changed, version = replace(read, name="Học kỳ hai"), version_of(read.typed)

    def save() -> str:
        by = User.objects.get(pk=officer.pk)
        return settings.change_season(season=season, terms=changed, version=version, by=by).code

    return together(lambda number: save() if number else act(), times=2)


def _drawn(season: Season, officer: User) -> Ballot:
    ballot = _open(season, officer)
    make.close(ballot)
    make.draw(ballot)
    return results.start_sending(ballot_id=ballot.pk, by=officer)


def test_a_season_is_saved_while_its_ballot_is_opened(season):
    officer = make_officer()
    answers = _save_while(lambda: _open(season, User.objects.get(pk=officer.pk)).state, season, officer)
    assert answers == ["open", "HK2"]
    season.refresh_from_db()
    assert (season.name, season.mode) == ("Học kỳ hai", BookingMode.BALLOT)


def test_a_season_that_is_saved_while_its_results_are_sent_and_its_sessions_give_places_in_one_way(season):
    officer = make_officer()
    ballot = _drawn(season, officer)
    sent, saved = _save_while(lambda: results.send_results(ballot_id=ballot.pk), season, officer)
    assert (sent, Ballot.objects.get().state) == (None, "sent")
    assert saved in ("HK2", "changed_meanwhile"), "whoever saves after the results sends a form from before them"
    season.refresh_from_db()
    assert {season.mode, *season.sessions.values_list("mode", flat=True)} == {BookingMode.FIRST_COME}


@pytest.mark.parametrize("step", ["open", "send"])
def test_sessions_that_are_locked_before_their_season_stop_one_of_the_two(season, monkeypatch, step):
    """The negative control: one holds the season, the other its sessions."""
    officer = make_officer()
    ballot = _drawn(season, officer) if step == "send" else None

    def season_only(*, season_id: int) -> Season:
        return Season.objects.select_for_update(no_key=True).get(pk=season_id)

    monkeypatch.setattr(settings, "locks", SimpleNamespace(lock_season=season_only))
    monkeypatch.setattr(locks, "lock_season", lambda *, season_id: None)
    by = User.objects.get(pk=officer.pk)
    with pytest.raises(OperationalError, match="deadlock"):
        _save_while(
            lambda: results.send_results(ballot_id=ballot.pk) if ballot else _open(season, by),
            season,
            officer,
        )
