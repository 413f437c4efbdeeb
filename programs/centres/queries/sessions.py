"""Who sees which sessions; the calendar of a trip; how many adults a class needs."""

from __future__ import annotations

from calendar import Calendar
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from programs.centres.choices import SessionState
from programs.centres.models import AdultRatio, Centre, FieldTrip, Room, SeasonOpening, Session
from programs.core.choices import Level, level_of_grade
from programs.schools.models import School


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


LEVELS = (Level.PRIMARY, Level.LOWER_SECONDARY, Level.UPPER_SECONDARY)


def with_ratios(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """``sessions`` with the trip's ratio of each level, so that a rush asks for them in the same statement."""
    rows = AdultRatio.objects.filter(field_trip=OuterRef("field_trip"))
    columns = {f"ratio_{level}": rows.filter(level=level).values("pupils_per_adult")[:1] for level in LEVELS}
    return sessions.annotate(**{name: Subquery(found) for name, found in columns.items()})


def ratio_of_session(session: Session, grade: int) -> int:
    """Pupils per adult in a session, without a further question where it came ``with_ratios``."""
    column, trip = f"ratio_{level_of_grade(grade)}", session.field_trip
    if not hasattr(session, column):
        return pupils_per_adult(trip, grade)
    return trip.ratio_for(level_of_grade(grade), own={level_of_grade(grade): getattr(session, column)})


def ratios_of(trip: FieldTrip) -> dict[Level, int]:
    """Pupils per adult of each level of the trip."""
    own = dict(AdultRatio.objects.filter(field_trip=trip.pk).values_list("level", "pupils_per_adult"))
    return {level: trip.ratio_for(level, own=own) for level in trip.levels}


def shown_ratios(trip: FieldTrip) -> list[tuple[str, int]]:
    """The same for a reader: each with the name of its level, or one without a name that holds for all."""
    ratios = ratios_of(trip)
    if len(set(ratios.values())) == 1:
        return [("", next(iter(ratios.values())))]
    return [(level.label, ratio) for level, ratio in ratios.items()]


def pupils_per_adult(trip: FieldTrip, grade: int) -> int:
    """How many pupils of this grade one adult may accompany on the trip."""
    return trip.ratio_for(level_of_grade(grade), own=ratios_of(trip))


def largest_group_of(trip: FieldTrip) -> int:
    """How many pupils a group of the trip may have in the centre's largest room; a session in a smaller one says less."""
    largest = Room.objects.filter(centre=trip.centre_id).aggregate(most=Max("capacity"))["most"]
    return trip.largest_group(places=largest or trip.max_pupils)


SESSION_PARTS = ("field_trip__centre__ward", "room")


def centre_ids_of(user) -> frozenset[int]:
    """The centres whose staff this person is now; one query per user object."""
    if user is None or not user.is_authenticated:
        return frozenset()
    cached = getattr(user, "_centre_ids", None)
    if cached is None:
        posts = user.centre_posts.current()
        cached = user._centre_ids = frozenset(posts.values_list("centre_id", flat=True))
    return cached


def centres_of(user) -> list[Centre]:
    """The centres at which the person works now."""
    return list(Centre.objects.filter(pk__in=centre_ids_of(user)))


def sessions_visible_to(user) -> QuerySet[Session]:
    """Sessions of the trips that are offered, for everybody; the staff of a centre see all of theirs."""
    offered = Q(field_trip__is_active=True, field_trip__centre__is_active=True)
    return Session.objects.filter(offered | Q(field_trip__centre__in=centre_ids_of(user))).select_related(
        *SESSION_PARTS
    )


def is_offered(session: Session) -> bool:
    """Whether everybody may see ``session``; its trip and centre were read with it."""
    return session.field_trip.is_active and session.field_trip.centre.is_active


def sessions_run_by(user) -> QuerySet[Session]:
    """Sessions at the person's own centres."""
    return Session.objects.filter(field_trip__centre__in=centre_ids_of(user)).select_related(*SESSION_PARTS)


def opening_for(session: Session, schools: Collection[School]) -> datetime:
    """When booking of ``session`` opens for these schools: with their cluster where its season says so.

    For a person at several schools, the last of them, so that waiting for it misses none.
    """
    if not session.season_id:
        return session.booking_opens_at
    clusters = {school.cluster_id for school in schools}
    openings = SeasonOpening.objects.filter(season=session.season_id, cluster__in=clusters)
    return max([session.booking_opens_at, *openings.values_list("opens_at", flat=True)])
