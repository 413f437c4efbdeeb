"""What the day of a visit says of a group and of its time."""

from __future__ import annotations

from django.utils import timezone

from programs.bookings.models import Booking
from programs.centres.models import Session


def time_span(session: Session) -> str:
    """8:00–11:00"""
    begins, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    return f"{begins.hour}:{begins:%M}–{ends.hour}:{ends:%M}"


def expected_pupils(booking: Booking) -> int:
    """As confirmed, or as booked while nothing is confirmed."""
    return booking.pupils if booking.confirmed_pupils is None else booking.confirmed_pupils


def coming_pupils(booking: Booking, *, staying: int) -> int:
    """Those expected without the ``staying`` ones of the list: a count that was fixed left them out already."""
    return max(0, min(expected_pupils(booking), booking.most_pupils - staying))


def expected_adults(booking: Booking) -> int:
    return booking.adults if booking.confirmed_adults is None else booking.confirmed_adults
