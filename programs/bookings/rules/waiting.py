"""The waiting list: who moves up when places become free, for how long, and who is let in by exception."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.rules.booking import begun_refusal
from programs.centres.choices import SessionState, WaitingPolicy
from programs.centres.models import Session
from programs.centres.rules import moment_text
from programs.core.refusals import Refusal

IN_LINE = (BookingState.WAITLISTED, BookingState.OFFERED)
LAST_OFFER = timedelta(hours=12)  # a class that hears of its places later than that before the session is not ready


def promotable(queue: Sequence[Booking], session: Session) -> list[Booking]:
    """Those of ``queue`` (first come first) that move up into the places left.

    Strict order stops at the first group that does not fit; first fit passes over it. A group larger than the whole
    session, whose capacity was lowered after it had joined, does not hold up others, or the list would be stuck
    forever. It keeps its place, since it may become smaller or the session larger again.
    """
    chosen: list[Booking] = []
    left = session.seats_left
    for booking in queue:
        if booking.pupils <= left:
            chosen.append(booking)
            left = 0 if session.one_group else left - booking.pupils
        elif session.waiting_policy == WaitingPolicy.STRICT and not too_large(booking, session):
            break
    return chosen


def too_large(booking: Booking, session: Session) -> bool:
    """Whether a group would not even fit into the empty session."""
    return booking.pupils > session.capacity


def passed_over(queue: Sequence[Booking], chosen: Sequence[Booking]) -> list[Booking]:
    """Groups that were ahead of one that moved up: each time this is recorded."""
    if not chosen:
        return []
    return [booking for booking in queue[: queue.index(chosen[-1])] if booking not in chosen]


def list_moves(session: Session, *, now: datetime) -> bool:
    """Whether places that become free are offered to waiting groups.

    While booking is open, and after its end until some hours before the session: head counts are finalised about when
    booking ends, and late cancellations come after that. Their places would otherwise go unused.
    """
    last = max(session.booking_closes_at, session.starts_at - LAST_OFFER)
    return session.booking_opens_at <= now < min(session.starts_at, last)


def offer_ends(session: Session, *, now: datetime) -> datetime:
    """Until when an offer is open: its hours, but at most half of the time left until the session begins.

    So the next in the queue also has time to answer and get ready.
    """
    hours = timedelta(hours=session.field_trip.centre.offer_hours)
    return now + min(hours, (session.starts_at - now) / 2)


def accept_refusal(booking: Booking, *, now: datetime) -> Refusal | None:
    """Why the offered places may not be taken now."""
    if booking.holds_seats and booking.state != BookingState.OFFERED:
        return Refusal("accepted", _("The places are already yours."))
    if booking.state != BookingState.OFFERED:
        return Refusal("no_offer", _("No places are being offered to this group now."))
    expires_at = booking.offer_expires_at
    if expires_at is not None and expires_at <= now:
        return Refusal(
            "offer_expired",
            _("The offer expired at {time}; the places went to the next group.").format(time=moment_text(expires_at)),
        )
    return None


def leave_refusal(booking: Booking, *, now: datetime) -> Refusal | None:
    """Why a group may not leave the waiting list now."""
    if booking.state not in IN_LINE:
        return Refusal("not_waiting", _("This group is no longer on the waiting list."))
    return begun_refusal(booking.session, now=now)


# --- By exception -------------------------------------------------------------------------------
def room_left(session: Session) -> int:
    """How many more pupils the room takes, whatever the session offers."""
    return max(0, session.room.capacity - session.seats_taken)


def capacity_missing(booking: Booking) -> int:
    """By how many places the session must grow to let the group in."""
    session = booking.session
    return max(0, booking.pupils - (session.capacity - session.seats_taken))


def exception_refusal(booking: Booking, *, now: datetime) -> Refusal | None:
    """Why even an exception is impossible: the room is too small, or the session is over."""
    session, room = booking.session, room_left(booking.session)
    if session.state != SessionState.SCHEDULED or session.starts_at <= now:
        return Refusal("session_past", _("The session began at {time}.").format(time=moment_text(session.starts_at)))
    if booking.state != BookingState.WAITLISTED:
        return Refusal(
            "not_waiting",
            _("This booking is “{state}”: only a group on the waiting list can be given places by exception.").format(
                state=booking.get_state_display()
            ),
        )
    if not booking.school.is_working:
        return Refusal("school_not_working", _("The school is no longer active, so it cannot come."))
    if session.one_group and session.seats_taken:
        return Refusal("one_group", _("This session is for one group, and it already has one."))
    if booking.pupils > room:
        message = ngettext(
            "The room only has space for {count} more pupil, not for this group. Move the session to a larger "
            "room first.",
            "The room only has space for {count} more pupils, not for this group. Move the session to a larger "
            "room first.",
            room,
        )
        return Refusal("room_too_small", message.format(count=room))
    return None
