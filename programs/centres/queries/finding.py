"""Finding a session: by level, subject, place, day and places left."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from programs.centres.models import FieldTrip, Session
from programs.centres.queries.sessions import day_begins, sessions_visible_to
from programs.schools.models import Area, School
from programs.schools.queries.roles import roles_of

SAME_WARD, SAME_CLUSTER, ELSEWHERE = 0, 1, 2


@dataclass(frozen=True)
class Wish:
    """What a teacher asked for; whatever is empty narrows nothing."""

    grades: tuple[int, int] | None = None
    subject: str = ""
    first: date | None = None
    last: date | None = None
    seats: int | None = None
    trip: FieldTrip | None = None
    ward: Area | None = None
    nearest_first: bool = False

    @property
    def is_narrow(self) -> bool:
        return any((self.grades, self.subject, self.first, self.last, self.seats, self.trip))


def bookable(*, now: datetime) -> QuerySet[Session]:
    """Sessions that still take bookings, now or as soon as booking opens."""
    return sessions_visible_to(None).upcoming(now).filter(booking_closes_at__gt=now)


def with_room_for(sessions: QuerySet[Session], seats: int) -> QuerySet[Session]:
    """``sessions`` that have places for a group of ``seats``."""
    return sessions.filter(
        Q(one_group=False) | Q(seats_taken=0),
        seats_taken__lte=F("capacity") - seats,
        field_trip__max_pupils__gte=seats,
    )


def find_sessions(wish: Wish, *, now: datetime) -> QuerySet[Session]:
    """What fits ``wish``, soonest first, or nearest first; each with its ``nearness`` to the ward asked for."""
    found = bookable(now=now)
    if wish.grades:
        found = found.filter(field_trip__grade_from__lte=wish.grades[1], field_trip__grade_to__gte=wish.grades[0])
    if wish.subject:
        found = found.filter(of_subject(wish.subject))
    if wish.first:
        found = found.filter(starts_at__gte=day_begins(wish.first))
    if wish.last:
        found = found.filter(starts_at__lt=day_begins(wish.last + timedelta(days=1)))
    if wish.seats:
        found = with_room_for(found, wish.seats)
    if wish.trip:
        found = found.filter(field_trip=wish.trip)
    found = found.annotate(nearness=_nearness(wish.ward))
    return found.order_by(*(["nearness"] if wish.nearest_first else []), "starts_at", "pk")


def _nearness(ward: Area | None) -> Case | Value:
    """The centre's ward is the asked one, or has schools of the same cluster; nobody keeps kilometres of wards."""
    if ward is None:
        return Value(ELSEWHERE, output_field=IntegerField())
    clusters = School.objects.filter(ward=ward, cluster__isnull=False).values("cluster")
    neighbours = School.objects.filter(cluster__in=clusters).values("ward")
    return Case(
        When(field_trip__centre__ward=ward, then=Value(SAME_WARD)),
        When(field_trip__centre__ward__in=neighbours, then=Value(SAME_CLUSTER)),
        default=Value(ELSEWHERE),
        output_field=IntegerField(),
    )


def next_chances(sessions: Iterable[Session], *, seats: int | None, now: datetime) -> dict[int, Session | None]:
    """For each of ``sessions`` without places: the next later session of the same trip that has them, or None."""
    full = [session.pk for session in sessions if session.seats_left < (seats or 1)]
    if not full:
        return {}
    later = with_room_for(bookable(now=now), seats or 1).filter(
        field_trip=OuterRef("field_trip"), starts_at__gt=OuterRef("starts_at")
    )
    following = Subquery(later.order_by("starts_at", "pk").values("pk")[:1])
    rows = dict(Session.objects.filter(pk__in=full).annotate(following=following).values_list("pk", "following"))
    chances = sessions_visible_to(None).in_bulk([pk for pk in rows.values() if pk])
    return {pk: chances.get(following) for pk, following in rows.items()}


def ward_of(user) -> Area | None:
    """Where the person's school is, when they have just one."""
    schools = roles_of(user).schools if user.is_authenticated else []
    return Area.objects.get(pk=schools[0].ward_id) if len(schools) == 1 else None


def offered_trips() -> QuerySet[FieldTrip]:
    return FieldTrip.objects.filter(is_active=True, centre__is_active=True)


class SubjectSource(ABC):
    """Who knows the subjects of trips."""

    @abstractmethod
    def choices(self) -> list[tuple[str, str]]:
        """Codes with the names in the reader's language."""

    @abstractmethod
    def trips(self, code: str) -> QuerySet:
        """The keys of the trips that this subject is named for."""


SOURCES: list[SubjectSource] = []


def subject_choices() -> list[tuple[str, str]]:
    return [choice for source in SOURCES for choice in source.choices()]


def of_subject(code: str) -> Q:
    """Sessions of the trips of this subject."""
    found = Q(pk__in=())
    for source in SOURCES:
        found |= Q(field_trip__in=source.trips(code))
    return found
