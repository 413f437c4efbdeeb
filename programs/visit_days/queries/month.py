"""A centre's month in numbers, and the rows behind every number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from programs.bookings.choices import CAME, COMING, BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import bookings_run_by
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.centres.queries.sessions import day_begins, sessions_run_by
from programs.visit_days.models import VisitFeedback
from programs.visit_days.rules import Averages, averages

# Groups that had places on the day, or have them still; who cancelled in time is not counted.
COUNTED = (*COMING, *CAME, BookingState.NO_SHOW)


def is_booked(booking: Booking) -> bool:
    return not booking.unannounced


def is_confirmed(booking: Booking) -> bool:
    return booking.confirmed_at is not None


def is_arrived(booking: Booking) -> bool:
    return booking.arrived_pupils is not None


def is_no_show(booking: Booking) -> bool:
    return booking.state == BookingState.NO_SHOW


def is_unannounced(booking: Booking) -> bool:
    return booking.unannounced


KINDS: dict[str, Callable[[Booking], bool]] = {
    "booked": is_booked,
    "confirmed": is_confirmed,
    "arrived": is_arrived,
    "unannounced": is_unannounced,
    "no_show": is_no_show,
}


@dataclass
class Line:
    """The numbers of a trip, of a school or of everything."""

    key: Hashable = ""
    label: str = ""
    sessions: set[int] = field(default_factory=set)
    groups: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    pupils: int = 0
    girls: int = 0
    adults: int = 0

    def count(self, booking: Booking) -> None:
        self.sessions.add(booking.session_id)
        for kind, belongs in KINDS.items():
            self.groups[kind] += belongs(booking)
        self.pupils += booking.arrived_pupils or 0
        self.girls += booking.arrived_girls or 0
        self.adults += booking.arrived_adults or 0


@dataclass(frozen=True)
class CentreMonth:
    first: date
    bookings: list[Booking]
    sessions: list[Session]

    @property
    def previous(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def following(self) -> date:
        return _next_month(self.first)

    def total(self) -> Line:
        """Over everything; sessions to which nobody came are sessions too."""
        line = Line(sessions={session.pk for session in self.sessions})
        for booking in self.bookings:
            line.count(booking)
        return line

    def by_trip(self) -> list[Line]:
        lines = self._lines(
            lambda booking: booking.session.field_trip_id, lambda each: each.session.field_trip.local_title
        )
        known = {line.key: line for line in lines}
        for session in self.sessions:
            line = known.get(session.field_trip_id)
            if line is None:
                line = known[session.field_trip_id] = Line(session.field_trip_id, session.field_trip.local_title)
            line.sessions.add(session.pk)
        return sorted(known.values(), key=lambda line: line.label)

    def by_school(self) -> list[Line]:
        return self._lines(lambda booking: booking.school_id, lambda booking: str(booking.school))

    def _lines(self, key: Callable[[Booking], int], label: Callable[[Booking], str]) -> list[Line]:
        lines: dict[int, Line] = defaultdict(Line)
        for booking in self.bookings:
            line = lines[key(booking)]
            line.key, line.label = key(booking), label(booking)
            line.count(booking)
        return sorted(lines.values(), key=lambda line: line.label)

    def rows(self, *, kind: str, trip: int | None = None, school: int | None = None) -> list[Booking]:
        """The groups behind one number."""
        return [
            booking
            for booking in self.bookings
            if KINDS[kind](booking)
            and trip in (None, booking.session.field_trip_id)
            and school in (None, booking.school_id)
        ]

    def session_rows(self, *, trip: int | None = None, school: int | None = None) -> list[Session]:
        """The sessions behind one number; for a school those to which it had booked."""
        of_school = {booking.session_id for booking in self.bookings if booking.school_id == school}
        return [
            session
            for session in self.sessions
            if trip in (None, session.field_trip_id) and (school is None or session.pk in of_school)
        ]

    def label_of(self, *, trip: int | None, school: int | None) -> str:
        """The trip or school to which rows are narrowed, in words."""
        lines = (self.by_trip() if trip else []) + (self.by_school() if school else [])
        return ", ".join(line.label for line in lines if line.key in (trip, school))


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def centre_month(user, month: date) -> CentreMonth:
    """The month of ``month`` at the person's centres, in two queries."""
    first = month.replace(day=1)
    span = {"starts_at__gte": day_begins(first), "starts_at__lt": day_begins(_next_month(first))}
    sessions = sessions_run_by(user).filter(**span).exclude(state=SessionState.CANCELLED)
    bookings = bookings_run_by(user).filter(
        state__in=COUNTED, **{f"session__{name}": value for name, value in span.items()}
    )
    return CentreMonth(
        first=first,
        bookings=list(bookings.order_by("session__starts_at", "school__sort_key", "pk")),
        sessions=list(sessions.order_by("starts_at", "pk")),
    )


def feedback_on(bookings: Sequence[Booking]) -> tuple[Averages, list[VisitFeedback]]:
    """What the teachers of these groups answered: averages, and the rows with something written."""
    rows = list(
        VisitFeedback.objects.filter(booking__in=[booking.pk for booking in bookings])
        .select_related("booking__session__field_trip")
        .order_by("booking__session__starts_at", "pk")
    )
    return averages([(row.content, row.welcome, row.pupils_liked) for row in rows]), [
        row for row in rows if row.comment
    ]
