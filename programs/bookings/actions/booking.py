"""Booking, confirming and cancelling places."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings.actions import guard
from programs.bookings.actions.waiting import about_waiting, confirm_by, promote_waiting
from programs.bookings.choices import CANCELLED, BookingState
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking, Group
from programs.bookings.queries import booking as booking_queries
from programs.bookings.rules import booking as booking_rules
from programs.centres.actions import locks
from programs.centres.choices import WaitingPolicy
from programs.centres.models import Session
from programs.centres.policy import may_run
from programs.centres.queries.sessions import ratio_of_session
from programs.core.audit import record
from programs.core.idempotency import body_hash, key_reused
from programs.core.references import new_reference
from programs.core.refusals import Refused, refuse_if
from programs.schools.queries.roles import roles_of

REFERENCE_PREFIX = "BD"


def book_session(
    *,
    session: Session,
    group: Group,
    by: User,
    key: str,
    wait_if_full: bool = False,
) -> Booking:
    """Hold places for a class, or put it on the waiting list if it asked for that and there are none left.

    ``session`` comes fresh from ``queries.session_to_book``. The same ``key`` returns the first booking, whatever
    happened to the places in the meantime. Raises ``Refused`` with the reason, and PermissionDenied when ``by``
    does not belong to the school of the class.
    """
    if not policy.can_book_for(roles_of(by), group.school):
        raise PermissionDenied
    wish = Booking(
        session=session,
        school=group.school,
        leader=by,
        key_hash=booking_queries.hash_of_key(by, key),
        body_hash=body_hash({"session": session.pk, "group": group.as_body(), "wait": wait_if_full}),
        **vars(group),
    )
    try:
        with transaction.atomic():
            return _book(wish=wish, wait_if_full=wait_if_full)
    except (Refused, IntegrityError):
        # A duplicate of this request may have been faster and taken the last places for this same group.
        if earlier := Booking.objects.filter(key_hash=wish.key_hash).first():
            return _same(earlier, wish)
        raise


def _same(earlier: Booking, wish: Booking) -> Booking:
    if earlier.body_hash != wish.body_hash:
        refuse_if(key_reused())
    return earlier


def _book(*, wish: Booking, wait_if_full: bool) -> Booking:
    now = timezone.now()
    session = wish.session
    refuse_if(booking_rules.booking_refusal(_facts_of(wish, now=now)))
    seated = _take_or_queue(wish, wait_if_full=wait_if_full)
    # The rest is judged with the seats in hand: a refusal rolls the taking back.
    refuse_if(booking_rules.school_refusal(school_facts_of(wish=wish, now=now)))
    wish.reference = new_reference(REFERENCE_PREFIX)
    wish.state = BookingState.HELD if seated else BookingState.WAITLISTED
    wish.seats = wish.pupils if seated else 0
    wish.waiting_since = None if seated else now
    wish.papers_due_at = confirm_by(session=session, now=now) if seated else None
    wish.save(force_insert=True)
    record(by=wish.leader, action="booking.hold" if seated else "booking.wait", obj=wish, after=_seen(wish))
    if seated:
        tell_leader(kind="booking_held", booking=wish, now=now)
    else:
        about = about_waiting(booking=wish)
        tell_leader(kind="booking_waiting", booking=wish, now=now, with_calendar=False, about=about)
    return wish


def _facts_of(wish: Booking, *, now: datetime) -> booking_rules.BookingFacts:
    session, trip = wish.session, wish.session.field_trip
    return booking_rules.BookingFacts(
        now=now,
        opens_at=session.booking_opens_at,
        closes_at=session.booking_closes_at,
        starts_at=session.starts_at,
        session_state=session.state,
        offered=trip.is_active and trip.centre.is_active,
        capacity=session.largest_group,
        pupils_per_adult=ratio_of_session(session, wish.class_group.grade),
        grade_from=trip.grade_from,
        grade_to=trip.grade_to,
        grade=wish.class_group.grade,
        pupils=wish.pupils,
        adults=wish.adults,
        mode=session.mode,
    )


def _take_or_queue(wish: Booking, *, wait_if_full: bool) -> bool:
    """True when the places were taken, False when the group joins the waiting list."""
    session = wish.session
    must_queue = session.waiting_policy == WaitingPolicy.STRICT and booking_queries.someone_waits(session)
    if not must_queue and guard.take_seats(session_id=session.pk, seats=wish.pupils, as_read=session):
        return True
    if not wait_if_full:
        if session.seats_left >= wish.pupils:  # read before others took them: say what is left now
            now_is = Session.objects.get(pk=session.pk)
            _must_be_as_read(session, now_is)
            session.seats_taken = now_is.seats_taken
        raise Refused(booking_rules.full_refusal(seats_left=session.seats_left, others_wait=must_queue))
    # Under the lock no cancellation can slip between the last look and joining the list.
    _must_be_as_read(session, locks.lock_session(session_id=session.pk))
    return not must_queue and guard.take_seats(session_id=session.pk, seats=wish.pupils)


def _must_be_as_read(session: Session, now_is: Session) -> None:
    """Raises ``Refused`` when the session was cancelled, moved or given to a ballot while the form was on its way."""
    same = (session.state, session.mode, session.starts_at) == (now_is.state, now_is.mode, now_is.starts_at)
    refuse_if(None if same else booking_rules.changed_refusal(starts_at=now_is.starts_at))


def school_facts_of(*, wish: Booking, now: datetime) -> booking_rules.SchoolFacts:
    """Facts about the school of ``wish`` for the rules, with its row locked; the session comes with ``on_holiday``."""
    session = wish.session
    school = booking_queries.school_to_book(wish.school_id, session)
    return booking_rules.SchoolFacts(
        now=now,
        school_working=school.is_working,
        class_of_school=wish.class_group.school_id == school.pk,
        on_holiday=session.on_holiday,
        session_id=session.pk,
        class_group_id=wish.class_group_id,
        centre_id=session.field_trip.centre_id,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        earlier=booking_queries.bookings_in_the_way(school, session, now=now),
        limit=session.field_trip.centre.bookings_per_school,
        season_id=session.season_id,
        season_limit=session.season.bookings_per_school if session.season else 0,
        opens_at=school.opens_at,
    )


def _seen(booking: Booking) -> dict:
    return {"state": booking.state, **booking.size}


def cancel_booking(*, booking_id: int, reason: str, by: User) -> Booking:
    """Cancel for the school or for the centre, release the places once, and let the waiting list move up.

    A second call finds the booking cancelled and changes nothing.
    """
    now = timezone.now()
    with transaction.atomic():
        booking = guard.lock_booking(booking_id=booking_id)
        to = _side_of(booking=booking, by=by)
        if booking.state in CANCELLED:
            return booking
        before = booking.state
        refuse_if(booking_rules.cancel_refusal(state=before, now=now, starts_at=booking.session.starts_at))
        changes = {"ended_at": now, "end_reason": reason, "calendar_sequence": booking.calendar_sequence + 1}
        had_entry = booking.holds_seats
        guard.move_booking(booking=booking, to=to, changes=changes)
        record(
            by=by,
            action="booking.cancel",
            obj=booking,
            before={"state": before},
            after={"state": booking.state},
            reason=reason,
        )
        tell_leader(kind="booking_cancelled", booking=booking, now=now, with_calendar=had_entry)
        promote_waiting(session=booking.session, now=now)
    return booking


def _must_manage(*, booking: Booking, by: User) -> None:
    roles = roles_of(by)
    if not policy.can_manage_booking(roles, user_id=by.pk, leader_id=booking.leader_id, school=booking.school):
        raise PermissionDenied


def _side_of(*, booking: Booking, by: User) -> BookingState:
    """Which side cancels; the centre if the person belongs to both."""
    if may_run(by, booking.session.field_trip.centre):
        return BookingState.CANCELLED_BY_CENTRE
    _must_manage(booking=booking, by=by)
    return BookingState.CANCELLED_BY_SCHOOL
