"""A centre's month and its sessions, with the groups that come."""

from __future__ import annotations

from calendar import Calendar
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from programs.bookings.choices import LIVE, SEAT_COUNTED
from programs.bookings.models import Booking
from programs.centres.choices import SessionState
from programs.centres.models import Centre, Session, SessionSeries
from programs.centres.queries.schedule import closed_days, holidays, hours_by_weekday
from programs.centres.queries.sessions import day_begins


@dataclass(frozen=True)
class SameClock:
    """The sessions of a day that begin at one time, each in a room of its own."""

    starts_at: datetime
    sessions: list[Session]

    @property
    def offered(self) -> list[Session]:
        return [session for session in self.sessions if session.state != SessionState.CANCELLED]

    @property
    def taken(self) -> int:
        return sum(session.seats_taken for session in self.offered)

    @property
    def capacity(self) -> int:
        return sum(session.capacity for session in self.offered)

    @property
    def waiting(self) -> int:
        return sum(session.waiting for session in self.offered)


MOST_IN_SIGHT = 4


@dataclass(frozen=True)
class PlannedDay:
    day: date
    in_month: bool
    is_today: bool
    closed: str  # why nobody comes; empty on a day like any other
    is_open: bool  # a session could still be planned on it
    sessions: list[Session] = field(default_factory=list)

    @property
    def clocks(self) -> list[SameClock]:
        """The sessions one by one; on a day with many, those that begin together are together."""
        if len(self.sessions) <= MOST_IN_SIGHT:
            return [SameClock(session.starts_at, [session]) for session in self.sessions]
        together = groupby(self.sessions, key=lambda session: session.starts_at)
        return [SameClock(starts_at, list(sessions)) for starts_at, sessions in together]


@dataclass(frozen=True)
class PlannedMonth:
    """A centre's month in weeks from Monday, with the obstacles for its days."""

    first: date
    previous: date
    following: date
    weeks: list[list[PlannedDay]]

    @property
    def has_sessions(self) -> bool:
        return any(day.sessions for week in self.weeks for day in week)


def centre_month(centre: Centre, month: date, *, today: date) -> PlannedMonth:
    """The sessions of ``centre`` in a month with their groups, in four queries."""
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    sessions = (
        Session.objects.filter(field_trip__centre=centre)
        .filter(starts_at__gte=day_begins(first), starts_at__lt=day_begins(following))
        .select_related("field_trip", "room")
        .annotate(waiting=Count("bookings", filter=Q(bookings__in=Booking.objects.waiting())))
    )
    of_day: dict[date, list[Session]] = defaultdict(list)
    for session in sessions.order_by("starts_at", "room__name", "pk"):
        of_day[timezone.localtime(session.starts_at).date()].append(session)
    closed = [*closed_days(centre, first, following, room=None), *holidays(first, following)]
    hours = hours_by_weekday(centre)

    def planned(day: date) -> PlannedDay:
        why = next((each.reason for each in closed if each.covers(day)), "")
        return PlannedDay(
            day=day,
            in_month=day.month == first.month,
            is_today=day == today,
            closed=why,
            is_open=day > today and not why and day.weekday() in hours,
            sessions=of_day.get(day, []),
        )

    weeks = [[planned(day) for day in week] for week in Calendar().monthdatescalendar(first.year, first.month)]
    return PlannedMonth(first, (first - timedelta(days=1)).replace(day=1), following, weeks)


def groups_of(session: Session) -> list[Booking]:
    """The groups that come or wait, those who hold places first, in the order in which they came."""
    rows = session.bookings.filter(state__in=(*LIVE, *SEAT_COUNTED)).select_related("school", "class_group", "leader")
    return sorted(rows, key=lambda booking: (not booking.counts_seats, booking.created_at, booking.pk))


def elsewhere(session: Session, bookings: Sequence[Booking]) -> dict[int, str]:
    """By class: the reference of another live booking of it at the time of ``session``."""
    classes = [booking.class_group_id for booking in bookings if booking.class_group_id]
    rows = Booking.objects.live().filter(class_group__in=classes).exclude(session=session)
    rows = rows.filter(session__starts_at__lt=session.ends_at, session__ends_at__gt=session.starts_at)
    return dict(rows.values_list("class_group_id", "reference"))


def remaining_of(series: SessionSeries, *, now: datetime) -> QuerySet[Session]:
    """The sessions of a series that are still to come and not cancelled; none whose groups arrive already."""
    received = Exists(Booking.objects.came().filter(session=OuterRef("pk")))
    coming = series.sessions.upcoming(now).exclude(received)
    return coming.select_related("field_trip__centre", "room").order_by("starts_at", "pk")


def group_counts(sessions: QuerySet[Session]) -> dict[str, int]:
    """How many groups a cancellation of ``sessions`` would reach, and how many pupils."""
    live = Booking.objects.live().filter(session__in=sessions.order_by().values("pk"))
    counted = live.aggregate(groups=Count("pk"), waiting=Count("pk", filter=Q(pk__in=Booking.objects.waiting())))
    return {"groups": counted["groups"], "waiting": counted["waiting"]}
