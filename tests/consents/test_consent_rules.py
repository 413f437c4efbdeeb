"""Who must agree to what, by age; and that nothing else ever opens a purpose."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.consents import rules
from programs.consents.choices import ConsentGiver, ConsentPurpose

DAY = date(2026, 11, 23)
GUARDIAN, PUPIL = ConsentGiver.GUARDIAN, ConsentGiver.PUPIL
BORN = {6: date(2020, 11, 22), 7: date(2019, 11, 23), 17: date(2008, 11, 24), 18: date(2008, 11, 23)}


def somebody(**fields) -> SimpleNamespace:
    return SimpleNamespace(**{"birth_date": None, "left_on": None, "merged_into_id": None, "erased_at": None} | fields)


def said_by(givers) -> dict[str, SimpleNamespace]:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return {giver: SimpleNamespace(state="given", alone=True, given_at=at, fresh_card=False) for giver in givers}


@pytest.mark.parametrize(
    ("age", "take_part", "publishing"),
    [
        (6, {GUARDIAN}, {GUARDIAN}),
        (7, {GUARDIAN}, {GUARDIAN, PUPIL}),
        (17, {GUARDIAN}, {GUARDIAN, PUPIL}),
        (18, {PUPIL}, {PUPIL}),
        (None, {GUARDIAN}, {GUARDIAN, PUPIL}),
    ],
)
def test_who_must_agree_follows_the_age(age, take_part, publishing):
    born = BORN.get(age)
    assert rules.age_on(born, DAY) == age
    assert rules.givers_needed(ConsentPurpose.TAKE_PART, born, DAY) == take_part
    for purpose in rules.PUBLISHING:
        assert rules.givers_needed(purpose, born, DAY) == publishing


def test_a_birthday_on_29_february_is_kept_on_1_march():
    assert rules.age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert rules.age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


@given(
    purpose=st.sampled_from(ConsentPurpose.values),
    born=st.none() | st.dates(date(1990, 1, 1), DAY),
    left=st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    gone=st.sampled_from([{}, {"merged_into_id": 7}, {"erased_at": DAY}]),
    given_by=st.sets(st.sampled_from(ConsentGiver.values)),
)
def test_in_force_means_everyone_required_has_agreed_and_can_still_withdraw(purpose, born, left, gone, given_by):
    pupil = somebody(birth_date=born, left_on=left, **gone)
    age = rules.age_on(born, DAY)
    allowed = rules.is_in_force(purpose=purpose, pupil=pupil, said=said_by(given_by), day=DAY)
    if not given_by or gone:
        assert not allowed
    if allowed and (age is None or age < 18):
        assert GUARDIAN in given_by
        assert left is None or left > DAY
    if allowed and purpose in rules.PUBLISHING and (age is None or age >= 7):
        assert PUPIL in given_by
    if allowed:  # more consent never closes what less had opened
        assert rules.is_in_force(purpose=purpose, pupil=pupil, said=said_by(set(ConsentGiver.values)), day=DAY)


def test_the_clock_of_a_withdrawal_is_longer_where_partners_are_involved():
    assert rules.stop_by(ConsentPurpose.PHOTO, DAY) == DAY + timedelta(days=15)
    assert rules.stop_by(ConsentPurpose.PARTNER, DAY) == DAY + timedelta(days=20)
