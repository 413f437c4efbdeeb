"""Who sees which bookings, what booking reads, and how far a booking is."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from programs.bookings.choices import BOOKING_GROUPS, COUNT_IN_SEASON, LIVE, BookingState
from programs.bookings.models import Booking, RosterEntry
from programs.bookings.rules.booking import EarlierBooking, SchoolFacts
from programs.bookings.rules.waiting import LIST_ENDS_WITHIN, Standing, list_over, standing
from programs.centres.choices import BookingMode, WaitingPolicy
from programs.centres.models import SeasonOpening, Session
from programs.centres.queries.finding import bookable, with_room_for
from programs.centres.queries.sessions import SESSION_PARTS, centre_ids_of, day_begins, is_offered, with_ratios
from programs.consents.choices import ConsentPurpose
from programs.consents.queries.in_force import in_force
from programs.core.calendar import working_days
from programs.core.models import Holiday
from programs.core.prepared import A_DAY, A_MOMENT, Prepared
from programs.core.queries import held_by, met_by_one
from programs.pupils.models import ClassGroup
from programs.pupils.queries import in_class_now, pupils_of_class
from programs.schools.choices import WORKING_STATES
from programs.schools.models import School
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import in_scope_of

BOOKING_PARTS = ("session__field_trip__centre__ward", "session__room", "school", "class_group", "leader")
MOST_OTHERS = 3
LARGEST_KEY = 2**63 - 1
SIGNER = Signer(salt="visits.waiting")


def bookings_visible_to(user) -> QuerySet[Booking]:
    """A school's bookings for its staff, a centre's for its staff, and those in an officer's scope."""
    return met_by_one(Booking.objects.all(), *seen_as(user)).select_related(*BOOKING_PARTS)


def seen_as(user, booking: str = "") -> tuple[Q | None, ...]:
    """The conditions on a booking, or on rows that name one with ``booking="booking__"``, one of which lets see it."""
    return (
        held_by(f"{booking}school", roles_of(user).school_ids),
        held_by(f"{booking}session__field_trip__centre", centre_ids_of(user)),
        in_scope_of(user, f"{booking}school"),
    )


def bookings_run_by(user) -> QuerySet[Booking]:
    """Bookings at the person's own centres."""
    return Booking.objects.filter(session__field_trip__centre__in=centre_ids_of(user)).select_related(*BOOKING_PARTS)


def bookings_of_schools(user) -> QuerySet[Booking]:
    """The bookings of the schools whose staff the person is."""
    return Booking.objects.filter(school__in=roles_of(user).school_ids).select_related(*BOOKING_PARTS)


def in_group(bookings: QuerySet[Booking], group: str) -> QuerySet[Booking]:
    """``bookings`` narrowed to one group of states, the next visit first; any other word gives them all."""
    if group not in BOOKING_GROUPS:
        return bookings.order_by("-session__starts_at", "-id")
    order = "session__starts_at" if group in ("upcoming", "waiting") else "-session__starts_at"
    return bookings.filter(state__in=BOOKING_GROUPS[group]).order_by(order, "id")


def classes_with(bookings: QuerySet[Booking], user) -> QuerySet[ClassGroup]:
    """The classes of the person's schools that have bookings, the newest year first."""
    own = ClassGroup.objects.filter(school__in=roles_of(user).school_ids, pk__in=bookings.values("class_group"))
    return own.order_by("-school_year__starts_on", "grade", "name")


def last_phone_of(user) -> str:
    """The number that the person gave with the latest booking: most give the same again."""
    led = Booking.objects.filter(leader=user).order_by("-created_at")
    return led.values_list("contact_phone", flat=True).first() or ""


def group_sizes(bookings: QuerySet[Booking]) -> dict[str, int]:
    """How many of ``bookings`` each group of states holds, in one query."""
    counts = {group: Count("pk", filter=Q(state__in=states)) for group, states in BOOKING_GROUPS.items()}
    return bookings.order_by().aggregate(**counts)


def roster_of(booking: Booking) -> QuerySet[RosterEntry]:
    """The participants by given name in Vietnamese order."""
    return booking.roster.select_related("pupil").order_by("pupil__sort_key")


def class_of(booking: Booking) -> set[int]:
    """The pupils who are in its class now."""
    group = booking.class_group
    return set(pupils_of_class(group).values_list("pk", flat=True)) if group else set()


def listed(booking: Booking) -> dict[str, list[int]]:
    """The names on the list as its form has them; nothing as long as there are none."""
    pupils = sorted(booking.roster.values_list("pupil_id", flat=True))
    return {"pupils": pupils} if pupils else {}


def without_consent(booking: Booking) -> set[int]:
    """Pupils of the list who may not go: nobody agreed, or not any more. Two queries; none are kept."""
    listed = set(booking.roster.values_list("pupil_id", flat=True))
    return listed - in_force(listed, ConsentPurpose.TAKE_PART) if listed else set()


