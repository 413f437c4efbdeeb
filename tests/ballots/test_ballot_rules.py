"""The draw as arithmetic: known answers, every rule, and that weights do what they say."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.ballots import rules
from programs.ballots.rules import FACTORS, Entry, Place, WeightFacts

SCRIPT = Path(rules.__file__).parent / "data" / "repeat_draw.py"
SEED = "XSKT 30/11/2026: 481516"
FIVE = [5, 3, 4, 2, 1]  # what the program on the page said


def entry(number: int, **values) -> Entry:
    usual = {"session": 1, "school": f"S{number}", "group": number, "pupils": 30, "weight": Decimal("1.0000")}
    return Entry(number=number, **usual | values)


def draw(*entries: Entry, places: int = 40, one_group: bool = False, seed: str = SEED) -> dict[int, str]:
    """number -> "" for who won, or why not."""
    sessions = [Place(each, places, one_group) for each in sorted({entry.session for entry in entries})]
    return {each.number: each.reason for each in rules.draw(entries=entries, places=sessions, seed=seed)}


def order(*entries: Entry, seed: str = SEED) -> list[int]:
    return [entry.number for entry, _ticket in rules.drawn_order(entries, seed)]


# --- Known answers ------------------------------------------------------------------------------
def test_a_ticket_is_the_sha_256_of_seed_and_number():
    # printf '%s' 'XSKT 30/11/2026: 481516|7' | sha256sum
    assert rules.ticket_of(SEED, 7) == "28fda82c49d2ef6e5a311d913999280bb4dab1d76a8cc16208f606f8f2e21e47"


def test_the_key_is_exact_to_fifty_digits():
    half = f"{2**255 - 1:064x}"
    assert rules.key_of(half, Decimal("1.0000")) == Decimal("0.69314718055994530941723212145817656807550013436026")
    assert rules.key_of(half, Decimal("2.0000")) == Decimal("0.34657359027997265470861606072908828403775006718013")
    assert rules.key_of("f" * 64, Decimal("1.0000")) == 0  # the best of all tickets


def test_the_order_of_five_is_always_this_one():
    assert order(*[entry(number) for number in range(1, 6)]) == FIVE
    assert order(*[entry(number) for number in (5, 3, 1, 4, 2)]) == FIVE


# --- Weights ------------------------------------------------------------------------------------
FACTS = WeightFacts(roll=900, visits=45, never=False, distance="", kind="ward")


@pytest.mark.parametrize(
    ("changes", "points", "weight"),
    [
        ({}, {"base": 100, "seldom": 180}, "2.8000"),
        ({"visits": 0, "never": True}, {"base": 100, "seldom": 200, "never": 100}, "4.0000"),
        ({"visits": 450}, {"base": 100}, "1.0000"),
        ({"visits": 9000}, {"base": 100}, "1.0000"),
        ({"roll": 0, "visits": 3}, {"base": 100}, "1.0000"),  # an unknown roll favours nobody
        ({"distance": "other_ward"}, {"base": 100, "seldom": 180, "distance": 50}, "3.3000"),
        ({"distance": "other_province"}, {"base": 100, "seldom": 180, "distance": 100}, "3.8000"),
        ({"kind": "commune"}, {"base": 100, "seldom": 180, "kind": 50}, "3.3000"),
        ({"kind": "special_zone"}, {"base": 100, "seldom": 180, "kind": 100}, "3.8000"),
    ],
)
def test_what_a_school_is_weighs_in_whole_points(changes, points, weight):
    found = rules.points_of(WeightFacts(**vars(FACTS) | changes), FACTORS)
    assert found == points
    assert rules.weight_of(found) == Decimal(weight)


def test_an_administrator_can_give_other_points():
    factors = dict.fromkeys(FACTORS, 0) | {"base": 10, "never": 7}
    assert rules.points_of(WeightFacts(900, 0, True, "other_ward", "commune"), factors) == {"base": 10, "never": 7}


# --- Rules of the draw --------------------------------------------------------------------------
def test_a_group_is_taken_whole_or_not_at_all():
    first, second, *_ = FIVE
    entries = [entry(number, pupils=30) for number in range(1, 6)]
    assert draw(*entries, places=40) == {number: "" if number == first else "no_room" for number in range(1, 6)}
    entries[second - 1] = entry(second, pupils=10)
    assert draw(*entries, places=40)[second] == ""


def test_a_session_for_one_group_takes_one():
    assert list(draw(*[entry(number, pupils=5) for number in range(1, 6)], one_group=True).values()).count("") == 1


def test_a_school_over_its_cap_is_never_drawn():
    assert draw(entry(1, may_win=0), places=500) == {1: "school_cap"}
    found = draw(*[entry(number, school="S", may_win=2) for number in range(1, 5)], places=500)
    assert sorted(found.values()) == ["", "", "school_cap", "school_cap"]


def test_a_class_gets_one_session_of_a_ballot_and_none_when_it_is_elsewhere():
    found = draw(entry(1, group=1, school="S"), entry(2, group=1, school="S", session=2), entry(3, busy=True))
    assert sorted(found.values()) == ["", "class_busy", "class_has_place"]


def test_nobody_gets_a_second_place_while_a_school_without_one_waits():
    """The school with four groups comes first in the order, and still gets one place only: three others fit."""
    of_one = [entry(number, school="S", weight=Decimal(9000)) for number in range(1, 5)]
    others = [entry(number) for number in range(5, 8)]
    found = draw(*of_one, *others, places=120)
    assert [found[number] for number in (5, 6, 7)] == ["", "", ""]
    assert list(found.values()).count("") == 4


@st.composite
def ballots(draw_value):
    sessions = [Place(pk, draw_value(st.integers(0, 90)), draw_value(st.booleans())) for pk in (1, 2, 3)]
    caps = draw_value(st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=4, max_size=4))
    entries = []
    for number in range(1, draw_value(st.integers(1, 14)) + 1):
        school = draw_value(st.integers(0, 3))
        group = school * 10 + draw_value(st.integers(0, 2))
        values = {
            "session": draw_value(st.integers(1, 3)),
            "school": f"S{school}",
            "group": group,
            "pupils": draw_value(st.integers(1, 45)),
            "weight": Decimal(draw_value(st.integers(1, 90_000))).scaleb(-4),
            "may_win": caps[school],
            "busy": draw_value(st.booleans()),
        }
        entries.append(entry(number, **values))
    return entries, sessions


@given(ballots(), st.text(min_size=1, max_size=20))
def test_whatever_is_drawn_keeps_to_the_rules(ballot, seed):
    entries, sessions = ballot
    drawn = rules.draw(entries=entries, places=sessions, seed=seed)
    assert sorted(each.number for each in drawn) == [each.number for each in entries]
    assert [each.place for each in drawn] == list(range(1, len(entries) + 1))
    by_number = {each.number: each for each in entries}
    winners = [by_number[each.number] for each in drawn if each.won]
    for session in sessions:
        here = [each.pupils for each in winners if each.session == session.session]
        assert sum(here) <= session.places
        assert len(here) <= 1 or not session.one_group
    assert len({each.group for each in winners}) == len(winners)
    assert not any(each.busy for each in winners)
    for school, cap in {(each.school, each.may_win) for each in entries if each.may_win is not None}:
        assert sum(each.school == school for each in winners) <= cap
    assert drawn == rules.draw(entries=list(reversed(entries)), places=sessions, seed=seed)


# --- Fairness: fixed seeds, so that the figures are always these --------------------------------
def firsts(weights: list[str], *, draws: int = 4000) -> list[float]:
    entries = [entry(number, weight=Decimal(weight)) for number, weight in enumerate(weights, 1)]
    found = [order(*entries, seed=f"seed {each}")[0] for each in range(draws)]
    return [found.count(each.number) / draws for each in entries]


def test_equal_weights_have_equal_chances():
    assert firsts(["1.0000"] * 4) == pytest.approx([0.25] * 4, abs=0.02)


def test_the_chance_to_come_first_grows_with_the_weight():
    assert firsts(["1.0000", "2.0000", "5.0000"]) == pytest.approx([1 / 8, 2 / 8, 5 / 8], abs=0.02)


def test_the_number_of_an_entry_means_nothing():
    """Who enters first is not better off than who enters last."""
    places = [order(*[entry(number) for number in range(1, 21)], seed=f"s{each}").index(1) for each in range(2000)]
    assert sum(places) / len(places) == pytest.approx(9.5, abs=0.35)


# --- Anybody repeats it -------------------------------------------------------------------------
def published(entries: list[Entry], places: list[Place]) -> dict:
    return {
        "sessions": [vars(each) for each in places],
        "entries": [vars(each) | {"weight": f"{each.weight:.4f}"} for each in entries],
    }


def run_script(folder: Path, text: str, seed: str) -> tuple[list[dict], str]:
    """In a process of its own, with nothing but Python."""
    path = folder / "list.json"
    path.write_bytes(text.encode())
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(path), seed], capture_output=True, text=True, check=True, cwd=folder
    )
    return list(csv.DictReader(io.StringIO(done.stdout))), done.stderr


def test_the_program_on_the_page_draws_the_same(tmp_path):
    """300 groups of 90 schools for twelve sessions: the two have no line in common."""
    entries = [
        entry(
            number,
            session=number % 12,
            school=f"S{number % 90}",
            group=number % 260,
            pupils=20 + number * 7 % 25,
            weight=Decimal(100 + number * 37 % 400).scaleb(-2),
            may_win=[None, 0, 1, 2][number % 90 % 4],
            busy=number % 17 == 0,
        )
        for number in range(1, 301)
    ]
    places = [Place(each, 60 + each, each == 5) for each in range(12)]
    text = rules.canonical(published(entries, places))
    lines, said = run_script(tmp_path, text, SEED)
    drawn = rules.draw(entries=entries, places=places, seed=SEED)
    assert {each.reason for each in drawn} == {"", "no_room", "school_cap", "class_busy", "class_has_place"}
    assert [tuple(line.values()) for line in lines] == [
        (str(each.place), str(each.number), each.ticket, "yes" if each.won else "no", each.reason) for each in drawn
    ]
    assert rules.hash_of(text) in said


def test_the_published_text_reads_back_as_what_was_drawn():
    entries, places = [entry(1, may_win=3), entry(2, busy=True)], [Place(1, 40, False)]
    document = published(entries, places)
    assert rules.published_entries(document) == entries
    assert rules.published_places(document) == places


# --- Coverage -----------------------------------------------------------------------------------
def test_coverage_counts_schools_that_never_came_and_pupils_by_place():
    row = {"pupils": 30, "ward": "Phú Lợi", "cluster": "Cụm 1"}
    rows = [
        row | {"number": 1, "school": "A", "name": "THCS A", "facts": {"never": True}},
        row | {"number": 2, "school": "A", "name": "THCS A", "facts": {"never": True}},
        row
        | {"number": 3, "school": "B", "name": "THCS B", "facts": {"never": False}, "ward": "Bến Cát", "cluster": ""},
    ]
    found = rules.coverage({"entries": rows, "sessions": [{"places": 60}]}, {1: "won", 2: "lost", 3: "won"})
    assert (found.schools.drawn, found.schools.entered) == (2, 2)
    assert (found.never_visited.drawn, found.never_visited.entered) == (1, 1)
    assert [(each.label, each.entered, each.drawn) for each in found.wards] == [
        ("Bến Cát", 30, 30),
        ("Phú Lợi", 60, 30),
    ]
    assert [(each.label, each.entered, each.drawn) for each in found.clusters] == [("Cụm 1", 60, 30)]
    assert found.winners == [("THCS A", 1), ("THCS B", 1)]
