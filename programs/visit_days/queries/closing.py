"""What closing sessions would record, and the check-ins that arrived after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from programs.bookings.choices import COMING, BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import BOOKING_PARTS
from programs.bookings.rules.waiting import IN_LINE
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.centres.queries.schedule import managed_centre_ids
from programs.centres.queries.sessions import centre_ids_of, day_begins, sessions_run_by
from programs.visit_days.models import CheckInMark
from programs.visit_days.queries.disputes import Doubts, disputes_in
from programs.visit_days.queries.door import Word, accepted_marks, girls_of, mark_of
from programs.visit_days.reading import Arrival, merge_marks
from programs.visit_days.rules import closes_early


@dataclass(frozen=True)
class Settling:
    """What closing a session now would record, group by group."""

    session: Session
    came: list[Booking]
    missing: list[Booking]
    absent: list[Booking]
    waiting: list[Booking]
    is_early: bool  # or groups are missing, or records do not agree: closing is asked for twice
    words: dict[int, list[Word]]  # by group that came: what people say of it that does not agree

    @property
    def disputed(self) -> list[Booking]:
        return [booking for booking in self.came if booking.pk in self.words]

    @property
    def goes_on(self) -> bool:
        return self.is_early and not (self.missing or self.words)

    @property
    def doubts(self) -> Doubts:
        disputed = {pk: [word.mark.mark_id for word in words] for pk, words in self.words.items()}
        return Doubts([booking.pk for booking in self.missing], disputed)

    @property
    def is_empty(self) -> bool:
        return not (self.came or self.missing or self.absent or self.waiting)


def settlings(sessions: Sequence[Session], *, now: datetime) -> list[Settling]:
    """Two queries for all sessions; another where records of a group do not agree."""
    of_state: dict[tuple[int, str], list[Booking]] = defaultdict(list)
    states = (*COMING, BookingState.ATTENDED, BookingState.NO_SHOW, *IN_LINE)
    bookings = Booking.objects.filter(session__in=sessions, state__in=states).select_related("school", "class_group")
    for booking in bookings.order_by("school__sort_key", "pk"):
        of_state[booking.session_id, booking.state].append(booking)

    def group(session: Session, *kinds: str) -> list[Booking]:
        return [booking for kind in kinds for booking in of_state[session.pk, kind]]

    disputes = disputes_in(booking for session in sessions for booking in group(session, BookingState.ATTENDED))

    def settling(session: Session) -> Settling:
        came, missing = group(session, BookingState.ATTENDED), group(session, *COMING)
        words = {booking.pk: disputes[booking.pk] for booking in came if booking.pk in disputes}
        for booking in came:
            booking.words = words.get(booking.pk, [])
        return Settling(
            session=session,
            came=came,
            missing=missing,
            absent=group(session, BookingState.NO_SHOW),
            waiting=group(session, *IN_LINE),
            is_early=closes_early(session, missing=len(missing), disputed=len(words), now=now),
            words=words,
        )

    return [settling(session) for session in sessions]


def finished_sessions(user, day: date, *, now: datetime) -> QuerySet[Session]:
    """The sessions of ``day`` at the person's centres that are over and still open."""
    over = sessions_run_by(user).filter(state=SessionState.SCHEDULED, ends_at__lte=now)
    of_day = over.filter(starts_at__gte=day_begins(day), starts_at__lt=day_begins(day + timedelta(days=1)))
    return of_day.order_by("starts_at", "pk")


def settled_at_closing(session: Session) -> dict[str, int]:
    """How many groups a reopening gives back what they were, by what the closing made of them."""
    absent = session.bookings.filter(state=BookingState.NO_SHOW, ended_at=session.closed_at).count()
    ended = session.bookings.filter(state=BookingState.EXPIRED, ended_at=session.closed_at).count()
    return {"came": session.bookings.filter(state=BookingState.CLOSED).count(), "absent": absent, "ended": ended}


# --- Marks that arrived late ---------------------------------------------------------------------
MARK_PARTS = ("by", "decided_by", *(f"booking__{part}" for part in BOOKING_PARTS))


def late_marks_run_by(user) -> QuerySet[CheckInMark]:
    """Those at the person's own centres, decided on or not."""
    late = CheckInMark.objects.filter(booking__session__field_trip__centre__in=centre_ids_of(user))
    return late.exclude(decision="").filter(refusal="").select_related(*MARK_PARTS).order_by("received_at", "pk")


def late_marks_to_decide(user) -> QuerySet[CheckInMark]:
    """Those that wait for a decision of this manager."""
    waits = CheckInMark.objects.that_wait().filter(booking__session__field_trip__centre__in=managed_centre_ids(user))
    return waits.select_related(*MARK_PARTS).order_by("received_at", "pk")


def late_marks_of_day(user, day: date) -> list[CheckInMark]:
    span = {"starts_at__gte": day_begins(day), "starts_at__lt": day_begins(day + timedelta(days=1))}
    return list(late_marks_run_by(user).filter(**{f"booking__session__{name}": at for name, at in span.items()}))


def as_it_would_be(row: CheckInMark) -> Arrival | None:
    """What all marks of the group would say together if this one counted."""
    booking = row.booking
    return merge_marks([*accepted_marks(booking), mark_of(row)], girls=girls_of(booking))
