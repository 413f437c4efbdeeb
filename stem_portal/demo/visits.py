"""Sessions of the field trips and bookings in every state, consistent to the last seat."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import product
from pathlib import Path
from random import Random

from django.utils import timezone

from programs.bookings.choices import SEAT_COUNTED, BookingState
from programs.bookings.models import Booking, RosterEntry
from programs.bookings.rules.booking import adults_needed
from programs.centres.choices import SessionState
from programs.centres.models import FieldTrip, Room, Session
from programs.core.calendar import WORK_ENDS
from programs.core.models import SchoolYear, Term
from programs.pupils.models import ClassGroup
from stem_portal.demo.calendar import Calendar
from stem_portal.demo.schools import Scale

S = BookingState
CONTENT = Path(__file__).parent / "content" / "field_trips.toml"
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
STARTS = [time(8, 0), time(13, 30)]
WEEKS_AHEAD = 7
NOTES = [
    "",
    "",
    "",
    "Lớp có một em dùng xe lăn, nhờ trung tâm xếp chỗ gần cửa.",
    "Đoàn đến bằng xe buýt của trường.",
    "",
]
# What became of a booking of a past session, by how often.
PAST_STATES = [S.CLOSED] * 16 + [S.NO_SHOW] + [S.CANCELLED_BY_SCHOOL] * 2 + [S.EXPIRED] + [S.CANCELLED_BY_CENTRE]
FUTURE_STATES = [S.HELD] * 4 + [S.PAPERS_DUE] * 2 + [S.CONFIRMED] * 8 + [S.CANCELLED_BY_SCHOOL, S.EXPIRED]


def _at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


def _days(first: date, last: date, calendar: Calendar) -> Iterator[date]:
    day = first
    while day <= last:
        if calendar.is_open(day):
            yield day
        day += timedelta(days=1)


def build_sessions(*, terms: list[Term], scale: Scale, now: datetime) -> list[Session]:
    """Sessions of every trip in its own room: all of the past terms, and the current one up to some weeks ahead."""
    calendar, today = Calendar(), timezone.localdate(now)
    sessions: list[Session] = []
    trips = list(FieldTrip.objects.prefetch_related("centre__rooms"))
    taken: set[tuple[int, date, time]] = set()
    # In summer the coming sessions are those of September.
    this_year = terms[-1].school_year
    horizon = max(today, this_year.starts_on) + timedelta(weeks=WEEKS_AHEAD)
    room_of = _rooms(trips)
    for term in terms:
        days = list(_days(term.starts_on, min(term.ends_on, horizon), calendar))
        for place, trip in enumerate(trips):
            # Tuesday, Thursday and Saturday for one trip, Wednesday and Friday for the next, and so on.
            weekdays = [(1, 3, 5), (2, 4), (1, 4, 5), (2, 3), (3, 5), (1, 2)][place % 6]
            for day in days:
                if not scale.every_room and day.weekday() not in weekdays:
                    continue
                rooms = trip.centre.rooms.all() if scale.every_room else [room_of[trip.code]]
                clocks = STARTS if scale.every_room else [STARTS[(day.toordinal() + place) % 2]]
                for room, clock in product(rooms, clocks):
                    if (room.pk, day, clock) not in taken:
                        taken.add((room.pk, day, clock))
                        sessions.append(_session(trip, room, _at(day, clock), term, now))
    sessions += _sessions_of_today(trips, room_of, taken, today, terms[-1], now)
    return Session.objects.bulk_create(sessions, batch_size=1000)


def _rooms(trips: list[FieldTrip]) -> dict[str, Room]:
    """The room in which each trip takes place, as the content of the demonstration says."""
    named = {
        entry["code"]: entry["room"] for entry in tomllib.loads(CONTENT.read_text(encoding="utf-8"))["field_trips"]
    }
    return {
        trip.code: next(room for room in trip.centre.rooms.all() if room.name == named[trip.code]) for trip in trips
    }


def _sessions_of_today(trips, room_of, taken, today: date, term: Term, now: datetime) -> list[Session]:
    """The centre's day is never empty when a newcomer looks: two sessions today, on a Sunday too."""
    trip = next(trip for trip in trips if trip.code == "XUONG-CHE-TAO")
    room = room_of[trip.code]
    clocks = [clock for clock in STARTS if (room.pk, today, clock) not in taken]
    return [_session(trip, room, _at(today, clock), term, now) for clock in clocks]


def _session(trip: FieldTrip, room, starts_at: datetime, term: Term, now: datetime) -> Session:
    ends_at = starts_at + timedelta(minutes=trip.minutes)
    over = timezone.localdate(ends_at) < timezone.localdate(now)
    return Session(
        field_trip=trip,
        room=room,
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=min(trip.max_pupils, room.capacity),
        booking_opens_at=_at(
            min(term.starts_on - timedelta(days=21), timezone.localdate(now) - timedelta(days=7)), time(7, 0)
        ),
        booking_closes_at=starts_at - timedelta(days=1),
        state=SessionState.CLOSED if over else SessionState.SCHEDULED,
        closed_at=ends_at + timedelta(minutes=20) if over else None,
    )


