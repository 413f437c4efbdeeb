"""Every read of the visits wing; first of all, who sees what."""

from __future__ import annotations

from calendar import Calendar
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from programs.core.models import Holiday, Term
from programs.schools.choices import ConsentPurpose
from programs.schools.models import ClassGroup, Enrolment, Pupil, School
from programs.schools.queries import classes_to_act_for, schools_in_scope, standing_of
from programs.schools.queries.consents import in_force
from programs.visits.choices import BOOKING_GROUPS, CAME, LIVE, SEAT_HOLDING, SessionState
from programs.visits.models import Booking, Centre, FieldTrip, RosterEntry, Session
from programs.visits.rules import LiveBooking

SESSION_PARTS = ("field_trip__centre__ward", "room")
BOOKING_PARTS = ("session__field_trip__centre__ward", "session__room", "school", "class_group", "leader")


# --- Who sees what ------------------------------------------------------------------------------
def centre_ids_of(user) -> frozenset[int]:
    """The centres whose staff this person is now; one query per user object."""
    if user is None or not user.is_authenticated:
        return frozenset()
    cached = getattr(user, "_centre_ids", None)
    if cached is None:
        posts = user.centre_posts.filter(ended_on__isnull=True)
        cached = user._centre_ids = frozenset(posts.values_list("centre_id", flat=True))
    return cached


def sessions_visible_to(user) -> QuerySet[Session]:
    """Sessions of the trips that are offered, for everybody; the staff of a centre see all of theirs."""
    offered = Q(field_trip__is_active=True, field_trip__centre__is_active=True)
    return Session.objects.filter(offered | Q(field_trip__centre__in=centre_ids_of(user))).select_related(
        *SESSION_PARTS
    )


def sessions_run_by(user) -> QuerySet[Session]:
    """Sessions at the person's own centres."""
    return Session.objects.filter(field_trip__centre__in=centre_ids_of(user)).select_related(*SESSION_PARTS)


def may_book(user) -> bool:
    """Whether to offer the person the way to a booking. Strangers may try: they are led to sign in first."""
    return not user.is_authenticated or bool(standing_of(user).working_schools)


def bookings_visible_to(user) -> QuerySet[Booking]:
    """A school's bookings for its staff, a centre's for its staff, and those in an officer's scope."""
    standing = standing_of(user)
    seen = Q(school__in=standing.school_ids) | Q(session__field_trip__centre__in=centre_ids_of(user))
    if standing.is_officer:
        seen |= Q(school__in=schools_in_scope(user).values("pk"))
    return Booking.objects.filter(seen).select_related(*BOOKING_PARTS)


def bookings_run_by(user) -> QuerySet[Booking]:
    """Bookings at the person's own centres."""
    return Booking.objects.filter(session__field_trip__centre__in=centre_ids_of(user)).select_related(*BOOKING_PARTS)


def bookings_of_schools(user) -> QuerySet[Booking]:
    """The bookings of the schools whose staff the person is."""
    return Booking.objects.filter(school__in=standing_of(user).school_ids).select_related(*BOOKING_PARTS)


def bookings_of_pupil(pupil: Pupil, *, now: datetime) -> QuerySet[Booking]:
    """Visits for which the pupil is named, with ``attended``; where nobody is named yet, the coming ones of the class."""
    named = RosterEntry.objects.filter(booking=OuterRef("pk"), pupil=pupil)
    anybody = RosterEntry.objects.filter(booking=OuterRef("pk"))
    classes = Enrolment.objects.filter(pupil=pupil, ended_on__isnull=True).values("class_group")
    of_class = Q(class_group__in=classes, session__ends_at__gt=now) & ~Exists(anybody)
    bookings = Booking.objects.filter(Exists(named) | of_class, state__in=(*SEAT_HOLDING, *CAME))
    return bookings.annotate(attended=Subquery(named.values("attended")[:1])).select_related(*BOOKING_PARTS)


def in_group(bookings: QuerySet[Booking], group: str) -> QuerySet[Booking]:
    """``bookings`` narrowed to one group of states, the next visit first; any other word gives them all."""
    if group not in BOOKING_GROUPS:
        return bookings.order_by("-session__starts_at", "-id")
    order = "session__starts_at" if group in ("upcoming", "waiting") else "-session__starts_at"
    return bookings.filter(state__in=BOOKING_GROUPS[group]).order_by(order, "id")


def group_sizes(bookings: QuerySet[Booking]) -> dict[str, int]:
    """How many of ``bookings`` each group of states holds, in one query."""
    counts = {group: Count("pk", filter=Q(state__in=states)) for group, states in BOOKING_GROUPS.items()}
    return bookings.order_by().aggregate(**counts)


# --- Sessions -----------------------------------------------------------------------------------
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


# --- What booking reads -------------------------------------------------------------------------
def classes_for_booking(user, session: Session) -> list[ClassGroup]:
    """The person's classes of the session's school year and grades, each with ``pupil_count``."""
    day = timezone.localtime(session.starts_at).date()
    trip = session.field_trip
    pupils = Count("enrolments", filter=Q(enrolments__ended_on__isnull=True, enrolments__pupil__left_on__isnull=True))
    return list(
        classes_to_act_for(user)
        .filter(school_year__starts_on__lte=day, school_year__ends_on__gte=day)
        .filter(grade__gte=trip.grade_from, grade__lte=trip.grade_to)
        .select_related("school")
        .annotate(pupil_count=pupils)
        .order_by("school__sort_key", "grade", "name")
    )


def session_to_book(session_id: int) -> Session:
    """The session as it stands with its trip and centre, and ``on_holiday``; one query, since this is the rush."""
    holidays = Holiday.objects.filter(starts_on__lte=OuterRef("day"), ends_on__gte=OuterRef("day"))
    sessions = Session.objects.annotate(day=TruncDate("starts_at")).annotate(on_holiday=Exists(holidays))
    return sessions.select_related("field_trip__centre", "room").get(pk=session_id)


