"""Reads for planning a centre's sessions."""

from __future__ import annotations

from calendar import Calendar
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone

from programs.centres.choices import CentreRole, SessionState
from programs.centres.models import Blackout, Centre, FieldTrip, OpeningHours, Room, Season, Session, SessionSeries
from programs.centres.queries.sessions import SESSION_PARTS, centre_ids_of, day_begins
from programs.centres.rules import Busy, ClosedDays, RoomPlan, SeasonTerms
from programs.core.models import Holiday
from programs.schools.choices import OfficeRole
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import areas_below, clusters


def managed_centre_ids(user) -> frozenset[int]:
    """The centres that this person manages now; one query per user object."""
    if not user.is_authenticated:
        return frozenset()
    cached = getattr(user, "_managed_centre_ids", None)
    if cached is None:
        posts = user.centre_posts.current().filter(role=CentreRole.MANAGER)
        cached = user._managed_centre_ids = frozenset(posts.values_list("centre_id", flat=True))
    return cached


def centres_overseen_by(user) -> QuerySet[Centre]:
    """For a post of the department: the centres in its areas, all without areas. A cluster holds no centre."""
    areas = roles_of(user).posts.get(OfficeRole.DEPARTMENT)
    if areas is None:
        return Centre.objects.none()
    return Centre.objects.filter(ward__in=areas_below(areas).values("pk")) if areas else Centre.objects.all()


def oversees_centre(user, centre_id: int) -> bool:
    roles = roles_of(user)
    cut = roles.is_department and not roles.is_whole_department
    return roles.is_whole_department or (cut and centres_overseen_by(user).filter(pk=centre_id).exists())


def centres_run_by(user) -> QuerySet[Centre]:
    """The centres whose calendar the person may look at: their own; the department those in its areas."""
    if roles_of(user).is_department:
        seen = Q(pk__in=centre_ids_of(user)) | Q(pk__in=centres_overseen_by(user).values("pk"))
        return Centre.objects.filter(Q(is_active=True) if roles_of(user).is_whole_department else seen)
    return Centre.objects.filter(pk__in=centre_ids_of(user))


def planned_visible_to(user) -> QuerySet[Session]:
    """Sessions as planners see them, including cancelled ones."""
    return Session.objects.filter(field_trip__centre__in=centres_run_by(user).values("pk")).select_related(
        *SESSION_PARTS, "season", "series"
    )


def series_visible_to(user) -> QuerySet[SessionSeries]:
    return SessionSeries.objects.filter(field_trip__centre__in=centres_run_by(user).values("pk")).select_related(
        "field_trip__centre", "room"
    )


def rooms_run_by(user) -> QuerySet[Room]:
    return Room.objects.filter(centre__in=centres_run_by(user).values("pk")).select_related("centre")


def closed_days_run_by(user) -> QuerySet[Blackout]:
    return Blackout.objects.filter(centre__in=centres_run_by(user).values("pk")).select_related("centre", "room")


def seasons_visible_to(user) -> QuerySet[Season]:
    """Seasons are shared by all centres: planners at any centre can read them all."""
    return Season.objects.all() if centres_run_by(user).exists() else Season.objects.none()


def with_dead_sessions(seasons: QuerySet[Season], *, now: datetime) -> QuerySet[Season]:
    """With ``dead``: how many of their coming sessions nobody can ever book."""
    coming = Q(sessions__state=SessionState.SCHEDULED, sessions__starts_at__gt=now)
    opens = F("sessions__booking_opens_at")
    dead = Q(sessions__booking_closes_at__lte=opens) | Q(sessions__starts_at__lte=opens)
    return seasons.annotate(dead=Count("sessions", filter=coming & dead))


def open_seasons(*, now: datetime) -> QuerySet[Season]:
    return Season.objects.filter(closes_at__gt=now)


def terms_of(season: Season) -> SeasonTerms:
    """The season as it is kept; a cluster without an opening of its own has None."""
    opened = dict(season.openings.values_list("cluster", "opens_at"))
    openings = {pk: opened.get(pk) for pk in clusters().values_list("pk", flat=True)}
    columns = {field.name: getattr(season, field.name) for field in fields(SeasonTerms) if field.name != "openings"}
    return SeasonTerms(**columns, openings=openings)


# --- A room's plan ------------------------------------------------------------------------------
def room_plan(room: Room, *, first: date, last: date, without: Collection[int] = ()) -> RoomPlan:
    """When ``room`` can be used from ``first`` to ``last``; sessions ``without`` are thought away, as they move."""
    return RoomPlan(
        hours=hours_by_weekday(room.centre_id),
        holidays=holidays(first, last),
        closed=closed_days(room.centre_id, first, last, room=room),
        busy=_busy(room, first, last, without=without),
    )


def hours_by_weekday(centre: Centre | int) -> dict[int, list]:
    """The spans in which a centre receives groups; a weekday without an entry is closed."""
    hours = defaultdict(list)
    for span in OpeningHours.objects.filter(centre=centre).order_by("weekday", "opens_at"):
        hours[span.weekday].append((span.opens_at, span.closes_at))
    return dict(hours)


def holidays(first: date, last: date) -> list[ClosedDays]:
    rows = Holiday.of().filter(starts_on__lte=last, ends_on__gte=first)
    return [ClosedDays(row.starts_on, row.ends_on, row.name) for row in rows]


def closed_days(centre: Centre | int, first: date, last: date, *, room: Room | None) -> list[ClosedDays]:
    rows = Blackout.objects.filter(centre=centre, starts_on__lte=last, ends_on__gte=first)
    rows = rows.filter(Q(room__isnull=True) | Q(room=room)) if room else rows.filter(room__isnull=True)
    return [ClosedDays(row.starts_on, row.ends_on, row.reason) for row in rows]


