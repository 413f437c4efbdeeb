"""Random stories of a draw with wishes, from the first entry to the last letter, against what anybody can repeat.

The model is the program that stands on the page of every ballot, run in a process of its own on the published files.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from programs.ballots.actions import entries, results, running
from programs.ballots.actions.frozen import take_out_session
from programs.ballots.choices import FROZEN, BallotState, EntryOutcome
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import BookingMode, SessionState
from programs.centres.models import Session
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.schools.choices import SchoolState
from programs.schools.models import School
from programs.schools.queries.roles import forget_roles
from tests.ballots.make import close, draw, enter, make_season, send, terms
from tests.ballots.test_ballot_rules import run_script
from tests.centres.make import change_capacity, local, make_centre, make_manager, make_session, make_trip
from tests.people import make_class, make_officer, make_principal, make_school

SCHOOLS, CLASSES = 4, 2
ENOUGH = settings(max_examples=6, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))


class Draws(RuleBasedStateMachine):
    """Four schools with two classes each, three sessions at two centres, one season."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.huy = make_officer("Phạm Quốc Huy")
        season = make_season()
        near, far = (make_trip(centre=make_centre(name, bookings_per_school=1)) for name in ("Gần", "Xa"))
        self.sessions = [
            make_session(trip=near, starts_at=local(12), capacity=40, season=season),
            make_session(trip=near, starts_at=local(13), capacity=60, season=season),
            make_session(trip=far, starts_at=local(14), capacity=45, season=season, one_group=True),
        ]
        of_near, of_far = make_manager(near.centre), make_manager(far.centre)
        self.managers = [of_near, of_near, of_far]
        self.ballot = running.open_ballot(season=season, terms=terms(), by=self.huy, key="k")
        self.classes = []
        for number in range(SCHOOLS):
            school = make_school(f"Trường THCS Số {number}")
            leader = make_principal(f"Lê Thị Ngọc {number}", school=school)
            self.classes += [(leader, make_class(f"8A{each}", school=school)) for each in range(CLASSES)]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(
        rush=st.lists(
            st.tuples(st.permutations([0, 1, 2]), st.integers(20, 40)), min_size=5, max_size=SCHOOLS * CLASSES
        )
    )
    def a_rush(self, rush: list) -> None:
        """More wish to come than there are places."""
        for number, (wishes, pupils) in enumerate(rush):
            self.enter(number, wishes[: 1 + number % 3], pupils, waits=bool(number % 2))

    @rule()
    def a_stranger_looks(self) -> None:
        assert Client().get(reverse("ballot_detail", args=[self.ballot.reference])).status_code == 200

    # --- Before the list ------------------------------------------------------------------------
    def is_open(self) -> bool:
        return self.ballot.state == BallotState.OPEN

    def is_closed(self) -> bool:
        return self.ballot.state == BallotState.CLOSED

    def is_drawn(self) -> bool:
        return self.ballot.state == BallotState.DRAWN

    def is_frozen(self) -> bool:
        return self.ballot.state in FROZEN

    @precondition(is_open)
    @rule(
        number=st.integers(0, SCHOOLS * CLASSES - 1),
        wishes=st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True),
        pupils=st.integers(1, 40),
        waits=st.booleans(),
    )
    def enter(self, number: int, wishes: list[int], pupils: int, waits: bool) -> None:
        leader, class_group = self.classes[number]
        live = self.ballot.entries.exclude(outcome=EntryOutcome.WITHDRAWN).filter(class_group=class_group).exists()
        forget_roles(leader)
        sessions = [self.sessions[each] for each in wishes]
        key = f"{class_group.pk}-{self.ballot.entries.count()}"  # a form of its own each time
        try:
            enter(self.ballot, sessions, class_group, leader, pupils=pupils, adults=2, wait_if_lost=waits, key=key)
        except Refused:
            assert live or not class_group.school.is_working or self._dead(sessions)
            return

    def _dead(self, sessions: list[Session]) -> bool:
        return Session.objects.filter(pk__in=[each.pk for each in sessions]).exclude(state="scheduled").exists()

    @precondition(is_open)
    @rule(number=st.integers(0, 20))
    def withdraw(self, number: int) -> None:
        mine = list(self.ballot.entries.filter(outcome=EntryOutcome.ENTERED))
        if mine:
            entry = mine[number % len(mine)]
            forget_roles(entry.leader)
            entries.withdraw_entry(entry_id=entry.pk, by=entry.leader)

    @precondition(is_open)
    @rule()
    def publish(self) -> None:
        self.ballot = close(self.ballot)

    # --- Between the list and the results -------------------------------------------------------
    @precondition(is_frozen)
    @rule(number=st.integers(0, 2), capacity=st.integers(1, 60))
    def steer(self, number: int, capacity: int) -> None:
        """Who runs the centre tries to make the session fit whom they like."""
        session = Session.objects.get(pk=self.sessions[number].pk)
        if capacity != session.capacity:
            with pytest.raises(Refused):
                change_capacity(session_id=session.pk, capacity=capacity, by=self.managers[number])

    @precondition(is_frozen)
    @rule(number=st.integers(0, 2))
    def take_out(self, number: int) -> None:
        session = Session.objects.get(pk=self.sessions[number].pk)
        if session.state == SessionState.SCHEDULED:
            about = {"ballot_id": self.ballot.pk, "session_id": session.pk, "reason": "Cháy xưởng"}
            self.ballot = take_out_session(by=self.huy, **about)

    @precondition(is_frozen)
    @rule(number=st.integers(0, SCHOOLS - 1))
    def suspend(self, number: int) -> None:
        school = self.classes[number * CLASSES][1].school
        School.objects.filter(pk=school.pk).update(state=SchoolState.SUSPENDED)

    @precondition(is_closed)
    @rule(digits=st.integers(0, 999_999))
    def draw(self, digits: int) -> None:
        self.ballot = draw(self.ballot, f"{digits:06}")

    @precondition(is_drawn)
    @rule()
    def send(self) -> None:
        self.ballot = send(self.ballot)
        results.send_results(ballot_id=self.ballot.pk)  # once more, as after a lost worker
        self._repeats()
        self._is_told_once()

    def _repeats(self) -> None:
        """A stranger draws again from what is published: the published result, line by line."""

        def get(name: str) -> str:
            return Client().get(reverse(name, args=[self.ballot.reference])).content.decode()

        said = [self.ballot.secret, self.ballot.digits, *map(str, self.ballot.cancelled)]
        with tempfile.TemporaryDirectory() as folder:
            lines, _said = run_script(Path(folder), get("ballot_list_json"), *said)
        assert lines == list(csv.DictReader(io.StringIO(get("ballot_result_csv"))))

    def _is_told_once(self) -> None:
        told = Message.objects.filter(kind="ballot_result").values_list("recipient", flat=True)
        assert sorted(told) == sorted({entry.leader_id for entry in self.ballot.entries.exclude(place=None)})

    # --- What always holds ----------------------------------------------------------------------
    @invariant()
    def never_one_place_too_many(self) -> None:
        for session in Session.objects.all():
            held = list(session.bookings.exclude(seats=0).values_list("seats", flat=True))
            assert session.seats_taken == sum(held) <= session.capacity
            assert not session.one_group or len(held) <= 1

    @invariant()
    def whoever_won_has_what_was_drawn_and_whoever_lost_knows_why(self) -> None:
        if self.ballot.state != BallotState.SENT:
            assert not Booking.objects.exists()
            return
        for entry in self.ballot.entries.exclude(place=None).select_related("booking"):
            if entry.won:
                assert entry.session_id == entry.drew_id == entry.booking.session_id
                assert (entry.booking.state, entry.booking.seats) == (BookingState.HELD, entry.pupils)
            else:
                assert entry.reason and entry.session_id is None
                assert entry.booking is None or entry.wait_if_lost
        assert set(Session.objects.upcoming(local(0)).values_list("mode", flat=True)) <= {BookingMode.FIRST_COME}

    @invariant()
    def no_school_draws_more_than_the_list_lets_it(self) -> None:
        if self.ballot.state not in (BallotState.DRAWN, BallotState.SENDING, BallotState.SENT):
            return
        schools = {row["school"]: row for row in json.loads(self.ballot.published)["schools"]}
        drawn = self.ballot.entries.exclude(drew=None)
        for code, wins in Counter(drawn.values_list("school__code", flat=True)).items():
            assert wins <= schools[code]["may_win"]
        for (code, centre), wins in Counter(
            drawn.values_list("school__code", "drew__field_trip__centre__code")
        ).items():
            assert wins <= schools[code]["may_win_at"][centre]


@pytest.mark.django_db
def test_no_story_of_a_draw_breaks_an_invariant():
    run_state_machine_as_test(Draws, settings=ENOUGH)


@pytest.mark.django_db
def test_the_control_finds_a_result_that_is_not_the_drawn_one(monkeypatch):
    """Somebody who writes another winner between the draw and the results is seen by any stranger."""
    honest = results._settle

    def favours(entry, sessions, *, now) -> None:
        if entry.drew_id is None and entry.wished:
            entry.drew_id = entry.session_id = entry.wished[0]
            entry.save(update_fields=["drew"])
        honest(entry, sessions, now=now)

    monkeypatch.setattr(results, "_settle", favours)
    story = Draws()
    try:
        story.a_rush([([0, 1, 2], 30)] * 6)
        story.publish()
        story.draw(481516)
        with pytest.raises(AssertionError):
            story.send()
    finally:
        story.teardown()
