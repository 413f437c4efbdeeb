"""The seat guard: the only code that writes ``Session.seats_taken``, ``Booking.seats`` or a booking's state.

``Booking.seats`` is what a booking holds of its session now: the seats of a session's bookings add up to its
``seats_taken``, always.

Locks are always taken in this order: a season's row, the session's row, then its bookings, then a school. A conditional
UPDATE comes first where one is enough; the table's CHECK constraint is the second guard.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, Q

from programs.bookings.choices import OFF, SEAT_COUNTED, BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import BOOKING_PARTS
from programs.bookings.rules import booking as booking_rules
from programs.centres.actions import locks
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.core.refusals import refuse_if


def take_seats(*, session_id: int, seats: int, as_read: Session | None = None) -> bool:
    """Take ``seats`` places in one conditional statement; False if they are not available.

    ``as_read`` was read without a lock: False, too, when the session was moved or given to a ballot since.
    """
    conditions = [Q(one_group=False) | Q(seats_taken=0)]
    if as_read is not None:
        conditions.append(Q(starts_at=as_read.starts_at, mode=as_read.mode))
    return _change_seats(*conditions, session_id=session_id, seats=seats)


def _change_seats(*conditions: Q, session_id: int, seats: int) -> bool:
    """Change the seats taken by ``seats`` in one conditional statement; False if they are not available."""
    free = Session.objects.filter(
        *conditions, pk=session_id, state=SessionState.SCHEDULED, seats_taken__lte=F("capacity") - seats
    )
    return free.update(seats_taken=F("seats_taken") + seats) == 1


def _free_seats(*, session_id: int, seats: int) -> None:
    """Release ``seats`` places; the caller holds the session's lock and has just changed the booking."""
    changed = Session.objects.filter(pk=session_id, seats_taken__gte=seats).update(seats_taken=F("seats_taken") - seats)
    if changed != 1:
        raise RuntimeError(f"Session {session_id} does not hold {seats} places to give back.")


def lock_booking(*, booking_id: int) -> Booking:
    """Read a booking under its session's lock: ``booking.session`` is the locked row."""
    session_id = Booking.objects.values_list("session_id", flat=True).get(pk=booking_id)
    session = locks.lock_session(session_id=session_id)
    booking = Booking.objects.select_related(*BOOKING_PARTS).get(pk=booking_id)
    booking.session = session
    return booking


def move_booking(*, booking: Booking, to: BookingState, changes: dict[str, Any] | None = None) -> None:
    """Move ``booking`` to another state, write ``changes``, and release the places it held if it ends.

    The caller holds the session's lock. Places are released exactly once: a booking moved in the meantime is no longer
    in its old state. Raises ``Refused`` when its state does not lead there.
    """
    held = booking.seats
    seats = held if to in SEAT_COUNTED else 0
    _move(booking=booking, values={"state": to, "seats": seats, **(changes or {})})
    if held > seats:
        _free_seats(session_id=booking.session_id, seats=held - seats)


def end_booking(*, booking: Booking, to: BookingState, reason: str, now: datetime) -> None:
    """Move ``booking`` to a state in which nobody comes, for ``reason``. As ``move_booking``."""
    changes = {"ended_at": now, "end_reason": reason[:300]}
    move_booking(booking=booking, to=to, changes=changes)


def seat_booking(*, booking: Booking, to: BookingState, changes: dict[str, Any] | None = None) -> bool:
    """Take places for a booking that holds none and move it to ``to``; False if they are not available.

    The caller holds the session's lock. Raises ``Refused`` when its state does not lead there.
    """
    refuse_if(booking_rules.move_refusal(booking, to))
    if booking.seats:
        raise RuntimeError(f"Booking {booking.reference} already holds {booking.seats} places.")
    # A group recorded as absent that comes after all takes the number it confirmed, not the number it booked.
    seats = booking.confirmed_pupils or booking.pupils
    if not take_seats(session_id=booking.session_id, seats=seats):
        return False
    _move(booking=booking, values={"state": to, "seats": seats, **(changes or {})})
    return True


def resize_booking(*, booking: Booking, seats: int, changes: dict[str, Any] | None = None) -> bool:
    """Change the places a booking holds to ``seats``, and write ``changes``; False if they are not available.

    The caller holds the session's lock. The rest of what the group is (``pupils``, ``confirmed_pupils``) comes in
    ``changes``.
    """
    more = seats - booking.seats
    if more > 0 and not _change_seats(session_id=booking.session_id, seats=more):
        return False
    values = {"seats": seats, **(changes or {})}
    if Booking.objects.filter(pk=booking.pk, state=booking.state, seats=booking.seats).update(**values) != 1:
        raise RuntimeError(f"Booking {booking.reference} was changed without its session's lock.")
    if more < 0:
        _free_seats(session_id=booking.session_id, seats=-more)
    _show(booking, values)
    return True


def raise_capacity(*, session: Session, seats: int) -> None:
    """Add ``seats`` places to the session, never more than the room has; the caller holds the session's lock."""
    grown = Session.objects.filter(pk=session.pk, room__capacity__gte=F("capacity") + seats)
    if grown.update(capacity=F("capacity") + seats) != 1:
        raise RuntimeError(f"The room of session {session.pk} has no {seats} more places.")
    session.refresh_from_db(fields=["capacity"])


def _move(*, booking: Booking, values: dict[str, Any]) -> None:
    before, to = booking.state, values["state"]
    refuse_if(booking_rules.move_refusal(booking, to))
    if (before in OFF) != (to in OFF):  # only a higher number takes an entry out of a calendar, or brings it back
        values["calendar_sequence"] = booking.calendar_sequence + 1
    if Booking.objects.filter(pk=booking.pk, state=before).update(**values) != 1:
        booking.refresh_from_db(fields=["state"])
        refuse_if(booking_rules.move_refusal(booking, to))
        raise RuntimeError(f"Booking {booking.reference} could not be moved to {to}.")
    _show(booking, values)


def _show(booking: Booking, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(booking, name, value)
