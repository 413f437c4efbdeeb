"""The draw as arithmetic: known answers, every rule, and that weights do what they say."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.ballots.rules import fair
from programs.ballots.rules.fair import FACTORS, Drawing, Entry, Place, WeightFacts

SCRIPT = Path(fair.__file__).parent.parent / "data" / "repeat_draw.py"
SECRET, DIGITS, REFERENCE = "5ec2e7" * 10, "738201", "BT-4M2XC"
SEED = fair.seed_of(secret=SECRET, digits=DIGITS, reference=REFERENCE)


def entry(number: int, **values) -> Entry:
    usual = {"school": f"S{number}", "pupils": 30, "wishes": (1,)}
    return Entry(number=number, **usual | values)


def schools_of(*entries: Entry, weights: dict | None = None, caps: dict | None = None) -> list[Drawing]:
    codes = sorted({each.school for each in entries})
    return [Drawing(code, Decimal((weights or {}).get(code, "1.0000")), (caps or {}).get(code)) for code in codes]


def result(*entries: Entry, seed: str = SEED, places: dict | int = 40, largest: int = 40, **how) -> list[fair.Drawn]:
    sessions = sorted({session for each in entries for session in each.wishes})
    rooms = places if isinstance(places, dict) else dict.fromkeys(sessions, places)
    one_group, cancelled = how.pop("one_group", False), how.pop("cancelled", ())
    return fair.draw(
        entries=entries,
        schools=schools_of(*entries, **how),
        places=[Place(session, number, min(largest, number), one_group) for session, number in rooms.items()],
        seed=seed,
        reference=REFERENCE,
        cancelled=cancelled,
    )


def won(*entries: Entry, **how) -> dict[int, int]:
    """number -> session, of who won."""
    return {each.number: each.session for each in result(*entries, **how) if each.session}


def reasons(*entries: Entry, **how) -> dict[int, str]:
    return {each.number: each.reason for each in result(*entries, **how)}


def order(*entries: Entry, seed: str = SEED, weights: dict | None = None) -> list[int]:
    drawn = fair.drawn_order(entries, schools_of(*entries, weights=weights), seed=seed, reference=REFERENCE)
    return [entry.number for entry, _ticket in drawn]


# --- Known answers ------------------------------------------------------------------------------
def test_the_seed_is_the_sha_256_of_secret_digits_and_reference():
    # printf '%s' 'abc|012345|BT-4M2XC' | sha256sum
    known = hashlib.sha256(b"abc|012345|BT-4M2XC").hexdigest()
    assert fair.seed_of(secret="abc", digits="012345", reference="BT-4M2XC") == known
    assert fair.commitment_to("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_same_entry_has_another_ticket_in_another_ballot():
    """Two ballots that name the same source on the same day do not have the same winners."""
    assert fair.ticket_of(SEED, "BT-4M2XC", 7) != fair.ticket_of(SEED, "BT-7K3Q9", 7)
    seeds = {fair.seed_of(secret=SECRET, digits=DIGITS, reference=each) for each in ("BT-4M2XC", "BT-7K3Q9")}
    assert len(seeds) == 2


def test_the_key_is_exact_to_fifty_digits():
    half = f"{2**255 - 1:064x}"
    assert fair.key_of(half, Decimal("1.0000")) == Decimal("0.69314718055994530941723212145817656807550013436026")
    assert fair.key_of(half, Decimal("2.0000")) == Decimal("0.34657359027997265470861606072908828403775006718013")
    assert fair.key_of("f" * 64, Decimal("1.0000")) == 0  # the best of all tickets


def test_the_order_does_not_depend_on_how_the_list_is_sorted():
    assert order(*[entry(number) for number in range(1, 6)]) == order(*[entry(number) for number in (5, 3, 1, 4, 2)])


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
    found = fair.points_of(WeightFacts(**vars(FACTS) | changes), FACTORS)
    assert found == points
    assert fair.weight_of(found) == Decimal(weight)


def test_an_administrator_can_give_other_points():
    factors = dict.fromkeys(FACTORS, 0) | {"base": 10, "never": 7}
    assert fair.points_of(WeightFacts(900, 0, True, "other_ward", "commune"), factors) == {"base": 10, "never": 7}


# --- Rules of the draw --------------------------------------------------------------------------
def test_a_group_is_taken_whole_and_each_school_has_its_turn():
    entries = [entry(number) for number in range(1, 6)]
    first, *others = order(*entries)
    assert won(*entries) == {first: 1}
    assert reasons(*entries) == {first: "", **dict.fromkeys(others, "no_room")}


def test_a_class_gets_the_best_of_its_wishes_that_has_room():
    entries = [entry(number, wishes=(1, 2, 3)) for number in range(1, 5)]
    first, second, third, last = order(*entries)
    assert won(*entries) == {first: 1, second: 2, third: 3}
    assert reasons(*entries)[last] == "no_room"


def test_room_is_room_for_any_group_whatever_its_size():
    """After 30 of 60 places a group of 40 would no longer fit, so a tiny one gets nothing ahead of it either."""
    first, second, third = order(entry(1), entry(2), entry(3))
    assert won(entry(first), entry(second, pupils=5), entry(third, pupils=40), places=60) == {first: 1}
    assert len(won(*[entry(number, pupils=20) for number in range(1, 6)], places=60)) == 2


def test_a_session_for_one_group_takes_one():
    assert len(won(*[entry(number, pupils=5) for number in range(1, 6)], places=500, one_group=True)) == 1


def test_a_school_over_its_cap_is_never_drawn():
    assert reasons(entry(1), places=500, caps={"S1": 0}) == {1: "school_cap"}
    found = reasons(*[entry(number, school="S") for number in range(1, 5)], places=500, caps={"S": 2})
    assert sorted(found.values()) == ["", "", "school_cap", "school_cap"]


def test_what_a_school_may_have_at_a_centre_leaves_it_the_other_centres():
    how = {"places": [Place(1, 40, 40, centre_code="A"), Place(2, 40, 40, centre_code="B")], "seed": SEED}
    schools = [Drawing("S1", Decimal(1), may_win_at={"A": 0, "B": 1})]
    entries = [entry(1, wishes=(1, 2)), entry(2, school="S1", wishes=(1,))]
    found = {each.number: each for each in fair.draw(entries=entries, schools=schools, reference=REFERENCE, **how)}
    assert (found[1].session, found[2].reason) == (2, "school_limit")


def test_a_class_that_is_elsewhere_gets_another_wish_or_hears_so():
    assert won(entry(1, wishes=(1, 2), busy=(1,))) == {1: 2}
    assert reasons(entry(1, busy=(1,))) == {1: "class_busy"}


def test_a_cancelled_session_is_not_no_room():
    assert reasons(entry(1), cancelled=(1,)) == {1: "session_cancelled"}
    assert won(entry(1, wishes=(1, 2)), cancelled=(1,)) == {1: 2}
    assert reasons(entry(1), places={1: 0}) == {1: "session_cancelled"}  # it was cancelled before the list


def test_nobody_gets_a_second_place_while_a_school_without_one_waits():
    """The school with four classes comes first by far, and still gets one place only: three others fit."""
    of_one = [entry(number, school="S") for number in range(1, 5)]
    others = [entry(number) for number in range(5, 8)]
    found = won(*of_one, *others, places=120, largest=30, weights={"S": "9000"})
    assert {5, 6, 7} <= set(found)
    assert len(found) == 4


@st.composite
def ballots(draw_value):
    sessions = [
        Place(pk, draw_value(st.integers(0, 90)), draw_value(st.integers(1, 45)), draw_value(st.booleans()))
        for pk in (1, 2, 3)
    ]
    schools = [
        Drawing(f"S{each}", Decimal(draw_value(st.integers(1, 90_000))).scaleb(-4), cap)
        for each, cap in enumerate(
            draw_value(st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=4, max_size=4))
        )
    ]
    wishes = st.lists(st.sampled_from((1, 2, 3)), min_size=1, max_size=3, unique=True)
    entries = [
        entry(
            number,
            school=f"S{draw_value(st.integers(0, 3))}",
            pupils=draw_value(st.integers(1, 45)),
            wishes=tuple(draw_value(wishes)),
            busy=tuple(draw_value(st.lists(st.sampled_from((1, 2, 3)), max_size=2, unique=True))),
        )
        for number in range(1, draw_value(st.integers(1, 14)) + 1)
    ]
    return entries, schools, sessions


@given(ballots(), st.text(min_size=1, max_size=20))
def test_whatever_is_drawn_keeps_to_the_rules(ballot, seed):
    entries, schools, sessions = ballot
    how = {"schools": schools, "places": sessions, "seed": seed, "reference": REFERENCE}
    drawn = fair.draw(entries=entries, **how)
    assert sorted(each.number for each in drawn) == [each.number for each in entries]
    assert [each.place for each in drawn] == list(range(1, len(entries) + 1))
    assert all(bool(each.reason) != each.won for each in drawn)
    by_number = {each.number: each for each in entries}
    winners = [(by_number[each.number], each.session) for each in drawn if each.won]
    for place in sessions:
        here = [each.pupils for each, session in winners if session == place.session]
        assert sum(here) <= place.places
        assert len(here) <= 1 or not place.one_group
    assert not any(session in each.busy or session not in each.wishes for each, session in winners)
    for school in schools:
        assert school.may_win is None or sum(each.school == school.code for each, _ in winners) <= school.may_win
    assert drawn == fair.draw(entries=list(reversed(entries)), **how)


# --- Fairness: fixed seeds, so that the figures are always these --------------------------------
DRAWS = 10_000


@pytest.fixture(scope="module", autouse=True)
def known_keys():
    """The same seeds are drawn for every question: each logarithm is taken once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fair, "key_of", cache(fair.key_of))
        yield


