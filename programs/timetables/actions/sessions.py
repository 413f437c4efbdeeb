"""Moving, resizing and cancelling booked sessions: each group is told once, in the same transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.approvals.actions.approvals import ask_about_change
from programs.bookings.actions import guard
from programs.bookings.actions.waiting import confirm_by, promote_waiting
from programs.bookings.choices import COMING, INCOMPLETE, BookingState
from programs.bookings.emails import other_dates, tell_leader
from programs.bookings.hooks import frozen_refusal, tell_other_way
from programs.bookings.models import Booking
from programs.bookings.queries import BOOKING_PARTS
from programs.centres import rules
from programs.centres.actions import locks
from programs.centres.actions.schedule import lock_room, must_be_free, named_overlap, seen
from programs.centres.choices import SessionState
from programs.centres.models import Room, Session, SessionSeries
from programs.centres.policy import may_schedule
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.versions import refuse_if_stale
from programs.timetables import queries
from programs.timetables.actions.lists import tell_too_large


@transaction.atomic
def move_session(*, session_id: int, starts_at: datetime, room: Room, version: str, by: User) -> Session:
    """Move a session to another time or room. Bookings keep their state, papers and consents; calendars update
    automatically; on another day, whoever approved is asked again.

    Moving it to where it already is changes nothing and tells nobody. Raises PermissionDenied, and ``Refused`` with the
    obstacle or with ``changed_meanwhile``.
    """
    now = timezone.now()
    lock_room(room_id=room.pk)
    session = locks.lock_session(session_id=session_id)
    must(may_schedule(by, session.field_trip.centre))
    refuse_if(rules.change_refusal(session, now=now))
    if (session.starts_at, session.room_id) == (starts_at, room.pk):
        return session
    refuse_if_stale(version, session.place)
    refuse_if(rules.room_refusal(room, session.field_trip, capacity=session.capacity))
    put_session(session=session, starts_at=starts_at, room=room, by=by, now=now)
    promote_waiting(session=session, now=now)  # the list does not move in the last hours before a session
    return session


def put_session(*, session: Session, starts_at: datetime, room: Room, by: User, now: datetime) -> None:
    """Put a session at another time or in another room, and tell each group once. The caller holds both locks.

    Raises ``Refused`` with the obstacle. Whether the room is large enough is the caller's to ask.
    """
    refuse_if(frozen_refusal(session, starts_at=starts_at))
    _must_not_have_received(session)
    before, moved_from = seen(session=session), session.starts_at
    _place(session, starts_at=starts_at, room=room, now=now)
    record(by=by, action="session.move", obj=session, before=before, after=seen(session=session))
    tell_of_move(session=session, moved_from=moved_from, by=by, now=now)
    tell_other_way(session, moved_from=moved_from)


def _must_not_have_received(session: Session) -> None:
    """Groups are checked in from the morning of the day: those that are there can be told nothing any more."""
    refuse_if(rules.received_refusal(groups=session.bookings.came().count()))


def _place(session: Session, *, starts_at: datetime, room: Room, now: datetime) -> None:
    shift = starts_at - session.starts_at
    ends_at = session.ends_at + shift
    must_be_free(room=room, starts_at=starts_at, ends_at=ends_at, now=now, without=[session.pk])
    session.starts_at, session.ends_at, session.room = starts_at, ends_at, room
    # Booking closes as long before the session as it did.
    session.booking_closes_at = max(session.booking_closes_at + shift, session.booking_opens_at + timedelta(minutes=1))
    with named_overlap(room=room, starts_at=starts_at, ends_at=ends_at, without=[session.pk]):
        session.save(update_fields=["starts_at", "ends_at", "room", "booking_closes_at"])


def tell_of_move(*, session: Session, moved_from: datetime, by: User, now: datetime) -> None:
    """Each group reads once when and where its session is now; its deadlines follow, and its approvals on another day."""
    bookings = list(Booking.objects.live().filter(session=session).select_related(*BOOKING_PARTS).order_by("pk"))
    clashes = queries.elsewhere(session, bookings)
    other_day = timezone.localtime(moved_from).date() != timezone.localtime(session.starts_at).date()
    for booking in bookings:
        booking.session = session
        booking.calendar_sequence += 1
        if booking.state in INCOMPLETE and session.starts_at != moved_from:
            _set_deadline(booking, due=confirm_by(session=session, now=now))
        if booking.offer_expires_at is not None:  # an offer never outlives the beginning of its session
            booking.offer_expires_at = min(booking.offer_expires_at, session.starts_at)
        booking.save(
            update_fields=["calendar_sequence", "papers_due_at", "warned_at", "grace_given_at", "offer_expires_at"]
        )
        asked_again = ask_about_change(booking=booking, by=by, other_day=other_day)
        tell_leader(
            kind="session_moved",
            booking=booking,
            now=now,
            with_calendar=booking.state in COMING,
            occasion=str(booking.calendar_sequence),
            about={
                "moved_from": moved_from,
                "clash": clashes.get(booking.class_group_id, ""),
                "asked_again": asked_again,
            },
        )


def _set_deadline(booking: Booking, *, due: datetime) -> None:
    """Warn again about a new deadline, but not if it stays the same."""
    if booking.papers_due_at != due:
        booking.papers_due_at, booking.warned_at, booking.grace_given_at = due, None, None


@transaction.atomic
def change_capacity(*, session_id: int, capacity: int, version: str, by: User) -> Session:
    """Change the number of places of the session, and let its waiting list move.

    Fewer than are taken is refused: nobody is dropped. A waiting group that no longer fits at all is told and keeps its
    place, but does not hold up others: even fewer places can let the list move. Raises PermissionDenied, and
    ``Refused``: ``session_past``, ``over``, ``room_too_small``, ``changed_meanwhile``.
    """
    now = timezone.now()
    session = locks.lock_session(session_id=session_id)
    must(may_schedule(by, session.field_trip.centre))
    refuse_if(rules.change_refusal(session, now=now))
    if session.capacity == capacity:
        return session
    refuse_if(rules.capacity_refusal(session, capacity=capacity))
    refuse_if_stale(version, {"capacity": session.capacity})
    resize_session(session=session, capacity=capacity, by=by, now=now)
    promote_waiting(session=session, now=now)
    return session


def resize_session(*, session: Session, capacity: int, by: User, now: datetime) -> None:
    """Write the number of places; the caller holds the session's lock and has asked the rules.

    Raises ``Refused`` while a draw keeps the session as its list says.
    """
    refuse_if(frozen_refusal(session))
    before = {"capacity": session.capacity}
    session.capacity = capacity
    session.save(update_fields=["capacity"])
    record(by=by, action="session.capacity", obj=session, before=before, after={"capacity": capacity})
    if capacity < before["capacity"]:
        tell_too_large(session=session, capacity_before=before["capacity"], now=now)


@transaction.atomic
def cancel_session(*, session_id: int, reason: str, by: User) -> Session:
    """Cancel the session: every group is told once, including waiting ones.

    Raises PermissionDenied, and ``Refused``: ``session_cancelled``, ``session_past``, ``groups_received``.
    """
    session = locks.lock_session(session_id=session_id)
    must(may_schedule(by, session.field_trip.centre))
    _cancel(session, reason=reason, by=by, now=timezone.now())
    return session


@transaction.atomic
def cancel_series(*, series_id: int, reason: str, by: User) -> int:
    """Every session of the series that is still to come, or none of them; the number of sessions cancelled.

    A session whose groups are already arriving takes place, and so does one whose places are being drawn.
    """
    now = timezone.now()
    series = SessionSeries.objects.select_related("field_trip__centre").get(pk=series_id)
    must(may_schedule(by, series.field_trip.centre))
    # In the order of their numbers: two who cancel at once lock them in the same order.
    remaining = sorted(queries.remaining_of(series, now=now).values_list("pk", flat=True))
    sessions = [locks.lock_session(session_id=pk) for pk in remaining]
    due = [session for session in sessions if _remains(session, now=now)]
    for session in due:
        _cancel(session, reason=reason, by=by, now=now)
    if due:
        record(by=by, action="series.cancel", obj=series, after={"sessions": len(due)}, reason=reason)
    return len(due)


def _remains(session: Session, *, now: datetime) -> bool:
    """Judged again under its lock; a session that has already received a group counts as begun."""
    is_coming = session.state == SessionState.SCHEDULED and session.starts_at > now
    return is_coming and not session.bookings.came().exists() and frozen_refusal(session) is None


def _cancel(session: Session, *, reason: str, by: User, now: datetime) -> None:
    """The caller holds the session's lock."""
    refuse_if(frozen_refusal(session))
    call_off_session(session=session, reason=reason, by=by, now=now)
    tell_other_way(session, reason=reason)


