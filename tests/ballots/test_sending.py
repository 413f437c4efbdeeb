"""The worker sends: winners hold places, losers wait in the drawn order, everybody hears once."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from programs.ballots.actions import results
from programs.ballots.actions.results import start_sending
from programs.ballots.choices import BallotState
from programs.ballots.models import Ballot
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import BookingMode, SessionState
from programs.centres.models import Session
from programs.core import references
from programs.core.choices import JobState
from programs.core.models import Job
from programs.core.worker import run_due_jobs
from programs.notices.models import Message
from programs.schools.choices import SchoolState
from tests.ballots import make
from tests.ballots.make import (
    drawn,
    enter,
    opened,
    outcomes,
    refusal,
    schools_enter,
    sent,
)  # fmt: skip
from tests.centres.make import (
    book,
    seats_add_up,
)
from tests.core.collisions import each_code_twice
from tests.core.test_jobs import ROOT, environment
from tests.database import migrated_file

pytestmark = pytest.mark.django_db


def test_winners_hold_places_losers_wait_in_the_drawn_order_and_everybody_hears_once(world, outbox_sent):
    ballot = opened(world)
    entries = schools_enter(ballot, world.session, 4, wait_if_lost=True, needs="Xe lăn")
    sent(world, ballot)
    assert refusal(lambda: start_sending(ballot_id=ballot.pk, by=world.huy))[0] == "already_sent"
    by_place = list(ballot.entries.order_by("place").select_related("booking"))
    won, *waiting = by_place
    assert (won.booking.state, won.booking.seats, won.booking.needs) == (BookingState.HELD, 30, "Xe lăn")
    assert won.booking.papers_due_at is not None
    assert list(world.session.bookings.waiting()) == [entry.booking for entry in waiting]
    assert seats_add_up(world.session)
    assert Message.objects.filter(kind="ballot_result").count() == 4
    assert set(ballot.entries.values_list("contact_phone", "needs")) == {("", "")}
    mails = {mail.to[0]: mail for mail in outbox_sent()}
    assert won.booking.reference in mails[won.leader.email].body
    for place, entry in enumerate(waiting, 2):
        body = mails[entry.leader.email].body
        assert f"{place}" in body
        assert entry.booking.reference in body
    assert len(entries) == len(mails)


def test_when_the_winner_cancels_the_next_in_the_drawn_order_is_offered_the_places(world):
    ballot = opened(world)
    schools_enter(ballot, world.session, 3, wait_if_lost=True)
    sent(world, ballot)
    won, second, third = ballot.entries.order_by("place")
    cancel_booking(booking_id=won.booking_id, reason="Trùng lịch", by=won.leader)
    assert Booking.objects.get(pk=second.booking_id).state == BookingState.OFFERED
    assert Booking.objects.get(pk=third.booking_id).state == BookingState.WAITLISTED


def test_after_the_results_what_is_left_is_booked_like_any_session(world):
    ballot = opened(world)
    schools_enter(ballot, world.session, 1)
    sent(world, ballot)
    assert set(Session.objects.values_list("mode", flat=True)) == {BookingMode.FIRST_COME}
    world.season.refresh_from_db()
    assert world.season.mode == BookingMode.FIRST_COME
    assert book(world.session, world.class_8a1, world.hanh, pupils=10, adults=1).state == BookingState.HELD


def test_places_that_a_winner_cannot_take_are_offered_to_those_who_wait_before_anybody_books_them(world):
    ballot = opened(world)
    schools_enter(ballot, world.session, 2, wait_if_lost=True)
    drawn(world, ballot)
    won, lost = ballot.entries.order_by("place")
    type(world.school).objects.filter(pk=won.school_id).update(state=SchoolState.SUSPENDED)
    make.send(ballot)
    assert outcomes(ballot)[won.number] == ("lost", "school_not_working")
    lost.refresh_from_db()
    assert lost.booking.state == BookingState.OFFERED
    assert seats_add_up(world.session)


def test_what_changed_after_the_draw_is_reported_and_nothing_is_oversold(world):
    ballot = opened(world)
    one, two, three = world.sessions
    schools_enter(ballot, one, 1)
    enter(ballot, two, world.class_8a1, world.hanh)
    enter(ballot, three, world.lams_class, world.lam)
    drawn(world, ballot)
    Session.objects.filter(pk=one.pk).update(state=SessionState.CANCELLED)
    Session.objects.filter(pk=two.pk).update(capacity=20)
    type(world.school).objects.filter(pk=world.lams_class.school_id).update(state=SchoolState.SUSPENDED)
    make.send(ballot)
    assert outcomes(ballot) == {
        1: ("lost", "session_cancelled"),
        2: ("lost", "session_smaller"),
        3: ("lost", "school_not_working"),
    }
    assert not Booking.objects.exists()
    assert all(seats_add_up(session) for session in world.sessions)
    assert Message.objects.filter(kind="ballot_result").count() == 3


def test_a_sending_in_which_references_repeat_is_whole(world, monkeypatch):
    """Winners and those who wait get another reference; nobody's result falls out."""
    ballot = opened(world)
    schools_enter(ballot, world.session, 3, pupils=20, wait_if_lost=True)
    drawn(world, ballot)
    monkeypatch.setattr(references, "random_code", each_code_twice())
    make.send(ballot)
    booked = Booking.objects.order_by("reference").values_list("reference", flat=True)
    assert list(booked) == ["BD-AAAAA", "BD-BBBBB", "BD-CCCCC"]
    assert seats_add_up(world.session)