def _busy(room: Room, first: date, last: date, *, without: Collection[int]) -> list[Busy]:
    rows = Session.objects.filter(room=room, starts_at__lt=day_begins(last + timedelta(days=1)))
    rows = rows.filter(ends_at__gt=day_begins(first)).exclude(state=SessionState.CANCELLED).exclude(pk__in=without)
    return [Busy(row.starts_at, row.ends_at, row.field_trip.local_title) for row in rows.select_related("field_trip")]


def largest_session_in(room: Room, *, now: datetime) -> int:
    """The most places that a session to come has in ``room``."""
    return room.sessions.upcoming(now).aggregate(most=Max("capacity"))["most"] or 0


def sessions_within(closed: Blackout, *, now: datetime) -> int:
    """How many sessions to come lie on closed days and wait to be moved or cancelled."""
    rows = Session.objects.upcoming(now).filter(field_trip__centre=closed.centre_id)
    rows = rows.filter(
        starts_at__gte=day_begins(closed.starts_on), starts_at__lt=day_begins(closed.ends_on + timedelta(days=1))
    )
    return (rows.filter(room=closed.room_id) if closed.room_id else rows).count()


def sessions_of(series: SessionSeries) -> list[Session]:
    return list(series.sessions.select_related("field_trip", "room").order_by("starts_at", "pk"))


def closed_days_to_come(centre: Centre, *, today: date) -> list[Blackout]:
    return list(centre.blackouts.filter(ends_on__gte=today).select_related("room"))


def same_closed_days(closed: Blackout) -> Blackout | None:
    """The same days of the same room, or of the whole centre, as they were closed before."""
    same = Blackout.objects.filter(centre=closed.centre_id, room=closed.room_id)
    return same.filter(starts_on=closed.starts_on, ends_on=closed.ends_on).first()


# --- The month -----------------------------------------------------------------------------------
MOST_IN_SIGHT = 4


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


def trips_of(centre: Centre) -> QuerySet[FieldTrip]:
    return centre.field_trips.order_by("title")


def centre_month(
    centre: Centre, month: date, *, today: date, waiting: Count, trip: FieldTrip | None = None
) -> PlannedMonth:
    """The sessions of ``centre`` in a month, or those of a ``trip``, in four queries.

    ``waiting`` counts the groups that wait for each.
    """
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    sessions = (
        Session.objects.filter(field_trip__centre=centre)
        .filter(starts_at__gte=day_begins(first), starts_at__lt=day_begins(following))
        .select_related("field_trip", "room")
        .annotate(waiting=waiting)
    )
    of_day: dict[date, list[Session]] = defaultdict(list)
    shown = sessions.filter(field_trip=trip) if trip else sessions
    for session in shown.order_by("starts_at", "room__name", "pk"):
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


# --- The week ------------------------------------------------------------------------------------
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class RoomDay:
    """A room on a day."""

    room: Room
    closed: str
    sessions: list[Session]


@dataclass(frozen=True)
class WeekDay:
    day: date
    is_today: bool
    closed: str  # why nobody comes to any room
    is_open: bool  # a session could still be planned on it
    rooms: list[RoomDay]

    @property
    def has_sessions(self) -> bool:
        return any(each.sessions for each in self.rooms)


@dataclass(frozen=True)
class PlannedWeek:
    """A centre's week from Monday: its rooms, and each day with what is in them."""

    first: date
    rooms: list[Room]
    days: list[WeekDay]

    @property
    def last(self) -> date:
        return self.first + WEEK - timedelta(days=1)

    @property
    def previous(self) -> date:
        return self.first - WEEK

    @property
    def following(self) -> date:
        return self.first + WEEK

    @property
    def has_sessions(self) -> bool:
        return any(day.has_sessions for day in self.days)


def centre_week(centre: Centre, day: date, *, today: date, waiting: Count) -> PlannedWeek:
    """The week of ``day`` in five queries: rooms, sessions, closed days, holidays, hours."""
    first = day - timedelta(days=day.weekday())
    last, rooms = first + WEEK - timedelta(days=1), list(centre.rooms.order_by("name"))
    rows = Session.objects.filter(field_trip__centre=centre, starts_at__gte=day_begins(first))
    rows = rows.filter(starts_at__lt=day_begins(first + WEEK)).select_related("field_trip", "room")
    inside: dict[tuple[date, int], list[Session]] = defaultdict(list)
    for session in rows.annotate(waiting=waiting).order_by("starts_at", "pk"):
        inside[timezone.localtime(session.starts_at).date(), session.room_id].append(session)
    closures = _closures(centre, first, last)
    hours = hours_by_weekday(centre)

    def planned(day: date) -> WeekDay:
        closed = _why(closures[None], day)
        return WeekDay(
            day=day,
            is_today=day == today,
            closed=closed,
            is_open=day > today and not closed and day.weekday() in hours,
            rooms=[RoomDay(room, _why(closures[room.pk], day), inside[day, room.pk]) for room in rooms],
        )

    return PlannedWeek(first, rooms, [planned(first + timedelta(days=number)) for number in range(WEEK.days)])


def _closures(centre: Centre, first: date, last: date) -> dict[int | None, list[ClosedDays]]:
    """By room, and with None those of the whole centre, holidays among them."""
    closures: dict[int | None, list[ClosedDays]] = defaultdict(list)
    for row in Blackout.objects.filter(centre=centre, starts_on__lte=last, ends_on__gte=first):
        closures[row.room_id].append(ClosedDays(row.starts_on, row.ends_on, row.reason))
    closures[None] += holidays(first, last)
    return closures


def _why(closures: Collection[ClosedDays], day: date) -> str:
    return next((each.reason for each in closures if each.covers(day)), "")
