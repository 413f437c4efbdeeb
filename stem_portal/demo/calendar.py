"""School years, terms and holidays around a day."""

from __future__ import annotations

from datetime import date, timedelta

from programs.core.choices import Closes
from programs.core.models import Holiday, SchoolYear, Term

# First day of the lunar year, and the Hùng Kings' day (10th of the third lunar month).
TET = {
    2021: date(2021, 2, 12), 2022: date(2022, 2, 1), 2023: date(2023, 1, 22), 2024: date(2024, 2, 10), 2025: date(2025, 1, 29),
    2026: date(2026, 2, 17), 2027: date(2027, 2, 6), 2028: date(2028, 1, 26), 2029: date(2029, 2, 13), 2030: date(2030, 2, 3),
    2031: date(2031, 1, 23), 2032: date(2032, 2, 11),
}  # fmt: skip
HUNG_KINGS = {
    2021: date(2021, 4, 21), 2022: date(2022, 4, 10), 2023: date(2023, 4, 29), 2024: date(2024, 4, 18), 2025: date(2025, 4, 7),
    2026: date(2026, 4, 26), 2027: date(2027, 4, 16), 2028: date(2028, 4, 4), 2029: date(2029, 4, 23), 2030: date(2030, 4, 12),
    2031: date(2031, 4, 2), 2032: date(2032, 4, 20),
}  # fmt: skip


def first_year_of(today: date) -> int:
    """The year in which the school year of ``today`` began; from 20 May on, the coming one."""
    return today.year if (today.month, today.day) >= (5, 20) else today.year - 1


def load_calendar(*, today: date, years_back: int) -> list[Term]:
    """School years from ``years_back`` years ago to the current one, with terms and holidays; oldest term first."""
    first = first_year_of(today)
    terms = []
    for year in range(first - years_back, first + 1):
        school_year = SchoolYear.objects.create(
            name=f"{year}-{year + 1}", starts_on=date(year, 9, 5), ends_on=date(year + 1, 5, 31)
        )
        terms += [
            Term.objects.create(
                school_year=school_year, number=1, starts_on=date(year, 9, 5), ends_on=date(year + 1, 1, 16)
            ),
            Term.objects.create(
                school_year=school_year, number=2, starts_on=date(year + 1, 1, 19), ends_on=date(year + 1, 5, 31)
            ),
        ]
    Holiday.objects.bulk_create(
        holiday for year in range(first - years_back, first + 3) for holiday in holidays_of(year)
    )
    return terms


def holidays_of(year: int) -> list[Holiday]:
    """The public holidays of ``year``. At Tết pupils are off for longer than offices, by the city's plan.

    In 2027: pupils from 1 to 11 February, offices from 4 to 10.
    """
    days = [
        Holiday(name="Tết Dương lịch", starts_on=date(year, 1, 1), ends_on=date(year, 1, 1)),
        Holiday(name="Ngày Chiến thắng và Quốc tế Lao động", starts_on=date(year, 4, 30), ends_on=date(year, 5, 1)),
        Holiday(name="Quốc khánh", starts_on=date(year, 9, 1), ends_on=date(year, 9, 2)),
    ]
    if year in TET:
        tet = TET[year]
        days += [
            Holiday(name="Tết Nguyên đán", starts_on=tet - timedelta(days=2), ends_on=tet + timedelta(days=4)),
            Holiday(
                name="Học sinh nghỉ Tết", closes=Closes.SCHOOLS,
                starts_on=tet - timedelta(days=5), ends_on=tet + timedelta(days=5),
            ),
        ]  # fmt: skip
        days.append(Holiday(name="Giỗ Tổ Hùng Vương", starts_on=HUNG_KINGS[year], ends_on=HUNG_KINGS[year]))
    return days


class Calendar:
    """Holidays in memory, for thousands of questions."""

    def __init__(self) -> None:
        self._days = {
            holiday.starts_on + timedelta(days=offset)
            for holiday in Holiday.of()
            for offset in range((holiday.ends_on - holiday.starts_on).days + 1)
        }

    def is_open(self, day: date) -> bool:
        """A day on which a centre receives classes: not a Sunday, Monday or holiday."""
        return day.weekday() not in {0, 6} and day not in self._days
