"""Booking, confirming and cancelling places."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings import queries as booking_queries
from programs.bookings.actions import guard
from programs.bookings.actions.waiting import about_waiting, confirm_by, promote_waiting
from programs.bookings.choices import BookingState
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking, Group
from programs.bookings.rules import booking as booking_rules
from programs.centres.actions import locks
from programs.centres.models import Session
from programs.centres.queries.sessions import ratio_of_session
from programs.core.audit import record
from programs.core.idempotency import body_hash, key_reused
from programs.core.policy import must
from programs.core.references import under_reference
from programs.core.refusals import Refused, refuse_if

REFERENCE_PREFIX = "BD"


def book_session(*, session: Session, group: Group, by: User, key: str, wait_if_full: bool = False) -> Booking:
    """Hold places for a class, or put it on the waiting list if it asked for that and there are none left.

    ``session`` comes fresh from ``queries.session_to_book``. The same ``key`` returns the first booking, whatever
    happened to the places in the meantime. Raises ``Refused`` with the reason, and PermissionDenied when ``by``
    does not belong to the school of the class.
    """
    must(policy.may_book_for(by, group.school))
    wish = Booking(
        session=session,
        school=group.school,
        leader=by,
        key_hash=booking_queries.hash_of_key(by, key),
        body_hash=body_hash({"session": session.pk, "group": group.as_body(), "wait": wait_if_full}),
        **vars(group),
    )
    try:
        return under_reference(
            Booking,
            REFERENCE_PREFIX,
            lambda reference: _book(wish=wish, reference=reference, wait_if_full=wait_if_full),
        )
    except (Refused, IntegrityError):
        # A duplicate of this request may have been faster and taken the last places for this same group.
        if earlier := Booking.objects.filter(key_hash=wish.key_hash).first():
            return _same(earlier, wish)
        raise


def _same(earlier: Booking, wish: Booking) -> Booking:
    if earlier.body_hash != wish.body_hash:
        raise Refused(key_reused(), earlier=earlier)
    return earlier


def _book(*, wish: Booking, reference: str, wait_if_full: bool) -> Booking:
    now = timezone.now()
    session = wish.session
    ratio = ratio_of_session(session, wish.grade)
    refuse_if(booking_rules.booking_refusal(session, wish.group, pupils_per_adult=ratio, now=now))
    seated = _take_or_queue(wish, wait_if_full=wait_if_full)
    # The rest is judged with the seats in hand: a refusal rolls the taking back.
    refuse_if(booking_rules.school_refusal(wish, booking_queries.school_facts_of(wish=wish, now=now), now=now))
    wish.reference = reference
    wish.state = BookingState.HELD if seated else BookingState.WAITLISTED
    wish.seats = wish.pupils if seated else 0
    wish.waiting_since = None if seated else now
    wish.turn_at = None if seated else session.turn_of(since=now)
    wish.papers_due_at = confirm_by(session=session, now=now) if seated else None
    wish.save(force_insert=True)
    after = {"state": wish.state, **wish.size}
    record(by=wish.leader, action="booking.hold" if seated else "booking.wait", obj=wish, after=after)
    if seated:
        tell_leader(kind="booking_held", booking=wish, now=now)
    else:
        about = about_waiting(booking=wish)
        tell_leader(kind="booking_waiting", booking=wish, now=now, with_calendar=False, about=about)
    return wish


def _take_or_queue(wish: Booking, *, wait_if_full: bool) -> bool:
    """True when the places were taken, False when the group joins the waiting list."""
    session = wish.session
    must_queue = session.somebody_first
    if not must_queue and guard.take_seats(session_id=session.pk, seats=wish.pupils, as_read=session):
        return True
    over = booking_queries.list_is_over(session, now=timezone.now())
    if over or not wait_if_full:
        if session.seats_left >= wish.pupils:  # read before others took them: say what is left now
            now_is = Session.objects.get(pk=session.pk)
            _must_be_as_read(session, now_is)
            session.seats_taken = now_is.seats_taken
        left = session.seats_left
        raise Refused(booking_rules.full_refusal(seats_left=left, others_wait=must_queue, over=over))
    # Under the lock no cancellation can slip between the last look and joining the list.
    _must_be_as_read(session, locks.lock_session(session_id=session.pk))
    return not must_queue and guard.take_seats(session_id=session.pk, seats=wish.pupils)


def _must_be_as_read(session: Session, now_is: Session) -> None:
    """Raises ``Refused`` when the session was cancelled, moved or given to a ballot while the form was on its way."""
    same = (session.state, session.mode, session.starts_at) == (now_is.state, now_is.mode, now_is.starts_at)
    refuse_if(None if same else booking_rules.changed_refusal(starts_at=now_is.starts_at))


@transaction.atomic
def cancel_booking(*, booking_id: int, reason: str, by: User) -> Booking:
    """Cancel for the school or for the centre, release the places, and let the waiting list move up.

    Raises PermissionDenied, and ``Refused``: ``session_past``, ``wrong_state``.
    """
    now = timezone.now()
    booking = guard.lock_booking(booking_id=booking_id)
    must(policy.may_cancel(by, booking))
    refuse_if(booking_rules.cancel_refusal(booking, now=now))
    # A person who belongs to both sides cancels for the centre.
    by_centre = policy.may_receive(by, booking)
    to = BookingState.CANCELLED_BY_CENTRE if by_centre else BookingState.CANCELLED_BY_SCHOOL
    call_off(booking=booking, to=to, reason=reason, by=by, now=now)
    return booking


def call_off(*, booking: Booking, to: BookingState, reason: str, by: User, now: datetime) -> None:
    """End the booking, tell its leader, and let the waiting list move up. The caller holds the session's lock."""
    before, had_entry = booking.state, booking.holds_seats
    guard.end_booking(booking=booking, to=to, reason=reason, now=now)
    after = {"state": booking.state}
    record(by=by, action="booking.cancel", obj=booking, before={"state": before}, after=after, reason=reason)
    tell_leader(kind="booking_cancelled", booking=booking, now=now, with_calendar=had_entry)
    promote_waiting(session=booking.session, now=now)
