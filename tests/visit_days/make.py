"""A group is checked in as the page does it: with what was recorded when the page was opened."""

from __future__ import annotations

from programs.bookings.models import Booking
from programs.core.versions import version_of
from programs.visit_days.actions import arrivals
from programs.visit_days.queries.door import who_came


def check_in(*, booking_id: int, **figures) -> Booking:
    read = who_came(Booking.objects.get(pk=booking_id))
    return arrivals.check_in(booking_id=booking_id, version=version_of(read), **figures)