def booking_with_token(token: str) -> Booking | None:
    """The booking whose leader holds this token; None for an invalid token."""
    try:
        reference, leader_id = SIGNER.unsign_object(token)
    except (BadSignature, ValueError, TypeError):
        return None
    found = Booking.objects.filter(reference=reference, leader=leader_id)
    return found.select_related(*BOOKING_PARTS).first()


# --- Booking -------------------------------------------------------------------------------------
def _classes_to_book(school: int, day: date, first: int, last: int) -> QuerySet[ClassGroup]:
    pupils = Count("enrolments", filter=in_class_now(day))
    classes = ClassGroup.objects.filter(school=school, grade__gte=first, grade__lte=last)
    in_year = classes.filter(school_year__starts_on__lte=day, school_year__ends_on__gte=day)
    return in_year.annotate(pupil_count=pupils).order_by("grade", "name")


_CLASSES_TO_BOOK = Prepared(_classes_to_book, school=-1, day=A_DAY, first=101, last=102)


def classes_for_booking(user, session: Session) -> list[ClassGroup]:
    """The person's classes of the session's school year and grades, each with its school and ``pupil_count``.

    One query for each school where the person works; hardly anybody has two.
    """
    day, trip = timezone.localtime(session.starts_at).date(), session.field_trip
    found = []
    for school in roles_of(user).working_schools:
        classes = _CLASSES_TO_BOOK.rows(school=school.pk, day=day, first=trip.grade_from, last=trip.grade_to)
        for class_group in classes:
            class_group.school = school
        found += classes
    return found


def hash_of_key(user, key: str) -> str:
    """How a form's key is stored with its booking: one key of one person."""
    return hashlib.sha256(f"{user.pk}:{key}".encode()).hexdigest()


def _session_to_book(pk: int, key: str, now: datetime) -> QuerySet[Session]:
    holidays = Holiday.of().filter(starts_on__lte=OuterRef("day"), ends_on__gte=OuterRef("day"))
    earlier = Booking.objects.filter(key_hash=key).values("reference")[:1]
    sessions = Session.objects.annotate(day=TruncDate("starts_at")).annotate(
        on_holiday=Exists(holidays), earlier_reference=Subquery(earlier), somebody_first=_somebody_first(now)
    )
    return with_ratios(sessions).select_related(*SESSION_PARTS, "season").filter(pk=pk).order_by()


_SESSION_TO_BOOK = Prepared(_session_to_book, pk=-1, key="key", now=A_MOMENT)


def session_to_book(user, session_id: int, *, key: str = "") -> Session | None:
    """The current session with its trip, centre and season, or None if ``user`` may not see it.

    With its adult ratios, ``on_holiday``, ``somebody_first`` of those who wait, and ``earlier_reference``: the booking
    that the form with ``key`` made already, or None. One query, since this is the rush; one more where places are left
    that others wait for.
    """
    if session_id > LARGEST_KEY:  # a prepared query hands it to the database as it is
        return None
    now = timezone.now()
    session = next(iter(_SESSION_TO_BOOK.rows(pk=session_id, key=hash_of_key(user, key), now=now)), None)
    if session and not is_offered(session) and session.field_trip.centre_id not in centre_ids_of(user):
        return None
    if session and session.somebody_first and session.seats_left:
        session.somebody_first = not list_is_over(session, now=now)
    return session


def _school_to_book(pk: int, season: int) -> QuerySet[School]:
    openings = SeasonOpening.objects.filter(season=season, cluster=OuterRef("cluster_id"))
    locked = School.objects.select_for_update(no_key=True)
    return locked.annotate(opens_at=Subquery(openings.values("opens_at")[:1])).filter(pk=pk).order_by()


_SCHOOL_TO_BOOK = Prepared(_school_to_book, pk=-1, season=-2)


def _bookings_in_the_way(school: int, now: datetime, season: int) -> QuerySet:
    in_season = Q(state__in=COUNT_IN_SEASON, session__season=season)
    rows = Booking.objects.filter(Q(state__in=LIVE, session__starts_at__gt=now) | in_season, school=school)
    return rows.order_by().values_list(
        "reference",
        "session_id",
        "class_group_id",
        "session__field_trip__centre_id",
        "session__starts_at",
        "session__ends_at",
        "session__season_id",
        "state",
    )


_BOOKINGS_IN_THE_WAY = Prepared(_bookings_in_the_way, school=-1, now=A_MOMENT, season=-2)