def shares(*entries: Entry, of=lambda each: each.school, **how) -> dict:
    """Of ten thousand draws the share in which each (school, class ...) wins anything."""
    by_number = {each.number: each for each in entries}
    found: Counter = Counter()
    for turn in range(DRAWS):
        found.update({of(by_number[number]) for number in won(*entries, seed=f"lượt {turn}", **how)})
    return {key: found[key] / DRAWS for key in {of(each) for each in entries}}


def test_ten_classes_of_one_school_and_ten_schools_with_one_class_are_equal_per_school():
    """It was 50.7 % against 4.9 %: now each of the eleven schools has one chance in eleven."""
    entries = [entry(number, school="S1") for number in range(1, 11)] + [entry(number) for number in range(11, 21)]
    found = shares(*entries)
    assert len(found) == 11
    assert all(share == pytest.approx(1 / 11, abs=0.01) for share in found.values())


def test_a_class_that_is_split_in_two_gains_nothing():
    """It was 18.7 % against 10.6 %: now its school wins in the very same draws."""
    whole = [entry(number, pupils=40) for number in range(1, 6)]
    halves = [entry(1, pupils=20), entry(6, school="S1", pupils=20), *whole[1:]]
    assert shares(*halves)["S1"] == shares(*whole)["S1"] == pytest.approx(1 / 5, abs=0.012)


