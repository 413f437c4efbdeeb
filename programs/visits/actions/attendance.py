"""At the centre: checking groups in with the numbers that really came, and closing a session."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.refusals import refuse_if
from programs.visits import rules
from programs.visits.actions import guard
from programs.visits.actions.arrivals import note_on_page, write_arrival, write_no_show
from programs.visits.actions.feedback import ask_for_feedback
from programs.visits.actions.messages import other_dates, tell_leader
from programs.visits.choices import LIVE, BookingState, SessionState
from programs.visits.models import Booking, Session
from programs.visits.queries import BOOKING_PARTS, centre_ids_of
from programs.visits.rules.marks import Arrival


def _must_run(*, centre_id: int, by: User) -> None:
    if not rules.can_run_centre(centre_ids_of(by), centre_id):
        raise PermissionDenied


def check_in(
    *, booking_id: int, pupils: int, girls: int, adults: int, absent: Collection[int] = (), by: User
) -> Booking:
    """Write down who really came; once more corrects the figures until the session is closed.

    ``absent`` names pupils of the list of participants who did not come. A pupil without a consent in force at this
    moment is never written down as present.
    """
    now = timezone.now()
    with transaction.atomic():
        booking = guard.lock_booking(booking_id=booking_id)
        _must_run(centre_id=booking.session.field_trip.centre_id, by=by)
        listed = set(booking.roster.values_list("pupil_id", flat=True))
        arrival = Arrival(
            came=True,
            pupils=pupils,
            girls=girls,
            adults=adults,
            present=frozenset(listed - set(absent)),
            named=bool(listed),
            first_seen=now,
        )
        write_arrival(booking=booking, arrival=arrival, by=by, now=now)
        note_on_page(booking=booking, arrival=arrival, by=by, now=now)
    return booking


def mark_no_show(*, booking_id: int, by: User) -> Booking:
    """Note that a group did not come; its places are given back."""
    now = timezone.now()
    with transaction.atomic():
        booking = guard.lock_booking(booking_id=booking_id)
        session = booking.session
        _must_run(centre_id=session.field_trip.centre_id, by=by)
        if booking.state == BookingState.NO_SHOW:
            return booking
        refuse_if(rules.no_show_refusal(session_state=session.state, now=now, starts_at=session.starts_at))
        write_no_show(booking=booking, by=by)
        note_on_page(booking=booking, arrival=Arrival(came=False), by=by, now=now)
    return booking


def close_session(*, session_id: int, by: User) -> Session:
    """Fix the attendance of a session: groups that came are closed, the others did not come.

    Those that still wait expire, and their leaders are told.

    Closing a closed session changes nothing.
    """
    now = timezone.now()
    with transaction.atomic():
        session = guard.lock_session(session_id=session_id)
        _must_run(centre_id=session.field_trip.centre_id, by=by)
        if session.state == SessionState.CLOSED:
            return session
        refuse_if(rules.close_refusal(session_state=session.state, now=now, starts_at=session.starts_at))
        bookings = session.bookings.filter(Q(state__in=LIVE) | Q(state=BookingState.ATTENDED))
        for booking in bookings.select_related(*BOOKING_PARTS):
            _settle(booking, by=by)
        Session.objects.filter(pk=session.pk).update(state=SessionState.CLOSED, closed_by=by, closed_at=now)
        session.state, session.closed_by, session.closed_at = SessionState.CLOSED, by, now
        record(
            by=by,
            action="session.close",
            obj=session,
            before={"state": SessionState.SCHEDULED},
            after={"state": SessionState.CLOSED},
        )
    return session


def _settle(booking: Booking, *, by: User) -> None:
    fate = rules.fate_at_closing(booking.state)
    if fate == BookingState.NO_SHOW:
        write_no_show(booking=booking, by=by)
        return
    before = booking.state
    guard.move_booking(booking=booking, to=fate, changes={"ended_at": timezone.now()})
    if fate == BookingState.CLOSED:
        ask_for_feedback(booking=booking)
    else:
        _tell_list_ended(booking, offered=before == BookingState.OFFERED)
    action = "booking.close" if fate == BookingState.CLOSED else "booking.expire"
    record(by=by, action=action, obj=booking, before={"state": before}, after={"state": booking.state})


def _tell_list_ended(booking: Booking, *, offered: bool) -> None:
    """The last word to a group that still waited; where places were offered until now, it is about the offer."""
    now = timezone.now()
    if offered:
        tell_leader(kind="booking_offer_expired", booking=booking, now=now, with_calendar=False)
        return
    about = {"other_dates": other_dates(booking=booking)}
    tell_leader(kind="waiting_ended", booking=booking, now=now, with_calendar=False, about=about)
