"""What a benchmark does in its own Django process: count statements, make contenders and sessions, count the sold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from benchmarks.client import hidden_inputs
from programs.accounts.models import User
from programs.bookings.choices import SEAT_HOLDING
from programs.bookings.rules.booking import full_refusal
from programs.centres.models import Centre, FieldTrip, Room, Session
from programs.centres.queries.sessions import day_begins
from programs.core.models import Holiday, SchoolYear
from programs.pupils.models import ClassGroup
from programs.schools.choices import AreaKind, Authority, SchoolRole, SchoolState
from programs.schools.models import Area, Membership, School

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def statements(act: Callable[[], object]) -> int:
    """Statements that ``act`` sends to the database; beginning and ending a transaction is not one."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return sum(1 for query in captured if not query["sql"].startswith(TRANSACTION))


class Rush:
    """A trip of a centre of its own, and teachers of as many schools, all signed in."""

    def __init__(self, contenders: int) -> None:
        self.year = _school_year()
        self.trip = _trip()
        self.room = Room.objects.get(centre=self.trip.centre)
        self.sessions = 0
        self.contenders = _contenders(contenders, self.year)

    def new_session(self, capacity: int) -> Session:
        """A session that is open to all; no two are at the same time."""
        starts_at = day_begins(self.year.starts_on) + timedelta(minutes=30 * self.sessions)
        self.sessions += 1
        return Session.objects.create(
            field_trip=self.trip,
            room=self.room,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=20),
            capacity=capacity,
            booking_opens_at=timezone.now() - timedelta(days=1),
            booking_closes_at=starts_at,
        )

    def statements_of_booking(self) -> tuple[int, int]:
        """Statements of an accepted and of a refused booking, caches warm."""
        path = f"/sessions/{self.new_session(2).pk}/book/"
        _first, accepted, refused = (_statements_of(path, contender) for contender in self.contenders[:3])
        return accepted, refused


def _statements_of(path: str, contender: dict) -> int:
    browser = Client()
    browser.cookies.load(contender["cookies"])
    hidden = hidden_inputs(browser.get(path).content.decode(), "idempotency_key")
    return statements(lambda: browser.post(path, hidden | contender["form"]))


def _school_year() -> SchoolYear:
    """A school year of one day, the first to come that is no holiday: nothing else happens in it."""
    day = timezone.localdate() + timedelta(days=2)
    while Holiday.objects.filter(starts_on__lte=day, ends_on__gte=day).exists():
        day += timedelta(days=1)
    return SchoolYear.objects.create(name="benchmark", starts_on=day, ends_on=day + timedelta(days=1))


def _ward() -> Area:
    return Area.objects.filter(kind=AreaKind.WARD, in_jurisdiction=True).first()


def _trip() -> FieldTrip:
    centre = Centre.objects.create(
        code="BENCH",
        name="Trung tâm đo tốc độ",
        ward=_ward(),
        address="Số 1",
        phone="+842743000000",
        email="do@trungtam.example.vn",
        bookings_per_school=1000,
    )
    Room.objects.create(centre=centre, name="Phòng 1", capacity=1000)
    return FieldTrip.objects.create(
        code="BENCH", title="Đo tốc độ", centre=centre, grade_from=1, grade_to=12, minutes=20, max_pupils=1000
    )


def _contenders(count: int, year: SchoolYear) -> list[dict]:
    """Cookies of a signed-in teacher, and what the teacher types, each of another school."""
    names = [f"bench-{number:04}" for number in range(count)]
    schools = School.objects.bulk_create(
        School(code=name, name=f"Trường {name}", ward=_ward(), authority=Authority.WARD, state=SchoolState.ACTIVE)
        for name in names
    )
    teachers = User.objects.bulk_create(
        User(username=name, email=f"{name}@truong.example.vn", full_name=f"Giáo viên {name}", password="!")
        for name in names
    )
    pairs = list(zip(schools, teachers, strict=True))
    Membership.objects.bulk_create(
        Membership(school=school, user=user, role=SchoolRole.TEACHER, started_on=date(2020, 1, 1))
        for school, user in pairs
    )
    classes = ClassGroup.objects.bulk_create(
        ClassGroup(school=school, school_year=year, name="8A1", grade=8, homeroom_teacher=user)
        for school, user in pairs
    )
    return [
        {
            "cookies": {settings.SESSION_COOKIE_NAME: _signed_in(user)},
            "form": {"class_group": str(group.pk), "pupils": "1", "adults": "1", "contact_phone": "0912 345 678"},
        }
        for user, group in zip(teachers, classes, strict=True)
    ]


def _signed_in(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key


def words_of_refusal() -> list[str]:
    """What a contender who came too late must read."""
    with translation.override(settings.LANGUAGE_CODE):
        return [str(full_refusal(seats_left=0).message)]


def sold(session: Session) -> int:
    """Places of the bookings that hold some; the session's own count must say the same."""
    session.refresh_from_db()
    booked = session.bookings.filter(state__in=SEAT_HOLDING).aggregate(places=Sum("pupils"))["places"] or 0
    if booked != session.seats_taken:
        raise SystemExit(f"{session}: {booked} places are booked, {session.seats_taken} are counted as taken.")
    return booked