def _papers_due(session: Session) -> datetime:
    """The end of the third day before, or of the Friday before a weekend."""
    day = timezone.localdate(session.starts_at) - timedelta(days=3)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return _at(day, WORK_ENDS)


class Bookings:
    """Fills sessions with bookings; counts seats as the actions would."""

    def __init__(self, *, random: Random, now: datetime) -> None:
        self.random, self.now = random, now
        self.rows: list[Booking] = []
        self.taken: defaultdict[int, int] = defaultdict(int)
        self.busy: set[tuple[int, int]] = set()
        self.count = 0

    def reference(self) -> str:
        self.count += 1
        number, code = self.count * 7_368_787 % 28_629_151, ""
        for _ in range(5):
            number, digit = divmod(number, len(ALPHABET))
            code += ALPHABET[digit]
        return f"BD-{code}"

    def add(self, session: Session, class_group: ClassGroup, leader_id: int, state: str, pupils: int) -> Booking | None:
        """A booking in ``state``; None when the class is already there or the seats do not suffice."""
        if (session.pk, class_group.pk) in self.busy:
            return None
        if state in {S.HELD, S.PAPERS_DUE} and _papers_due(session) <= self.now + timedelta(hours=12):
            state = S.CONFIRMED  # otherwise its places would go back while a newcomer looks
        if state in SEAT_COUNTED and self.taken[session.pk] + pupils > session.capacity:
            return None
        self.busy.add((session.pk, class_group.pk))
        if state in SEAT_COUNTED:
            self.taken[session.pk] += pupils
        created = min(self.now, session.starts_at - timedelta(days=self.random.randint(6, 24)))
        booking = Booking(
            reference=self.reference(),
            session=session,
            school_id=class_group.school_id,
            class_group=class_group,
            leader_id=leader_id,
            contact_phone=f"+849{self.random.randint(10_000_000, 99_999_999)}",
            pupils=pupils,
            seats=pupils if state in SEAT_COUNTED else 0,
            adults=adults_needed(pupils, session.field_trip.pupils_per_adult),
            note=self.random.choice(NOTES),
            state=state,
            created_at=created,
        )
        self._complete(booking, session, created)
        self.rows.append(booking)
        return booking

    def _complete(self, booking: Booking, session: Session, created: datetime) -> None:
        if booking.state == S.WAITLISTED:
            booking.waiting_since, booking.turn_at = created, session.turn_of(since=created)
        if booking.state in {S.HELD, S.PAPERS_DUE}:
            booking.papers_due_at = _papers_due(session)
        if booking.state in {S.CONFIRMED, S.ATTENDED, S.CLOSED, S.NO_SHOW}:
            booking.confirmed_at = created + timedelta(days=1)
        if booking.state in {S.ATTENDED, S.CLOSED}:
            booking.arrived_pupils = booking.pupils - self.random.choice([0, 0, 0, 1, 1, 2, 3])
            booking.arrived_girls = round(booking.arrived_pupils * self.random.uniform(0.42, 0.56))
            booking.arrived_adults = booking.adults
            booking.checked_in_at = session.starts_at - timedelta(minutes=5)
        if booking.state == S.CANCELLED_BY_SCHOOL:
            booking.ended_at, booking.end_reason = (
                created + timedelta(days=2),
                "Trùng lịch kiểm tra giữa kỳ của trường.",
            )
        if booking.state == S.CANCELLED_BY_CENTRE:
            booking.ended_at, booking.end_reason = created + timedelta(days=2), "Phòng máy bảo trì đột xuất."
        if booking.state == S.EXPIRED:
            booking.ended_at, booking.end_reason = created + timedelta(days=3), "Quá hạn hoàn tất hồ sơ."

    def save(self) -> None:
        created = {booking.reference: booking.created_at for booking in self.rows}
        Booking.objects.bulk_create(self.rows, batch_size=1000)
        # ``auto_now_add`` wrote today; history keeps its own days.
        for booking in self.rows:
            booking.created_at = created[booking.reference]
        Booking.objects.bulk_update(self.rows, ["created_at"], batch_size=500)
        sessions = [Session(pk=pk, seats_taken=seats) for pk, seats in self.taken.items()]
        Session.objects.bulk_update(sessions, ["seats_taken"], batch_size=500)


def classes_by_grade(school_year: SchoolYear, *, without: list[ClassGroup]) -> dict[int, list[ClassGroup]]:
    """Classes of the year that have a class teacher to lead them."""
    groups = ClassGroup.objects.filter(school_year=school_year, homeroom_teacher__isnull=False).order_by("pk")
    by_grade = defaultdict(list)
    for group in groups.exclude(pk__in=[group.pk for group in without]):
        by_grade[group.grade].append(group)
    return by_grade


