"""The rules by themselves: rows in that were never saved, an answer out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.bookings.choices import BOOKING_MOVES, SEAT_COUNTED, BookingState
from programs.bookings.models import Booking
from programs.bookings.rules.booking import adults_needed
from programs.bookings.rules.waiting import promotable
from programs.centres.choices import WaitingPolicy
from programs.centres.models import Session
from programs.schools.choices import SchoolState
from programs.schools.models import School
from programs.visit_days.rules import fate_at_closing

NOW, SCHOOL = datetime(2026, 11, 23, 5, tzinfo=UTC), School(state=SchoolState.ACTIVE)


def moved_up(sizes: list[int], *, left: int, capacity: int = 40, **terms) -> list[int]:
    """By their places in the queue, from 1."""
    queue = [Booking(pk=number, pupils=pupils, school=SCHOOL) for number, pupils in enumerate(sizes, 1)]
    session = Session(capacity=capacity, seats_taken=capacity - left, **terms)
    return [booking.pk for booking in promotable(queue, session, now=NOW)]


@pytest.mark.parametrize(("pupils", "needed"), [(1, 1), (20, 1), (21, 2), (38, 2), (40, 2), (41, 3)])
def test_one_adult_for_every_begun_twenty(pupils, needed):
    assert adults_needed(pupils, 20) == needed


@pytest.mark.parametrize(
    ("left", "policy", "one_group", "chosen"),
    [
        (20, WaitingPolicy.FIRST_FIT, False, [2, 3]),
        (20, WaitingPolicy.STRICT, False, []),
        (40, WaitingPolicy.FIRST_FIT, False, [1, 2]),
        (40, WaitingPolicy.STRICT, False, [1, 2]),
        (40, WaitingPolicy.FIRST_FIT, True, [1]),
        (9, WaitingPolicy.FIRST_FIT, False, []),
        (0, WaitingPolicy.FIRST_FIT, False, []),
    ],
)
def test_who_moves_up(left, policy, one_group, chosen):
    assert moved_up([30, 10, 10], left=left, waiting_policy=policy, one_group=one_group) == chosen


@given(
    sizes=st.lists(st.integers(1, 60), max_size=12),
    left=st.integers(0, 60),
    taken=st.integers(0, 60),
    policy=st.sampled_from(list(WaitingPolicy)),
    one_group=st.booleans(),
)
def test_moving_up_never_overbooks_and_keeps_the_order(sizes, left, taken, policy, one_group):
    capacity = left + taken
    chosen = moved_up(sizes, left=left, capacity=capacity, waiting_policy=policy, one_group=one_group)
    assert sum(sizes[number - 1] for number in chosen) <= left
    assert chosen == sorted(set(chosen))
    if policy == WaitingPolicy.STRICT:
        possible = [number for number, pupils in enumerate(sizes, 1) if pupils <= capacity]
        assert chosen == possible[: len(chosen)]


def test_every_state_has_its_moves_and_closing_follows_them():
    assert set(BOOKING_MOVES) == set(BookingState)
    for state in BookingState:
        fate = fate_at_closing(state)
        assert fate is None or fate in BOOKING_MOVES[state]
    assert BookingState.NO_SHOW not in SEAT_COUNTED
