"""What a device at the door needs to know of its day, and what devices have noted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from programs.bookings.models import Booking, RosterEntry
from programs.centres.models import Session
from programs.consents.choices import ConsentPurpose
from programs.consents.queries import in_force
from programs.pupils.choices import Gender
from programs.visit_days.models import CheckInMark
from programs.visit_days.queries.day import centre_day
from programs.visit_days.queries.photographs import no_photo_of
from programs.visit_days.rules import Mark, valid_marks


def mark_of(row: CheckInMark) -> Mark:
    """A stored mark as the rules read it."""
    payload = row.payload
    return Mark(
        mark_id=str(row.mark_id),
        made_at=row.made_at,
        kind=row.kind,
        pupils=payload.get("pupils", 0),
        girls=payload.get("girls", 0),
        adults=payload.get("adults", 0),
        present=frozenset(payload.get("present", ())),
        replaces=frozenset(payload.get("replaces", ())),
    )


def accepted_marks(booking: Booking) -> list[Mark]:
    """The marks of ``booking`` that count."""
    return [mark_of(row) for row in booking.marks.that_count()]


def girls_of(booking: Booking) -> set[int]:
    """The pupils of its list who are girls."""
    return set(booking.roster.filter(pupil__gender=Gender.FEMALE).values_list("pupil_id", flat=True))


def who_came(booking: Booking) -> dict[str, Any]:
    """What is recorded about ``booking``, as the form of the page names it."""
    present = booking.roster.filter(attended=True).order_by("pupil").values_list("pupil", flat=True)
    return {
        "pupils": booking.arrived_pupils,
        "girls": booking.arrived_girls,
        "adults": booking.arrived_adults,
        "present": list(present),
    }


@dataclass(frozen=True)
class DoorPupil:
    entry: RosterEntry
    may_come: bool
    may_be_photographed: bool


@dataclass(frozen=True)
class DoorGroup:
    booking: Booking
    pupils: list[DoorPupil]
    seen: list[str]  # identifiers of the marks that made up what is shown

    @property
    def coming(self) -> list[DoorPupil]:
        return [pupil for pupil in self.pupils if pupil.may_come]

    @property
    def staying(self) -> list[DoorPupil]:
        return [pupil for pupil in self.pupils if not pupil.may_come]


@dataclass(frozen=True)
class DoorSession:
    session: Session
    groups: list[DoorGroup]


def door_day(user, day: date) -> list[DoorSession]:
    """The day at the person's centres with the names and marks of every group: six queries, however many groups."""
    shown = centre_day(user, day)
    bookings = [booking for each in shown.sessions for booking in each.groups]
    entries: dict[int, list[RosterEntry]] = defaultdict(list)
    rows = RosterEntry.objects.filter(booking__in=bookings).select_related("pupil")
    for entry in rows.order_by("pupil__sort_key", "pk"):
        entries[entry.booking_id].append(entry)
    listed = {entry.pupil_id for group in entries.values() for entry in group}
    going = in_force(listed, ConsentPurpose.TAKE_PART) if listed else set()
    hidden = no_photo_of(listed)
    marks: dict[int, list[Mark]] = defaultdict(list)
    for row in CheckInMark.objects.that_count().filter(booking__in=bookings):
        marks[row.booking_id].append(mark_of(row))

    def group(booking: Booking) -> DoorGroup:
        pupils = [
            DoorPupil(entry, entry.pupil_id in going, entry.pupil_id not in hidden) for entry in entries[booking.pk]
        ]
        return DoorGroup(booking, pupils, [mark.mark_id for mark in valid_marks(marks[booking.pk])])

    return [DoorSession(each.session, [group(booking) for booking in each.groups]) for each in shown.sessions]
