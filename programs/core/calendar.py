"""The school calendar: years, terms, holidays, and the clock that counts working days only."""

from __future__ import annotations

from datetime import date, timedelta

from programs.core.models import Holiday, SchoolYear, Term


def current_school_year(day: date) -> SchoolYear | None:
    """The school year that ``day`` falls in; in summer, the one that ended last."""
    return SchoolYear.objects.filter(starts_on__lte=day).order_by("-starts_on").first()


def current_term(day: date) -> Term | None:
    """The term that ``day`` falls in; between terms, the one that ended last."""
    return Term.objects.filter(starts_on__lte=day).select_related("school_year").order_by("-starts_on").first()


def holidays_between(first: date, last: date) -> set[date]:
    """Every day off from ``first`` to ``last``, in one query."""
    days: set[date] = set()
    for holiday in Holiday.objects.filter(starts_on__lte=last, ends_on__gte=first):
        length = (min(holiday.ends_on, last) - max(holiday.starts_on, first)).days
        days |= {max(holiday.starts_on, first) + timedelta(days=offset) for offset in range(length + 1)}
    return days


def add_working_days(day: date, count: int) -> date:
    """Return the day ``count`` working days after ``day``: weekends and holidays do not count."""
    # The longest break (Tết) and the weekends fit well into this window, so one query is enough.
    off = holidays_between(day, day + timedelta(days=count * 3 + 40))
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in off:
            count -= 1
    return day


def working_days_between(first: date, last: date, *, off: set[date]) -> int:
    """The working days after ``first`` up to ``last``; ``off`` are the holidays, read once for many spans."""
    days = (first + timedelta(days=offset) for offset in range(1, max(0, (last - first).days) + 1))
    return sum(day.weekday() < 5 and day not in off for day in days)