def test_a_tiny_group_gains_nothing():
    """It was 25.8 % for 5 pupils against 7.7 % for 35: now the class wins in the very same draws, whatever its size."""
    others = [entry(number, pupils=size) for number, size in enumerate([5, 35, 20, 35], 2)]
    small, large = (shares(entry(1, pupils=size), *others, places=80, largest=36)["S1"] for size in (5, 35))
    assert small == large


def test_more_wishes_bring_the_first_one_no_nearer():
    """It was 94 % against 30 %: a class that wished for all sessions had a chance of its own in each."""
    others = [entry(number) for number in range(2, 6)]
    one, many = entry(1), entry(1, wishes=(1, 2, 3))
    first = sum(won(many, *others, seed=f"lượt {turn}").get(1) == 1 for turn in range(DRAWS)) / DRAWS
    assert first == shares(one, *others)["S1"] == pytest.approx(1 / 5, abs=0.012)


def test_where_all_wish_for_all_each_school_has_one_chance_in_each_turn():
    """Five schools, two sessions with room for one group each: who has ten classes wins as often as who has one."""
    many = [entry(number, school="S1", wishes=(1, 2)) for number in range(1, 11)]
    found = shares(*many, *[entry(number, wishes=(2, 1)) for number in range(11, 15)])
    assert all(share == pytest.approx(2 / 5, abs=0.015) for share in found.values())


def firsts(weights: list[str], *, draws: int = 4000) -> list[float]:
    entries = [entry(number) for number in range(1, len(weights) + 1)]
    of_school = {f"S{number}": weight for number, weight in enumerate(weights, 1)}
    found = [order(*entries, seed=f"seed {each}", weights=of_school)[0] for each in range(draws)]
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
def published(entries: list[Entry], schools: list[Drawing], places: list[Place]) -> dict:
    return {
        "ballot": REFERENCE,
        "commitment": fair.commitment_to(SECRET),
        "digit_count": len(DIGITS),
        "sessions": [vars(each) for each in places],
        "schools": [
            {
                "school": each.code,
                "weight": f"{each.weight:.4f}",
                "may_win": each.may_win,
                "may_win_at": dict(each.may_win_at),
            }
            for each in schools
        ],
        "entries": [vars(each) for each in entries],
    }


