"""What sessions, groups and the rule of a waiting list are called on paper, in messages and on devices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.models import Booking
from programs.bookings.rules.waiting import LAST_OFFER, too_large
from programs.centres.choices import WaitingPolicy
from programs.centres.models import Session


def parts_of(session: Session) -> dict[str, Any]:
    """What a page or a letter says of a session with."""
    trip = session.field_trip
    return {"session": session, "trip": trip, "centre": trip.centre}


def time_span(session: Session) -> str:
    """8:00–11:00"""
    begins, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    return f"{begins.hour}:{begins:%M}–{ends.hour}:{ends:%M}"


def group_name(booking: Booking) -> str:
    return f"{booking.school} · {booking.class_group}" if booking.class_group else str(booking.school)


def expected_pupils(booking: Booking) -> int:
    """As confirmed, or as booked while nothing is confirmed."""
    return booking.pupils if booking.confirmed_pupils is None else booking.confirmed_pupils


def coming_pupils(booking: Booking, *, staying: int) -> int:
    """Those expected without the ``staying`` ones of the list: a count that was fixed left them out already."""
    return max(0, min(expected_pupils(booking), booking.pupils - staying))


def expected_adults(booking: Booking) -> int:
    return booking.adults if booking.confirmed_adults is None else booking.confirmed_adults


def policy_words(session: Session) -> str:
    """The rule of the session's waiting list, in words for everyone waiting."""
    hours = LAST_OFFER // timedelta(hours=1)
    until = _("After booking closes, places are still offered until {hours} hours before the session begins.")
    return f"{_order_words(session)} {until.format(hours=hours)}"


def _order_words(session: Session) -> str:
    if session.one_group:
        return _("This session takes only one group: the places are offered to the first group in the queue.")
    if session.waiting_policy == WaitingPolicy.STRICT:
        return _(
            "Strict order: the places are offered to the first group in the queue. No group is passed over; the "
            "list waits until the first group fits. Only a group larger than the whole session does not hold up "
            "the others."
        )
    return _(
        "First group that fits: places are offered in list order to the first group that is small enough. A "
        "larger group keeps its position, and each time it is passed over is recorded."
    )


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
