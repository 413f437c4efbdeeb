"""The names on a booking."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from programs.schools.choices import ConsentPurpose
from programs.schools.queries.consents import in_force
from programs.visits.models import Booking, RosterEntry


def roster_of(booking: Booking) -> QuerySet[RosterEntry]:
    """The participants by given name in Vietnamese order."""
    return booking.roster.select_related("pupil").order_by("pupil__sort_key")


def without_consent(booking: Booking) -> set[int]:
    """Pupils of the list who may not go: nobody agreed, or not any more. Two queries; none are kept."""
    listed = set(booking.roster.values_list("pupil_id", flat=True))
    return listed - in_force(listed, ConsentPurpose.TAKE_PART) if listed else set()


def with_roster_size(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    return bookings.annotate(named=Count("roster"))