def build_bookings(
    *, bookings: Bookings, random: Random, sessions: list[Session], now: datetime, classes: dict[int, list[ClassGroup]]
) -> None:
    """Past sessions mostly full and closed; coming ones in every state, a few sold out with a waiting list."""
    for index, session in enumerate(sessions):
        trip = session.field_trip
        candidates = [group for grade in range(trip.grade_from, trip.grade_to + 1) for group in classes.get(grade, ())]
        past = session.state == SessionState.CLOSED
        # Of every trip each third coming session still has all its places, so that anybody can try a booking.
        if not candidates or random.random() < 0.22 or (not past and index % 3 == 1):
            continue
        state = random.choice(PAST_STATES if past else FUTURE_STATES)
        if not past and timezone.localdate(session.starts_at) == timezone.localdate(now):
            state = S.CONFIRMED
        group = random.choice(candidates)
        pupils = min(session.capacity, random.randint(24, 40))
        bookings.add(session, group, group.homeroom_teacher_id, state, pupils)
        if not past and index % 5 == 0:
            _sell_out(bookings, random, session, candidates)


def _sell_out(bookings: Bookings, random: Random, session: Session, candidates: list[ClassGroup]) -> None:
    """A second group takes what is left, a third waits."""
    left = session.capacity - bookings.taken[session.pk]
    second, third = random.choice(candidates), random.choice(candidates)
    if left:
        bookings.add(session, second, second.homeroom_teacher_id, S.CONFIRMED, left)
    bookings.add(session, third, third.homeroom_teacher_id, S.WAITLISTED, random.randint(20, min(32, session.capacity)))


def show_rare_states(*, bookings: Bookings, centre: str) -> None:
    """One booking each that was refused, and came to a session that nobody has closed yet.

    Away from ``centre``, whose days are the newcomer's to play with.
    """
    elsewhere = [booking for booking in bookings.rows if booking.session.field_trip.centre.code != centre]
    refused = next(booking for booking in elsewhere if booking.state == S.HELD)
    bookings.taken[refused.session_id] -= refused.pupils
    refused.state, refused.seats = S.REFUSED, 0
    refused.ended_at, refused.end_reason = refused.created_at, "Lớp chưa có đủ giáo viên đi cùng theo quy định."
    came = max((booking for booking in elsewhere if booking.state == S.CLOSED), key=lambda one: one.session.starts_at)
    came.state, came.session.state, came.session.closed_at = S.ATTENDED, SessionState.SCHEDULED, None
    came.session.save(update_fields=["state", "closed_at"])


def show_a_list_that_stands_still(*, bookings: Bookings, centre: str, without: list[ClassGroup], now: datetime) -> None:
    """A small group has left; its places are kept for a larger one that was passed over three times.

    At ``centre``, if it has such a list, so that its staff find it; never of the classes ``without``.
    """
    others = [row for row in bookings.rows if row.class_group not in without]
    coming = [row for row in others if row.session.booking_closes_at > now + timedelta(days=3)]
    coming.sort(key=lambda row: row.session.field_trip.centre.code != centre)
    for large in (row for row in coming if row.state == S.WAITLISTED):
        session = large.session
        for small in (row for row in coming if row.session is session and row.state == S.CONFIRMED):
            if session.capacity - bookings.taken[session.pk] + small.pupils < large.pupils:
                bookings.taken[session.pk] -= small.pupils
                small.state, small.seats, small.confirmed_at = S.CANCELLED_BY_SCHOOL, 0, None
                small.ended_at, small.end_reason = now - timedelta(hours=5), "Trùng lịch kiểm tra giữa kỳ của trường."
                large.passes, large.turn_at = session.turn_after_passes, now - timedelta(days=1)
                return


def build_rosters(*, bookings: Bookings, pupils_of: dict[int, list[tuple[int, str]]]) -> None:
    """Pupils by name for the classes that have them; who was absent is marked; girls are counted from the names."""
    entries, changed = [], []
    for booking in bookings.rows:
        pupils = pupils_of.get(booking.class_group_id)
        if not pupils or booking.state not in {S.CONFIRMED, S.ATTENDED, S.CLOSED}:
            continue
        named = pupils[: booking.pupils]
        came = booking.arrived_pupils if booking.arrived_pupils is not None else None
        if came is not None:
            booking.arrived_pupils = came = min(came, len(named))
            booking.arrived_girls = sum(gender == "f" for _, gender in named[:came])
            changed.append(booking)
        for place, (pupil_id, _) in enumerate(named):
            attended = None if came is None else place < came
            entries.append(RosterEntry(booking=booking, pupil_id=pupil_id, attended=attended))
    RosterEntry.objects.bulk_create(entries, batch_size=1000)
    Booking.objects.bulk_update(changed, ["arrived_pupils", "arrived_girls"], batch_size=500)