def test_a_worker_that_dies_between_two_leaders_sends_nothing_twice_and_forgets_nobody(world, monkeypatch):
    ballot = opened(world)
    schools_enter(ballot, world.session, 4, wait_if_lost=True)
    drawn(world, ballot)
    start_sending(ballot_id=ballot.pk, by=world.huy)
    settle, done = results._settle_leader, []

    def dies_at_the_third(**what):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(what)
        settle(**what)

    monkeypatch.setattr(results, "_settle_leader", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        results.send_results(ballot_id=ballot.pk)
    assert Message.objects.filter(kind="ballot_result").count() == 2
    assert Ballot.objects.get().state == BallotState.SENDING
    assert refusal(lambda: book(world.session, world.class_8a1, world.hanh))[0] == "by_ballot"
    monkeypatch.setattr(results, "_settle_leader", settle)
    for _again in range(2):
        results.send_results(ballot_id=ballot.pk)
    assert Ballot.objects.get().state == BallotState.SENT
    assert Message.objects.filter(kind="ballot_result").count() == 4
    assert (Booking.objects.exclude(state="waitlisted").count(), Booking.objects.waiting().count()) == (1, 3)
    by_place = ballot.entries.exclude(outcome="won").order_by("place")
    assert list(world.session.bookings.waiting()) == [each.booking for each in by_place.select_related("booking")]
    assert seats_add_up(world.session)


@pytest.mark.falls
def test_one_bad_row_stops_no_other_leader_and_is_tried_again(world, monkeypatch, caplog):
    ballot = opened(world)
    schools_enter(ballot, world.session, 3)
    drawn(world, ballot)
    start_sending(ballot_id=ballot.pk, by=world.huy)
    bad, tell = ballot.entries.get(place=1).leader, results.letters.tell_result

    def fails(*, leader, **about):
        if leader == bad:
            raise ValueError("broken")
        tell(leader=leader, **about)

    monkeypatch.setattr(results.letters, "tell_result", fails)
    run_due_jobs()
    told = Message.objects.filter(kind="ballot_result")
    assert told.count() == 2 and not told.filter(recipient=bad).exists()
    assert f"#{bad.pk}" in caplog.text
    assert Ballot.objects.get().state == BallotState.SENDING
    assert not Booking.objects.exists()  # the winner's booking went with its letter
    monkeypatch.setattr(results.letters, "tell_result", tell)
    assert Job.objects.get(name=results.SEND_JOB).state == JobState.QUEUED  # for another attempt
    results.send_results(ballot_id=ballot.pk)
    assert told.count() == 3 and told.filter(recipient=bad).exists()
    assert Ballot.objects.get().state == BallotState.SENT
    assert Booking.objects.get().state == BookingState.HELD


KILLED = """
import os, signal
from programs.ballots.actions import results
from programs.ballots.models import Ballot
from programs.notices.models import Message
tell = results.letters.tell_result

def dies_with_the_third(**about):
    tell(**about)
    if Message.objects.filter(kind="ballot_result").count() == 3:
        os.kill(os.getpid(), signal.SIGKILL)

results.letters.tell_result = dies_with_the_third
results.send_results(ballot_id=Ballot.objects.get().pk)
"""
ON_THE_WAY = """
from programs.ballots.actions import results
from tests.ballots.make import close, draw, schools_enter, terms, two_people
from tests.centres.make import local, make_session
from programs.ballots.actions import running
session = make_session()
ballot = running.open_ballot(session=session, terms=terms(local(2)), by=two_people()[0], key="k")
schools_enter(ballot, session, 5, wait_if_lost=True)
close(ballot)
draw(ballot)
results.start_sending(ballot_id=ballot.pk, by=two_people()[0])
"""
AGAIN = """
from programs.ballots.actions import results
from programs.ballots.models import Ballot
from programs.bookings.models import Booking
from programs.notices.models import Message
letters = Message.objects.filter(kind="ballot_result")
before = letters.count()
for _again in range(2):
    results.send_results(ballot_id=Ballot.objects.get().pk)
told = set(letters.values_list("recipient", flat=True))
print(before, letters.count(), len(told), Ballot.objects.get().state, Booking.objects.count())
"""


def in_a_process(database: Path, code: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", f"import django; django.setup()\n{code}"]
    return subprocess.run(command, cwd=ROOT, env=environment(database), capture_output=True, text=True, timeout=120)


def test_a_process_that_is_killed_in_the_middle_of_a_letter_writes_no_second_one(tmp_path):
    """SIGKILL while the third leader is settled: nothing of the third is left, and the next run begins with it."""
    database = tmp_path / "ballot.sqlite3"
    migrated_file(database)
    begun = in_a_process(database, ON_THE_WAY)
    assert begun.returncode == 0, begun.stderr
    assert in_a_process(database, KILLED).returncode == -signal.SIGKILL
    again = in_a_process(database, AGAIN)
    assert again.stdout.split() == ["2", "5", "5", "sent", "5"], again.stderr


SENDING, OF_A_LOSER = 37, 15  # finishing and the one winner; each leader whose class is not drawn


@pytest.mark.parametrize("rows", [2, 4])
def test_sending_costs_the_same_for_each_entry(world, rows, django_assert_num_queries):
    ballot = opened(world)
    schools_enter(ballot, world.session, rows)
    drawn(world, ballot)
    start_sending(ballot_id=ballot.pk, by=world.huy)
    with django_assert_num_queries(SENDING + OF_A_LOSER * rows):
        results.send_results(ballot_id=ballot.pk)