def school_facts_of(*, wish: Booking, now: datetime) -> SchoolFacts:
    """What the rules ask of the school of ``wish``: its live bookings to come, and all that count in the season.

    Its row is locked: one school's bookings queue up here, so that its limits and its classes' hours hold under a
    rush. The caller holds a transaction; the session comes with ``on_holiday``.
    """
    session, season = wish.session, wish.session.season_id or 0
    school = _SCHOOL_TO_BOOK.rows(pk=wish.school_id, season=season)[0]
    rows = _BOOKINGS_IN_THE_WAY.tuples(school=school.pk, now=now, season=season)
    earlier = [EarlierBooking(*row) for row in rows]
    return SchoolFacts(school.is_working, school.opens_at, session.on_holiday, earlier)


def waiting_list(sessions: Q) -> QuerySet[Booking]:
    """The groups that wait for ``sessions``, each list in its order, with when booking opens for their clusters."""
    openings = SeasonOpening.objects.filter(season=OuterRef("session__season"), cluster=OuterRef("school__cluster"))
    waiting = Booking.objects.waiting().filter(sessions).order_by("session_id", "waiting_since", "id")
    with_opening = waiting.annotate(cluster_opens_at=Subquery(openings.values("opens_at")[:1]))
    return with_opening.select_related("school", "class_group", "leader")


def standing_of(session: Session, *, now: datetime) -> Standing:
    queue = list(waiting_list(Q(session=session)))
    return standing(queue, session, days=working_days(now, session.starts_at), now=now) if queue else Standing(None, [])


def lists_that_may_move(*, now: datetime) -> QuerySet[Booking]:
    """The waiting lists of open sessions with places for one of their groups, each with its session."""
    fits = Booking.objects.waiting().filter(session=OuterRef("pk"), pupils__lte=_LEFT)
    sessions = Session.objects.upcoming(now).filter(Exists(fits), booking_opens_at__lte=now)
    return waiting_list(Q(session__in=sessions.order_by().values("pk"))).select_related(
        "school", "session__field_trip__centre"
    )


_LEFT = OuterRef("capacity") - OuterRef("seats_taken")


def _somebody_first(now: datetime) -> Exists:
    """Whether a group waits that comes before anybody else: in strict order, once it is its turn, or when it fits.

    One of a suspended school, or for whose cluster booking is not open yet, or larger than the session, holds nobody
    back.
    """
    strict = Q(session__waiting_policy=WaitingPolicy.STRICT)
    its_turn = Q(turn_at__lte=now, session__booking_closes_at__gt=now)
    later = SeasonOpening.objects.filter(
        season=OuterRef("session__season"), cluster=OuterRef("school__cluster"), opens_at__gt=now
    )
    could = Booking.objects.waiting().filter(school__state__in=WORKING_STATES, pupils__lte=OuterRef("capacity"))
    return Exists(could.filter(~Exists(later), strict | its_turn | Q(pupils__lte=_LEFT), session=OuterRef("pk")))


def somebody_first(session: Session, *, now: datetime) -> bool:
    """As ``session_to_book`` reads it with the session."""
    waits = Session.objects.filter(_somebody_first(now), pk=session.pk).exists()
    return waits and not list_is_over(session, now=now)


def list_is_over(session: Session, *, now: datetime) -> bool:
    """Whether nobody is offered places from the list any more; the calendar is asked in the last weeks only."""
    if session.starts_at - now > LIST_ENDS_WITHIN:
        return False
    return list_over(session, days=working_days(now, session.starts_at), now=now)


def others_to_book(booking: Booking, *, now: datetime) -> list[Session]:
    """The next sessions of the trip that the class of an ended booking can take at once, with places for all of it.

    Not those where others come first, or that are for other clusters yet; nor the one that was refused.
    """
    group, trip = booking.class_group, booking.session.field_trip_id
    if group is None or not booking.contact_phone:  # what it said of itself is erased by now
        return []
    later = SeasonOpening.objects.filter(season=OuterRef("season"), cluster=booking.school.cluster_id, opens_at__gt=now)
    open_now = bookable(now=now).filter(~Exists(later), ~_somebody_first(now), booking_opens_at__lte=now)
    in_year = open_now.filter(field_trip=trip, starts_at__lt=day_begins(group.school_year.ends_on + timedelta(days=1)))
    free = with_room_for(in_year.exclude(mode=BookingMode.BALLOT), booking.size_now["pupils"] or 0)
    if booking.state == BookingState.REFUSED:
        free = free.exclude(pk=booking.session_id)
    return list(free.order_by("starts_at", "pk")[:MOST_OTHERS])


def waiting_place(booking: Booking) -> int:
    """The booking's place in its session's waiting list, from 1; 0 when it does not wait."""
    if booking.waiting_since is None or booking.state not in LIVE or booking.holds_seats:
        return 0
    earlier = Q(waiting_since__lt=booking.waiting_since) | Q(waiting_since=booking.waiting_since, pk__lt=booking.pk)
    return Booking.objects.waiting().filter(earlier, session_id=booking.session_id).count() + 1


# --- Papers and approvals ------------------------------------------------------------------------
