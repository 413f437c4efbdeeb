"""Years, terms, days off, and two clocks: of offices (law, officers), and of schools (visits and their papers)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from programs.core.choices import Closes
from programs.core.dates import local_day
from programs.core.models import Holiday, SchoolYear, Term


def current_school_year(day: date) -> SchoolYear | None:
    """The school year that ``day`` falls in; in summer, the one that ended last."""
    return SchoolYear.objects.filter(starts_on__lte=day).order_by("-starts_on").first()


def current_term(day: date) -> Term | None:
    """The term that ``day`` falls in; between terms, the one that ended last."""
    return Term.objects.filter(starts_on__lte=day).select_related("school_year").order_by("-starts_on").first()


def holidays_between(first: date, last: date, *, of: Closes = Closes.OFFICES) -> set[date]:
    """Every day off from ``first`` to ``last``, in one query. Offices' unless said."""
    days: set[date] = set()
    for holiday in Holiday.of(of).filter(starts_on__lte=last, ends_on__gte=first):
        length = (min(holiday.ends_on, last) - max(holiday.starts_on, first)).days
        days |= {max(holiday.starts_on, first) + timedelta(days=offset) for offset in range(length + 1)}
    return days


def add_working_days(day: date, count: int, *, of: Closes = Closes.OFFICES) -> date:
    """Return the day ``count`` working days after ``day``: weekends and days off do not count. Offices' unless said."""
    off = holidays_between(day, day + timedelta(days=count * 3 + 40), of=of)  # with the longest break (Tết)
    return WorkingDays(off).step(day, count)


def working_days_between(first: date, last: date, *, off: set[date]) -> int:
    """The working days after ``first`` up to ``last``; ``off`` are the holidays, read once for many spans."""
    days = (first + timedelta(days=offset) for offset in range(1, max(0, (last - first).days) + 1))
    return sum(day.weekday() < 5 and day not in off for day in days)


# --- Moments at which something may end ----------------------------------------------------------
DAY_BEGINS, WORK_ENDS, DAY_ENDS = time(7), time(17), time(20)  # in between people read and answer; at night nobody does
TO_ANSWER = timedelta(hours=2)


def at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


@dataclass(frozen=True)
class WorkingDays:
    """How the calendar counts: without weekends, and without the days in ``off`` (``holidays_between``)."""

    off: Collection[date]

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.off

    def step(self, day: date, count: int) -> date:
        """The working day ``count`` working days after ``day``, or before it where ``count`` is negative."""
        one = timedelta(days=1 if count > 0 else -1)
        for _day in range(abs(count)):
            day += one
            while not self.works(day):
                day += one
        return day

    def add(self, moment: datetime, length: timedelta) -> datetime:
        """``length`` after ``moment``, its whole days counted as working days; never at night or on a day off."""
        local, whole = timezone.localtime(moment), length // timedelta(days=1)
        later = at(self.step(local.date(), whole), local.time()) + (length - timedelta(days=whole))
        return self.at_work(later)

    def at_work(self, moment: datetime) -> datetime:
        """``moment``, or two hours after the next working day has begun where nobody works or reads then."""
        local = timezone.localtime(moment)
        day = local.date()
        if self.works(day) and DAY_BEGINS <= local.time() <= DAY_ENDS:
            return moment
        if not self.works(day) or local.time() > DAY_ENDS:
            day = self.step(day, 1)
        return at(day, DAY_BEGINS) + TO_ANSWER

    def first_by_day(self, moment: datetime) -> datetime:
        """``moment``, or the next morning outside a holiday: when somebody may read what is written then."""
        local = timezone.localtime(moment)
        day = local.date()
        if day not in self.off and local.time() <= DAY_ENDS:
            return max(moment, at(day, DAY_BEGINS))
        day += timedelta(days=1)
        while day in self.off:
            day += timedelta(days=1)
        return at(day, DAY_BEGINS)

    def last_by_day(self, moment: datetime) -> datetime:
        """``moment``, or the last evening before it outside a holiday: weekends count where no time is left."""
        local = timezone.localtime(moment)
        day = local.date()
        if day not in self.off and local.time() >= DAY_BEGINS:
            return min(moment, at(day, DAY_ENDS))
        day -= timedelta(days=1)
        while day in self.off:
            day -= timedelta(days=1)
        return at(day, DAY_ENDS)

    def answer_by(self, length: timedelta, *, before: datetime, now: datetime) -> datetime | None:
        """Until when something is kept for an answer: for ``length``, but at most half of the time left ``before``.

        So the next one also has time to answer and get ready. It never ends at night or on a holiday; None where nobody
        would have the time to answer.
        """
        ends, half = self.add(now, max(length, TO_ANSWER)), now + (before - now) / 2
        if ends > half:
            ends = self.last_by_day(half)
        return ends if ends >= self.first_by_day(now) + TO_ANSWER else None


def chances(first: datetime, last: datetime) -> Iterator[datetime]:
    """``first``, then each beginning and end of a day before ``last``: when ``answer_by`` leaves most time.

    What cannot be offered now for want of daylight may be offered at one of these.
    """
    yield first
    day = timezone.localtime(first).date()
    while at(day, DAY_BEGINS) < last:
        yield from (moment for moment in (at(day, DAY_BEGINS), at(day, DAY_ENDS)) if first < moment < last)
        day += timedelta(days=1)


WARN_BEFORE, LONGEST_GRACE = timedelta(days=2), timedelta(days=1)


def warning_due(*, since: datetime, due: datetime) -> datetime:
    """When people are warned of a deadline: two days before, or half-way where there is less time."""
    return max(due - WARN_BEFORE, since + (due - since) / 2)


def due_once_warned(*, since: datetime, due: datetime, last: datetime, days: WorkingDays, now: datetime) -> datetime:
    """The deadline of those who are warned now: a later one, until ``last``, where the warning comes late.

    After the portal stood still they have the time that they would have had, a day at most, from the warning on.
    """
    grace = min(LONGEST_GRACE, due - warning_due(since=since, due=due))
    if due - now >= grace / 2:
        return due
    return max(due, min(days.at_work(now + grace), last))


def working_days(first: datetime, last: datetime) -> WorkingDays:
    """The school days around ``first`` and ``last``, with the longest break (Tết) on both sides; one query."""
    days = local_day(first - timedelta(days=40)), local_day(last + timedelta(days=40))
    return WorkingDays(holidays_between(*days, of=Closes.SCHOOLS))
