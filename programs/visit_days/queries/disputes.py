"""Groups of which people at the door said different things, until somebody decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from programs.bookings.choices import COMING, BookingState
from programs.bookings.models import Booking, RosterEntry
from programs.bookings.queries import BOOKING_PARTS
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.centres.queries.schedule import managed_centre_ids
from programs.visit_days.models import CheckInMark
from programs.visit_days.queries.door import Word, mark_of, words_of
from programs.visit_days.reading import disputed_marks


def disputed_in(bookings: Iterable[Booking]) -> dict[int, list[CheckInMark]]:
    """By booking: all marks that count, where they do not agree. One query."""
    rows: dict[int, list[CheckInMark]] = defaultdict(list)
    for row in CheckInMark.objects.that_count().filter(booking__in=list(bookings)).select_related("by"):
        rows[row.booking_id].append(row)
    return {pk: of_group for pk, of_group in rows.items() if disputed_marks([mark_of(row) for row in of_group])}


def disputes_in(bookings: Iterable[Booking]) -> dict[int, list[Word]]:
    """By booking: what people say of it that does not agree, with the pupils whom one saw and another did not."""
    disputed = disputed_in(bookings)
    entries: dict[int, list[RosterEntry]] = defaultdict(list)
    for entry in RosterEntry.objects.filter(booking__in=disputed).select_related("pupil").order_by("pupil__sort_key"):
        entries[entry.booking_id].append(entry)
    return {pk: words_of(rows, _seen_by_one(rows, entries[pk])) for pk, rows in disputed.items()}


def _seen_by_one(rows: list[CheckInMark], entries: list[RosterEntry]) -> list[RosterEntry]:
    seen = frozenset().union(*(mark_of(row).present for row in rows))
    return [entry for entry in entries if entry.pupil_id in seen]


@dataclass(frozen=True)
class Doubts:
    """What stands open in a session: groups that are missing, groups of which people say different things."""

    missing: list[int]
    disputed: dict[int, list[str]]  # the records that do not agree

    @property
    def read(self) -> dict[str, list]:
        """For the version that a page carries which has shown them."""
        marks = sorted(mark_id for of_group in self.disputed.values() for mark_id in of_group)
        return {"missing": sorted(self.missing), "disputed": marks}


def doubts_of(session: Session) -> Doubts:
    """Read under the lock of ``session``."""
    came = session.bookings.filter(state=BookingState.ATTENDED)
    disputed = {pk: [str(row.mark_id) for row in rows] for pk, rows in disputed_in(came).items()}
    return Doubts(list(session.bookings.filter(state__in=COMING).values_list("pk", flat=True)), disputed)


def disputes_to_decide(user) -> list[Booking]:
    """Groups of closed sessions of which this manager must say who is right; two queries."""
    several = CheckInMark.objects.that_count().order_by().values("booking").annotate(marks=Count("pk"))
    closed = Booking.objects.filter(
        session__field_trip__centre__in=managed_centre_ids(user),
        session__state=SessionState.CLOSED,
        state=BookingState.CLOSED,
        pk__in=several.filter(marks__gt=1).values("booking"),
    )
    found = list(closed.select_related(*BOOKING_PARTS).order_by("session__starts_at", "pk"))
    disputed = disputed_in(found)
    return [booking for booking in found if booking.pk in disputed]