def call_off_session(*, session: Session, reason: str, by: User, now: datetime) -> None:
    """Cancel a session whose lock the caller holds, even if its places are about to be drawn. Raises ``Refused``."""
    refuse_if(rules.change_refusal(session, now=now))
    _must_not_have_received(session)
    bookings = list(Booking.objects.live().filter(session=session).select_related(*BOOKING_PARTS).order_by("pk"))
    for booking in bookings:
        booking.session = session
        _cancel_group(booking, reason=reason, by=by, now=now)
    session.state = SessionState.CANCELLED
    session.save(update_fields=["state"])
    session.refresh_from_db(fields=["seats_taken"])
    record(by=by, action="session.cancel", obj=session, after={"groups": len(bookings)}, reason=reason)


def _cancel_group(booking: Booking, *, reason: str, by: User, now: datetime) -> None:
    before, had_entry = booking.state, booking.state in COMING
    guard.end_booking(booking=booking, to=BookingState.CANCELLED_BY_CENTRE, reason=reason, now=now)
    after = {"state": booking.state}
    record(by=by, action="booking.cancel", obj=booking, before={"state": before}, after=after, reason=reason)
    about = {"other_dates": other_dates(booking=booking)}
    tell_leader(kind="session_cancelled", booking=booking, now=now, with_calendar=had_entry, about=about)