def run_script(folder: Path, text: str, *said: str, fails: bool = False) -> tuple[list[dict], str]:
    """In a process of its own, with nothing but Python; ``said`` are the secret, the digits, cancelled sessions."""
    path = folder / "list.json"
    path.write_bytes(text.encode())
    command = [sys.executable, "-I", str(SCRIPT), str(path), *said]
    done = subprocess.run(command, capture_output=True, text=True, check=not fails, cwd=folder)
    assert bool(done.returncode) == fails
    return list(csv.DictReader(io.StringIO(done.stdout))), done.stderr


@pytest.mark.parametrize("cancelled", [(), (3, 7)])
def test_the_program_on_the_page_draws_the_same(tmp_path, cancelled):
    """300 classes of 90 schools for twelve sessions: the two have no line in common."""
    entries = [
        entry(
            number,
            school=f"S{number % 90}",
            pupils=20 + number * 7 % 25,
            wishes=tuple(dict.fromkeys((number % 12, number * 5 % 12, number * 7 % 12)))[: 1 + number % 3],
            busy=(number % 12,) if number % 17 == 0 else (),
        )
        for number in range(1, 301)
    ]
    schools = [
        Drawing(
            f"S{each}", Decimal(100 + each * 37 % 400).scaleb(-2), [None, 0, 1, 2][each % 4], {"A": each % 3, "B": 1}
        )
        for each in range(90)
    ]
    places = [Place(each, 60 + each, 30 + each, each == 5, "ABC"[each % 3]) for each in range(12)]
    text = fair.canonical(published(entries, schools, places))
    lines, said = run_script(tmp_path, text, SECRET, DIGITS, *map(str, cancelled))
    drawn = fair.draw(
        entries=entries, schools=schools, places=places, seed=SEED, reference=REFERENCE, cancelled=cancelled
    )
    assert {each.reason for each in drawn} >= {"", "no_room", "school_cap", "school_limit", "class_busy"}
    assert [tuple(line.values()) for line in lines] == [
        (
            str(each.place),
            str(each.number),
            each.ticket,
            str(each.session or "" if each.session != 0 else 0),
            each.reason,
        )
        for each in drawn
    ]
    assert fair.hash_of(text) in said and SEED in said


def test_the_program_refuses_another_secret_and_another_spelling_of_the_digits(tmp_path):
    """Whoever runs the ballot can put neither in the place of what was committed to and announced."""
    text = fair.canonical(published([entry(1)], schools_of(entry(1)), [Place(1, 40, 40)]))
    assert "NOT the secret" in run_script(tmp_path, text, "another", DIGITS, fails=True)[1]
    for spelling in ("38201", "0738201", "738 201", "73820١"):
        assert "6 digits" in run_script(tmp_path, text, SECRET, spelling, fails=True)[1]


def test_the_published_text_reads_back_as_what_was_drawn():
    entries, places = [entry(1), entry(2, busy=(1,))], [Place(1, 40, 36)]
    document = json.loads(fair.canonical(published(entries, schools_of(*entries, caps={"S1": 3}), places)))
    assert fair.published_entries(document) == entries
    assert fair.published_places(document) == places
    assert fair.published_schools(document) == schools_of(*entries, caps={"S1": 3})


# --- Coverage -----------------------------------------------------------------------------------
def test_coverage_counts_schools_that_never_came_and_pupils_by_place():
    near = {"ward": "Phú Lợi", "cluster": "Cụm 1"}
    schools = [
        near | {"school": "A", "name": "THCS A", "facts": {"never": True}},
        {"school": "B", "name": "THCS B", "facts": {"never": False}, "ward": "Bến Cát", "cluster": ""},
    ]
    rows = [{"number": number, "school": school, "pupils": 30} for number, school in ((1, "A"), (2, "A"), (3, "B"))]
    document = {"entries": rows, "schools": schools, "sessions": [{"places": 60}]}
    found = fair.coverage(document, {1: "won", 2: "lost", 3: "won"})
    assert (found.schools.drawn, found.schools.entered) == (2, 2)
    assert (found.never_visited.drawn, found.never_visited.entered) == (1, 1)
    assert [(each.label, each.entered, each.drawn) for each in found.wards] == [
        ("Bến Cát", 30, 30),
        ("Phú Lợi", 60, 30),
    ]
    assert [(each.label, each.entered, each.drawn) for each in found.clusters] == [("Cụm 1", 60, 30)]
    assert found.winners == [("THCS A", 1), ("THCS B", 1)]
