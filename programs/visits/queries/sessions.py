"""Sessions to come, and a trip's calendar."""

from __future__ import annotations

from calendar import Calendar
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from programs.visits.choices import SessionState
from programs.visits.models import FieldTrip, Session
from programs.visits.queries.visibility import sessions_visible_to


def upcoming_sessions(
    limit: int = 6, *, grade: int | None = None, exclude_full: bool = False, now: datetime | None = None
) -> list[Session]:
    """The next sessions that still take bookings, for everybody."""
    now = now or timezone.now()
    sessions = sessions_visible_to(None).upcoming(now).filter(booking_closes_at__gt=now)
    if grade is not None:
        sessions = sessions.filter(field_trip__grade_from__lte=grade, field_trip__grade_to__gte=grade)
    rows = sessions.order_by("starts_at", "id")[: limit * 4 if exclude_full else limit]
    return [session for session in rows if session.seats_left or not exclude_full][:limit]


def upcoming_sessions_of(
    field_trip: FieldTrip | int | str, *, days: int = 60, now: datetime | None = None
) -> QuerySet[Session]:
    """The sessions of one trip (itself, its id or its code) in the coming ``days``."""
    now = now or timezone.now()
    lookup = {"field_trip__code": field_trip} if isinstance(field_trip, str) else {"field_trip": field_trip}
    return sessions_visible_to(None).upcoming(now).filter(starts_at__lt=now + timedelta(days=days), **lookup)


@dataclass(frozen=True)
class CalendarSession:
    """A session as a calendar shows it. ``mark`` is ``open``, ``few``, ``full`` or ``closed``."""

    session: Session
    seats_left: int
    mark: str


@dataclass(frozen=True)
class CalendarDay:
    day: date
    in_month: bool
    is_today: bool
    sessions: list[CalendarSession] = field(default_factory=list)


@dataclass(frozen=True)
class CalendarMonth:
    """A month in weeks from Monday. ``previous`` is None when that month lies in the past."""

    first: date
    previous: date | None
    following: date
    weeks: list[list[CalendarDay]]

    @property
    def has_sessions(self) -> bool:
        return any(day.sessions for week in self.weeks for day in week)


def calendar_of(field_trip: FieldTrip, month: date, *, now: datetime | None = None) -> CalendarMonth:
    """The sessions of ``field_trip`` in the month of ``month`` with the seats left, in one query."""
    now = now or timezone.now()
    today = timezone.localtime(now).date()
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    of_day: dict[date, list[CalendarSession]] = defaultdict(list)
    sessions = Session.objects.filter(
        field_trip=field_trip, starts_at__gte=day_begins(first), starts_at__lt=day_begins(following)
    ).exclude(state=SessionState.CANCELLED)
    for session in sessions.order_by("starts_at"):
        of_day[timezone.localtime(session.starts_at).date()].append(_calendar_session(session, now))
    weeks = [
        [CalendarDay(day, day.month == first.month, day == today, of_day.get(day, [])) for day in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    previous = (first - timedelta(days=1)).replace(day=1)
    return CalendarMonth(first, previous if previous >= today.replace(day=1) else None, following, weeks)


def _calendar_session(session: Session, now: datetime) -> CalendarSession:
    left = session.seats_left
    if session.booking_closes_at <= now or session.state != SessionState.SCHEDULED:
        return CalendarSession(session, left, "closed")
    if left <= 0:
        return CalendarSession(session, 0, "full")
    return CalendarSession(session, left, "few" if left * 3 <= session.capacity else "open")


def day_begins(day: date) -> datetime:
    """Midnight of ``day`` in the portal's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))
