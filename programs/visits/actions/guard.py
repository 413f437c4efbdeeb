"""The guard of the places: the only code that writes ``seats_taken`` or moves a booking between states.

Locks are always taken in this order: the session's row, then its bookings, then a school. A conditional
UPDATE comes first where one is enough; the table's CHECK constraint stands behind it.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q

from programs.core.refusals import refuse_if
from programs.visits import rules
from programs.visits.choices import BookingState, SessionState
from programs.visits.models import Booking, Session
from programs.visits.queries import BOOKING_PARTS


def take_seats(*, session_id: int, seats: int) -> bool:
    """Take ``seats`` places in one conditional statement; False when they are not there."""
    free = Session.objects.filter(
        Q(one_group=False) | Q(seats_taken=0),
        pk=session_id,
        state=SessionState.SCHEDULED,
        seats_taken__lte=F("capacity") - seats,
    )
    return free.update(seats_taken=F("seats_taken") + seats) == 1


def free_seats(*, session_id: int, seats: int) -> None:
    """Give ``seats`` places back; the caller holds the session's lock and has just moved the booking."""
    changed = Session.objects.filter(pk=session_id, seats_taken__gte=seats).update(seats_taken=F("seats_taken") - seats)
    if changed != 1:
        raise RuntimeError(f"Session {session_id} does not hold {seats} places to give back.")


def lock_session(*, session_id: int) -> Session:
    """The session's row, locked until the transaction ends."""
    locked = Session.objects.select_for_update(no_key=True, of=("self",)).select_related("field_trip__centre", "room")
    return locked.get(pk=session_id)


def lock_booking(*, booking_id: int) -> Booking:
    """A booking under its session's lock, read afresh: ``booking.session`` is the locked row."""
    session_id = Booking.objects.values_list("session_id", flat=True).get(pk=booking_id)
    session = lock_session(session_id=session_id)
    booking = Booking.objects.select_related(*BOOKING_PARTS).get(pk=booking_id)
    booking.session = session
    return booking


def move_booking(*, booking: Booking, to: BookingState, changes: dict[str, Any] | None = None) -> None:
    """Move ``booking`` along its table of states, write ``changes``, and give back the places it held.

    The caller holds the session's lock. Places are given back exactly once: a booking that was moved
    meanwhile is not in its old state any more.
    """
    refuse_if(rules.move_refusal(state=booking.state, to=to))
    before, counted = booking.state, booking.counts_seats
    values = {"state": to, **(changes or {})}
    moved = Booking.objects.filter(pk=booking.pk, state=before).update(**values)
    if moved != 1:
        booking.refresh_from_db(fields=["state"])
        refuse_if(rules.move_refusal(state=booking.state, to=to))
        raise RuntimeError(f"Booking {booking.reference} could not be moved to {to}.")
    for name, value in values.items():
        setattr(booking, name, value)
    if counted and not booking.counts_seats:
        free_seats(session_id=booking.session_id, seats=booking.pupils)
