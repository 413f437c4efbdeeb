"""What sessions, groups and the rule of a waiting list are called on paper, in messages and on devices."""

from __future__ import annotations

from typing import Any

from django.utils.translation import ngettext

from programs.bookings.models import Booking
from programs.bookings.rules.waiting import too_large
from programs.centres.models import Session


def parts_of(session: Session) -> dict[str, Any]:
    """What a page or a letter says of a session with."""
    trip = session.field_trip
    return {"session": session, "trip": trip, "centre": trip.centre}


def group_name(booking: Booking) -> str:
    return f"{booking.school} · {booking.class_group}" if booking.class_group else str(booking.school)


def too_large_words(booking: Booking, session: Session) -> str:
    """What a waiting group is told while it is larger than the whole session; empty otherwise."""
    if not too_large(booking, session):
        return ""
    message = ngettext(
        "This session now has only {count} place, too few for your {pupils} pupils. Your group keeps its place "
        "in the queue, but those behind it are offered places first. Make the group smaller, or choose another "
        "date.",
        "This session now has only {count} places, too few for your {pupils} pupils. Your group keeps its place "
        "in the queue, but those behind it are offered places first. Make the group smaller, or choose another "
        "date.",
        session.capacity,
    )
    return message.format(count=session.capacity, pupils=booking.pupils)
