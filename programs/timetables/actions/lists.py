"""What a timetable does to those who wait: their turn comes at another time, the session is too small, the list ends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.functional import lazy

from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from programs.bookings.emails import answer_link, other_dates, tell_leader
from programs.bookings.models import Booking
from programs.bookings.queries import list_is_over
from programs.bookings.rules import waiting as line
from programs.bookings.rules.booking import session_refusal
from programs.bookings.words import too_large_words
from programs.centres.models import Session
from programs.core.audit import record
from programs.core.calendar import working_days
from programs.core.nets import one_by_one
from programs.notices.queries import keys_written
from programs.timetables.queries import waiting_in_last_weeks

said_of_size = lazy(too_large_words, str)  # in the language of the email that contains it


def set_turns(*, session: Session, by: User, now: datetime) -> None:
    """When the turns of those who wait come, after the rule of ``session`` has changed; the caller holds its lock."""
    for booking in session.bookings.waiting():
        before, booking.turn_at = booking.turn_at, line.turn_of(booking, session, now=now)
        if booking.turn_at != before:
            booking.save(update_fields=["turn_at"])
            record(by=by, action="booking.turn", obj=booking, before={"turn": before}, after={"turn": booking.turn_at})


def tell_too_large(*, session: Session, capacity_before: int, now: datetime) -> None:
    """Tell those who wait and have just become larger than the whole session what they can do.

    The caller holds the session's lock and has lowered its capacity.
    """
    waiting = session.bookings.waiting().filter(pupils__gt=session.capacity, pupils__lte=capacity_before)
    for booking in waiting.select_related("school", "class_group", "leader"):
        booking.session = session
        after = {"pupils": booking.pupils, "capacity": session.capacity}
        record(by=None, action="booking.too_large", obj=booking, after=after)
        tell_leader(
            kind="session_smaller",
            booking=booking,
            now=now,
            with_calendar=False,
            occasion=now.isoformat(),  # capacity may go up and down again
            about={
                "answer_url": answer_link(booking),
                "too_large": said_of_size(booking, session),
            },
        )


# --- The end of a list ---------------------------------------------------------------------------
def over_key(*, booking: Booking) -> str:
    """Under which its leader is told that the list is over: again for another date."""
    return f"waiting_over:{booking.pk}:{_over_occasion(booking)}"


def _over_occasion(booking: Booking) -> str:
    return f"{booking.session.starts_at:%Y%m%d%H%M}"


def tell_lists_over(*, now: datetime) -> int:
    """Tell whoever waits, once for a date, that no more places are offered; how many were told."""
    days = working_days(now, now + line.LIST_ENDS_WITHIN)
    waiting = [each for each in waiting_in_last_weeks(now=now) if line.list_over(each.session, days=days, now=now)]
    written = keys_written(over_key(booking=booking) for booking in waiting)
    due = [booking.pk for booking in waiting if over_key(booking=booking) not in written]
    return one_by_one("waiting lists over", due, lambda pk: _tell_over(booking_id=pk, now=now))


@transaction.atomic
def _tell_over(*, booking_id: int, now: datetime) -> bool:
    booking = guard.lock_booking(booking_id=booking_id)
    session = booking.session
    if booking.state != BookingState.WAITLISTED or not list_is_over(session, now=now):
        return False
    record(by=None, action="booking.list_over", obj=booking)
    about = {
        "answer_url": answer_link(booking),
        "is_open": session_refusal(session, now=now) is None and not line.too_large(booking, session),
        "other_dates": other_dates(booking=booking),
    }
    occasion = _over_occasion(booking)
    tell_leader(kind="waiting_over", booking=booking, now=now, with_calendar=False, occasion=occasion, about=about)
    return True
