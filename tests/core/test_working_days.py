"""Working days of the school calendar, and moments at which something may end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from programs.core.calendar import WorkingDays

TET = {date(2027, 2, 1) + timedelta(days=offset) for offset in range(11)}  # Monday 1 to Thursday 11 February
DAYS = WorkingDays(TET)


def moment(text: str) -> datetime:
    return timezone.make_aware(datetime.strptime(text, "%d/%m/%Y %H:%M"))  # noqa: DTZ007


def text_of(when: datetime) -> str:
    return f"{timezone.localtime(when):%d/%m/%Y %H:%M}"


@pytest.mark.parametrize(
    ("day", "count", "wanted"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 20), -3, date(2026, 11, 17)),
        (date(2026, 11, 23), -1, date(2026, 11, 20)),
        (date(2026, 11, 21), 2, date(2026, 11, 24)),
        (date(2027, 1, 29), 1, date(2027, 2, 12)),
        (date(2027, 2, 15), -2, date(2027, 1, 29)),
        (date(2027, 2, 12), 0, date(2027, 2, 12)),
    ],
)
def test_steps_leave_out_weekends_and_tet(day, count, wanted):
    assert DAYS.step(day, count) == wanted


@pytest.mark.parametrize(
    ("begins", "hours", "ends"),
    [
        ("23/11/2026 12:00", 48, "25/11/2026 12:00"),
        ("20/11/2026 16:00", 48, "24/11/2026 16:00"),  # over a weekend
        ("23/11/2026 22:00", 48, "26/11/2026 09:00"),  # never at night
        ("23/11/2026 03:00", 24, "24/11/2026 09:00"),
        ("23/11/2026 19:00", 2, "24/11/2026 09:00"),
        ("28/01/2027 10:00", 48, "12/02/2027 10:00"),  # never within Tết
        ("05/02/2027 10:00", 24, "12/02/2027 10:00"),
    ],
)
def test_what_is_given_in_hours_ends_by_day_and_on_a_working_day(begins, hours, ends):
    assert text_of(DAYS.add(moment(begins), timedelta(hours=hours))) == ends


@pytest.mark.parametrize(
    ("when", "first", "last"),
    [
        ("21/11/2026 10:00", "21/11/2026 10:00", "21/11/2026 10:00"),  # a Saturday, where no time is left
        ("23/11/2026 01:30", "23/11/2026 07:00", "22/11/2026 20:00"),
        ("23/11/2026 21:00", "24/11/2026 07:00", "23/11/2026 20:00"),
        ("05/02/2027 10:00", "12/02/2027 07:00", "31/01/2027 20:00"),
    ],
)
def test_by_day(when, first, last):
    assert text_of(DAYS.first_by_day(moment(when))) == first
    assert text_of(DAYS.last_by_day(moment(when))) == last
