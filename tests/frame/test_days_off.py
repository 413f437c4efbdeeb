"""Pupils are off at Tết on days on which offices work: every deadline asks for the days off of its own people.

Friday 29 January 2027, and the Monday to Wednesday after it are days off: for schools, for offices, for both, for nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from programs.authorities.choices import Office
from programs.authorities.queries import answer_by, end_of_working_day
from programs.ballots.queries import sessions_with_day
from programs.bookings.rules.booking import papers_due
from programs.centres.models import Centre, FieldTrip, Session
from programs.centres.queries.schedule import holidays
from programs.centres.rules import offer_ends
from programs.claims.actions.chasing import remind_authorities
from programs.claims.models import SchoolClaim
from programs.claims.rules import Waiting
from programs.core.calendar import add_working_days, at, due_once_warned, holidays_between, working_days
from programs.core.choices import Closes
from programs.core.models import Holiday
from programs.data_rights import rules as data_rules
from programs.data_rights.queries import date_after
from programs.schools.models import School
from programs.visit_days.rules import reopen_until
from stem_portal.demo.calendar import holidays_of
from tests.centres.make import make_session
from tests.people import make_school, make_ward_officer

pytestmark = pytest.mark.django_db
FRIDAY, WEDNESDAY = date(2027, 1, 29), date(2027, 2, 3)
NOW = at(FRIDAY, time(9))
TRIP = FieldTrip(centre=Centre(confirm_days=3, offer_hours=48, reopen_days=4))
THURSDAY = Session(
    field_trip=TRIP, starts_at=at(date(2027, 2, 4), time(8)), ends_at=at(date(2027, 2, 4), time(10)),
    booking_closes_at=at(date(2027, 2, 4), time(7)),
)  # fmt: skip
OVER = Session(field_trip=TRIP, starts_at=NOW - timedelta(hours=3), ends_at=NOW - timedelta(hours=1))
LATER = Session(
    field_trip=TRIP, starts_at=at(date(2027, 3, 3), time(8)), ends_at=at(date(2027, 3, 3), time(10)),
    booking_closes_at=at(date(2027, 3, 2), time(8)),
)  # fmt: skip


def days():
    return working_days(NOW, LATER.starts_at)


def is_claim_reminded() -> bool:
    """A registration of Friday, on Wednesday: three working days after it was sent."""
    school = School.objects.filter(state="claimed").first() or make_school(state="claimed")
    SchoolClaim.objects.all().delete()
    SchoolClaim.objects.create(
        school=school, full_name="Đinh Thị Thu", position="Phó Hiệu trưởng", email="thu@example.vn",
        phone="+84912345678", state="submitted", sent_at=NOW, key_hash="k",
    )  # fmt: skip
    numbers = {"remind_authority_after": 3, "remind_authority_again": 5, "remind_claimant_after": 7,
               "remind_claimant_again": 7, "expire_after": 30}  # fmt: skip
    with time_machine.travel(at(WEDNESDAY, time(9)), tick=False):
        return bool(remind_authorities(waiting=Waiting(**numbers)))


def warned_late() -> datetime:
    last, since = LATER.starts_at, NOW - timedelta(days=9)
    return due_once_warned(since=since, due=NOW + timedelta(hours=1), last=last, days=days(), now=NOW)


OF_OFFICES: dict[str, Callable] = {
    "the answer to a request about data": lambda: date_after(FRIDAY, data_rules.deadline("answer")),
    "a request to see one's data": lambda: date_after(FRIDAY, data_rules.deadline("access")),
    "a request to erase": lambda: date_after(FRIDAY, data_rules.deadline("erase")),
    "the warning of it": partial(add_working_days, FRIDAY, data_rules.WARN_BEFORE_DONE),
    "a registration of a school": is_claim_reminded,
    "an approval by the ward": partial(answer_by, Office.WARD, now=NOW),
    "the grace of an authority": partial(end_of_working_day, NOW, 2),
}
OF_SCHOOLS: dict[str, Callable] = {
    "an approval by the principal": partial(answer_by, Office.PRINCIPAL, now=NOW),
    "an approval by the coordinator": partial(answer_by, Office.COORDINATOR, now=NOW),
    "papers": lambda: papers_due(THURSDAY, days=days(), now=NOW - timedelta(days=9)),
    "places that are offered": lambda: offer_ends(LATER, days=days(), now=NOW),
    "a late warning": warned_late,
    "a session that is opened again": lambda: reopen_until(OVER, days=days()),
    "sessions that are planned": lambda: len(holidays(FRIDAY, WEDNESDAY)),
    "a wish in a draw": lambda: sessions_with_day().get().on_holiday,
}


@pytest.fixture
def monday():
    make_ward_officer(ward=make_school().ward)
    return make_session(starts_at=at(date(2027, 2, 1), time(8)))


def off(closes: str) -> None:
    Holiday.objects.all().delete()
    Holiday.objects.create(name="Nghỉ", starts_on=date(2027, 2, 1), ends_on=WEDNESDAY, closes=closes)


@pytest.mark.parametrize(
    ("ask", "own", "other"),
    [(ask, Closes.OFFICES, Closes.SCHOOLS) for ask in OF_OFFICES]
    + [(ask, Closes.SCHOOLS, Closes.OFFICES) for ask in OF_SCHOOLS],
)
def test_each_deadline_moves_with_the_days_off_of_its_own_people(monday, ask, own, other):
    count = (OF_OFFICES | OF_SCHOOLS)[ask]
    ordinary = count()
    off(other)
    assert count() == ordinary, "the others' days off"
    off(own)
    moved = count()
    assert moved != ordinary, "their own"
    off(Closes.ALL)
    assert count() == moved


def test_tet_2027_as_the_demonstration_has_it():
    """Pupils from 1 to 11 February by the city's plan; offices work on 1 to 3 February."""
    Holiday.objects.bulk_create(holidays_of(2027))
    first, last = date(2027, 1, 20), date(2027, 2, 20)
    pupils, offices = (holidays_between(first, last, of=of) for of in (Closes.SCHOOLS, Closes.OFFICES))
    assert (min(pupils), max(pupils)) == (date(2027, 2, 1), date(2027, 2, 11))
    assert (min(offices), max(offices)) == (date(2027, 2, 4), date(2027, 2, 10))
    assert timezone.localtime(end_of_working_day(NOW, 3)).date() == WEDNESDAY
