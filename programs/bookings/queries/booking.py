"""What booking reads."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Protocol

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from programs.bookings.choices import COUNT_IN_SEASON, LIVE
from programs.bookings.models import Booking
from programs.bookings.rules.booking import EarlierBooking, SchoolFacts
from programs.centres.models import SeasonOpening, Session
from programs.centres.queries.sessions import SESSION_PARTS, centre_ids_of, is_offered, with_ratios
from programs.core.models import Holiday
from programs.core.prepared import A_DAY, A_MOMENT, Prepared
from programs.core.refusals import Refusal
from programs.pupils.models import ClassGroup
from programs.schools.choices import WORKING_STATES
from programs.schools.models import School
from programs.schools.queries.roles import roles_of

LARGEST_KEY = 2**63 - 1


def _classes_to_book(school: int, day: date, first: int, last: int) -> QuerySet[ClassGroup]:
    pupils = Count("enrolments", filter=Q(enrolments__ended_on__isnull=True, enrolments__pupil__left_on__isnull=True))
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


def _session_to_book(pk: int, key: str) -> QuerySet[Session]:
    holidays = Holiday.objects.filter(starts_on__lte=OuterRef("day"), ends_on__gte=OuterRef("day"))
    earlier = Booking.objects.filter(key_hash=key).values("reference")[:1]
    sessions = Session.objects.annotate(day=TruncDate("starts_at")).annotate(
        on_holiday=Exists(holidays), earlier_reference=Subquery(earlier)
    )
    return with_ratios(sessions).select_related(*SESSION_PARTS, "season").filter(pk=pk).order_by()


_SESSION_TO_BOOK = Prepared(_session_to_book, pk=-1, key="key")


def session_to_book(user, session_id: int, *, key: str = "") -> Session | None:
    """The current session with its trip, centre and season, or None if ``user`` may not see it.

    With its adult ratios, ``on_holiday``, and ``earlier_reference``: the booking that the form with ``key`` made
    already, or None. One query, since this is the rush.
    """
    if session_id > LARGEST_KEY:  # a prepared query hands it to the database as it is
        return None
    session = next(iter(_SESSION_TO_BOOK.rows(pk=session_id, key=hash_of_key(user, key))), None)
    if session and not is_offered(session) and session.field_trip.centre_id not in centre_ids_of(user):
        return None
    return session


def _school_to_book(pk: int, season: int) -> QuerySet[School]:
    openings = SeasonOpening.objects.filter(season=season, cluster=OuterRef("cluster_id"))
    locked = School.objects.select_for_update(no_key=True, of=("self",))
    return locked.annotate(opens_at=Subquery(openings.values("opens_at")[:1])).filter(pk=pk).order_by()


_SCHOOL_TO_BOOK = Prepared(_school_to_book, pk=-1, season=-2)


def opening_for(session: Session, schools: Collection[School]) -> datetime:
    """When booking of ``session`` opens for these schools: with their cluster where its season says so.

    For a person at several schools, the last of them, so that waiting for it misses none.
    """
    if not session.season_id:
        return session.booking_opens_at
    clusters = {school.cluster_id for school in schools}
    openings = SeasonOpening.objects.filter(season=session.season_id, cluster__in=clusters)
    return max([session.booking_opens_at, *openings.values_list("opens_at", flat=True)])


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


class OtherWay(Protocol):
    """How places are given where first come is not first served."""

    def of(self, session: Session) -> Model | None:
        """What decides about the places of ``session`` now, or None."""

    def refusal(self, found: Any, *, now: datetime) -> Refusal | None:
        """Why nobody can take part in ``found`` now, or None."""


# By the mode of a session; the wing that gives places in another way adds itself in its hooks.
OTHER_WAYS: dict[str, OtherWay] = {}


def other_way_of(session: Session) -> Model | None:
    """What decides about the places of ``session`` where booking does not."""
    way = OTHER_WAYS.get(session.mode)
    return way.of(session) if way else None


def someone_waits(session: Session) -> bool:
    """Whether a group waits that could move up.

    One of a suspended school, and one larger than the whole session, hold nobody else back.
    """
    could = session.bookings.waiting().filter(school__state__in=WORKING_STATES, pupils__lte=session.capacity)
    return could.exists()


def waiting_place(booking: Booking) -> int:
    """The booking's place in its session's waiting list, from 1; 0 when it does not wait."""
    if booking.waiting_since is None or booking.state not in LIVE or booking.holds_seats:
        return 0
    earlier = Q(waiting_since__lt=booking.waiting_since) | Q(waiting_since=booking.waiting_since, pk__lt=booking.pk)
    return Booking.objects.waiting().filter(earlier, session_id=booking.session_id).count() + 1
