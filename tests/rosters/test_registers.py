"""Whom a number names: one child of all schools in a shared register, nobody outside its school in any other."""

from __future__ import annotations

from datetime import date

import pytest

from programs.core.models import SchoolYear
from programs.pupils.choices import REGISTERS, is_shared_register, register_name
from programs.rosters import rules
from programs.rosters.choices import RowOutcome
from programs.rosters.rules import OnRoll, Roll

OWN, SHARED = "Danh sách của trường", "CSDL ngành"
DAO = {"external_id": "001", "full_name": "Nguyễn Thị Ánh Đào", "birth_date": "2013-04-05"}
KHANH = {"external_id": "001", "full_name": "Trần Quốc Khánh", "birth_date": "2012-09-01"}


def on_roll(pk: int, facts: dict, source: str, **more) -> OnRoll:
    return OnRoll(pk=pk, school_id=1, source=source, **(facts | more))


YEAR = SchoolYear(pk=1, starts_on=date(2026, 9, 5), ends_on=date(2027, 5, 31))


def judge(facts: dict, roll: Roll, source: str = OWN) -> rules.Verdict:
    return rules.judge(facts, [], source=source, year=YEAR, roll=roll, today=date(2026, 11, 30))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("CSDL ngành", SHARED), ("csdl-ngành", SHARED), ("CSDL  Ngành (Bộ GDĐT)", SHARED),
        ("Cơ sở dữ liệu ngành", SHARED), ("VNEDU", "vnEdu"), ("danh sách của trường", OWN), ("Misa", "Misa"),
    ],
)  # fmt: skip
def test_two_spellings_are_one_register(typed, name):
    assert register_name(typed) == name


def test_which_register_is_shared_is_data():
    assert {register.name for register in REGISTERS if is_shared_register(register.name)} == {SHARED, "vnEdu", "SMAS"}
    assert not is_shared_register(f"{SHARED} · 79740001")  # the list of a school that was merged


def test_of_two_children_numbered_alike_name_and_birthday_say_which_is_meant():
    khanh, dao = on_roll(1, KHANH, OWN), on_roll(2, DAO, f"{OWN} · 79740001")
    roll = Roll(here={"001": [khanh, dao]})
    assert [judge(facts, roll).pupil_id for facts in (KHANH, DAO)] == [1, 2]
    assert not judge(DAO, roll).question


def test_under_another_registers_number_an_unknown_birthday_is_a_question():
    roll = Roll(here={"001": [on_roll(2, DAO, SHARED, birth_date="")]})
    verdict = judge(DAO, roll)
    assert (verdict.outcome, verdict.question) == (RowOutcome.DECIDE, rules.OTHER_IDENTIFIER)
    assert judge(KHANH, roll).outcome == RowOutcome.ADD  # another name under that number: another child


@pytest.mark.parametrize(("birth_date", "comes"), [("2013-04-05", True), ("", False), ("2013-04-06", False)])
def test_a_child_comes_over_from_another_school_by_number_name_and_birthday_together(birth_date, comes):
    left = on_roll(2, DAO, SHARED, left_on="2026-09-01")
    facts = DAO | {"birth_date": birth_date}
    verdict = judge(facts, Roll(elsewhere={"001": [left]}), SHARED)
    assert any(note["code"] == "moves_here" for note in verdict.notes) == comes
    if not comes:
        assert verdict == judge(facts, Roll(), SHARED), "as if the number were free"


@pytest.mark.parametrize("left_on", ["", "2026-09-01"])
def test_a_number_of_another_schools_child_is_like_a_free_one(left_on):
    """Whoever tries numbers learns nothing, whatever name or birthday stands beside them."""
    there = Roll(elsewhere={"001": [on_roll(2, DAO, SHARED, left_on=left_on)]})
    for facts in (KHANH, DAO | {"birth_date": ""}, DAO | {"birth_date": "2013-05-04"}):
        assert judge(facts, there, SHARED) == judge(facts, Roll(), SHARED)
        assert rules.is_strange(facts, there) and not rules.is_strange(facts, Roll())
    assert not rules.is_strange(DAO, there)