def live_bookings_of_school(school: School, *, now: datetime) -> list[LiveBooking]:
    """The school's live bookings of sessions to come, as the rules judge them."""
    rows = Booking.objects.live().filter(school=school, session__starts_at__gt=now)
    return [
        LiveBooking(*row)
        for row in rows.values_list(
            "reference",
            "session_id",
            "class_group_id",
            "session__field_trip__centre_id",
            "session__starts_at",
            "session__ends_at",
        )
    ]


def someone_waits(session: Session) -> bool:
    return session.bookings.waiting().exists()


def waiting_place(booking: Booking) -> int:
    """The booking's place in its session's waiting list, from 1; 0 when it does not wait."""
    if booking.waiting_since is None or booking.state not in LIVE or booking.holds_seats:
        return 0
    earlier = Q(waiting_since__lt=booking.waiting_since) | Q(waiting_since=booking.waiting_since, pk__lt=booking.pk)
    return Booking.objects.waiting().filter(earlier, session_id=booking.session_id).count() + 1


def reference_taken(reference: str) -> bool:
    return Booking.objects.filter(reference=reference).exists()


# --- The list of participants -------------------------------------------------------------------
def roster_of(booking: Booking) -> QuerySet[RosterEntry]:
    """The participants by given name in Vietnamese order."""
    return booking.roster.select_related("pupil").order_by("pupil__sort_key")


def without_consent(booking: Booking) -> set[int]:
    """Pupils of the list who may not go: nobody agreed, or not any more. Two queries; none are kept."""
    listed = set(booking.roster.values_list("pupil_id", flat=True))
    return listed - in_force(listed, ConsentPurpose.TAKE_PART) if listed else set()


def with_roster_size(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    return bookings.annotate(named=Count("roster"))


# --- At the centre ------------------------------------------------------------------------------
@dataclass(frozen=True)
class DaySession:
    """One session of a centre's day with the groups that come or came."""

    session: Session
    groups: list[Booking]
    waiting: int

    @property
    def arrived(self) -> list[Booking]:
        return [booking for booking in self.groups if booking.arrived_pupils is not None]

    @property
    def pupils_booked(self) -> int:
        return sum(booking.pupils for booking in self.groups)

    @property
    def pupils_arrived(self) -> int:
        return sum(booking.arrived_pupils for booking in self.arrived)


@dataclass(frozen=True)
class CentreDay:
    day: date
    sessions: list[DaySession]
    previous: date
    following: date

    @property
    def groups_booked(self) -> int:
        return sum(len(each.groups) for each in self.sessions)

    @property
    def groups_arrived(self) -> int:
        return sum(len(each.arrived) for each in self.sessions)

    @property
    def pupils_booked(self) -> int:
        return sum(each.pupils_booked for each in self.sessions)

    @property
    def pupils_arrived(self) -> int:
        return sum(each.pupils_arrived for each in self.sessions)


EXPECTED = (*BOOKING_GROUPS["upcoming"], *BOOKING_GROUPS["past"])


def centre_day(user, day: date) -> CentreDay:
    """The sessions of ``day`` at the person's centres with their groups, in two queries."""
    sessions = list(
        sessions_run_by(user)
        .filter(starts_at__gte=day_begins(day), starts_at__lt=day_begins(day + timedelta(days=1)))
        .exclude(state=SessionState.CANCELLED)
        .annotate(waiting=Count("bookings", filter=Q(bookings__in=Booking.objects.waiting())))
        .order_by("starts_at", "id")
    )
    groups: dict[int, list[Booking]] = defaultdict(list)
    bookings = Booking.objects.filter(session__in=sessions, state__in=EXPECTED).select_related("school", "class_group")
    for booking in bookings.order_by("school__sort_key", "id"):
        groups[booking.session_id].append(booking)
    return CentreDay(
        day=day,
        sessions=[DaySession(session, groups[session.pk], session.waiting) for session in sessions],
        previous=day - timedelta(days=1),
        following=day + timedelta(days=1),
    )


def sessions_to_close(user, *, now: datetime) -> QuerySet[Session]:
    """Sessions at the person's centres that ended before today, had groups, and are still open."""
    today = day_begins(timezone.localtime(now).date())
    return (
        sessions_run_by(user)
        .filter(state=SessionState.SCHEDULED, ends_at__lt=today)
        .filter(Exists(Booking.objects.filter(session=OuterRef("pk"), state__in=EXPECTED)))
        .order_by("starts_at")
    )


def closing_counts(session: Session) -> tuple[int, int]:
    """How many groups of ``session`` came, and how many that hold places were not checked in."""
    counts = session.bookings.aggregate(
        came=Count("pk", filter=Q(state__in=CAME)), missing=Count("pk", filter=Q(state__in=SEAT_HOLDING))
    )
    return counts["came"], counts["missing"]


def centres_of(user) -> list[Centre]:
    return list(Centre.objects.filter(pk__in=centre_ids_of(user)))


# --- Figures ------------------------------------------------------------------------------------
def pupils_in_term(schools: set[int], term: Term) -> dict[str, int]:
    """Pupils of ``schools`` who came to a session in ``term``, and how many of them were girls."""
    figures = (
        Booking.objects.came()
        .filter(
            school__in=schools,
            session__starts_at__gte=day_begins(term.starts_on),
            session__starts_at__lt=day_begins(term.ends_on + timedelta(days=1)),
        )
        .aggregate(pupils=Sum("arrived_pupils"), girls=Sum("arrived_girls"))
    )
    return {name: value or 0 for name, value in figures.items()}
