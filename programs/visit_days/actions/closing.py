"""A session is closed, and reopened when that was too early or wrong."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from programs.bookings.emails import other_dates, tell_leader
from programs.bookings.models import Booking
from programs.bookings.queries import BOOKING_PARTS
from programs.centres.actions import locks
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.core.audit import record
from programs.core.calendar import working_days
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.core.versions import version_of
from programs.notices.queries import keys_written
from programs.timetables.actions.lists import over_key
from programs.visit_days import rules
from programs.visit_days.actions.arrivals import write_no_show, write_return
from programs.visit_days.actions.feedback import ask_for_feedback
from programs.visit_days.policy import may_close, may_reopen
from programs.visit_days.queries.disputes import doubts_of


@transaction.atomic
def close_session(*, session_id: int, sure: bool = False, version: str | None = None, by: User) -> Session:
    """Finalise the attendance of a session: bookings of groups that came are closed, the others are no-shows.

    Groups still waiting expire, and their leaders are told. ``sure``: closing is meant, although the session goes on,
    groups are missing, or records of a group do not agree; ``version``: of what stood open when that was read.

    Raises PermissionDenied, and ``Refused``: ``not_begun``, ``session_cancelled``, ``session_closed``,
    ``changed_meanwhile``, ``unsure``.
    """
    now = timezone.now()
    session = locks.lock_session(session_id=session_id)
    must(may_close(by, session))
    refuse_if(rules.close_refusal(session, now=now))
    doubts = doubts_of(session)
    if version is not None and version != version_of(doubts.read):
        raise Refused(rules.other_doubts(), stored=doubts.read)
    missing, disputed = len(doubts.missing), len(doubts.disputed)
    refuse_if(rules.unsure_refusal(session, missing=missing, disputed=disputed, sure=sure, now=now))
    before = {"state": session.state}
    for booking in session.bookings.select_related(*BOOKING_PARTS):
        settle(booking=booking, by=by, now=now)
    shut(session=session, by=by, now=now)
    record(by=by, action="session.close", obj=session, before=before, after={"state": session.state})
    return session


def shut(*, session: Session, by: User | None, now: datetime | None) -> None:
    """Mark the session as closed; the caller holds its lock, and its groups are settled."""
    session.state, session.closed_by, session.closed_at = SessionState.CLOSED, by, now
    session.save(update_fields=["state", "closed_by", "closed_at"])


def settle(*, booking: Booking, by: User, now: datetime) -> None:
    """Fix what is recorded of a group. What its closing settles ends at the very moment at which the session closes."""
    fate = rules.fate_at_closing(booking.state)
    if fate is None:
        return
    if fate == BookingState.NO_SHOW:
        write_no_show(booking=booking, by=by, now=now)
        return
    before = booking.state
    guard.move_booking(booking=booking, to=fate, changes={"ended_at": now})
    if fate == BookingState.CLOSED:
        ask_for_feedback(booking=booking)
    else:
        _tell_list_ended(booking, offered=before == BookingState.OFFERED)
    action = "booking.close" if fate == BookingState.CLOSED else "booking.expire"
    record(by=by, action=action, obj=booking, before={"state": before}, after={"state": booking.state})


def _tell_list_ended(booking: Booking, *, offered: bool) -> None:
    """The final message to a group that was still waiting; if places were on offer until now, it is about the offer."""
    now = timezone.now()
    if offered:
        tell_leader(kind="booking_offer_expired", booking=booking, now=now, with_calendar=False)
        return
    if keys_written([over_key(booking=booking)]):  # told when the list ended
        return
    about = {"other_dates": other_dates(booking=booking)}
    tell_leader(kind="waiting_ended", booking=booking, now=now, with_calendar=False, about=about)


@transaction.atomic
def reopen_session(*, session_id: int, reason: str, by: User) -> Session:
    """Open a closed session again, so that its figures can be corrected and a late group checked in.

    Groups that came may be corrected, groups that the closing settled as absent return to what they were. Groups that
    waited stay ended: they were told, and the session has begun. What was asked of teachers is not asked twice.

    Raises PermissionDenied for all but the centre's managers, and ``Refused``: ``not_closed``, ``too_late``.
    """
    now = timezone.now()
    session = locks.lock_session(session_id=session_id)
    must(may_reopen(by, session))
    refuse_if(rules.reopen_refusal(session, days=working_days(now, now), now=now))
    before, closed_at = {"state": session.state}, session.closed_at
    unlock(session=session)
    for booking in session.bookings.select_related(*BOOKING_PARTS):
        booking.session = session
        if booking.state == BookingState.CLOSED or (
            booking.state == BookingState.NO_SHOW and booking.ended_at == closed_at
        ):
            _unsettle_where_it_fits(booking, by=by, now=now)
    record(by=by, action="session.reopen", obj=session, before=before, after={"state": session.state}, reason=reason)
    return session


def _unsettle_where_it_fits(booking: Booking, *, by: User, now: datetime) -> None:
    """A group whose places went to others at the door stays recorded as absent: it must not keep the session shut."""
    try:
        with transaction.atomic():
            unsettle(booking=booking, by=by, now=now)
    except Refused as refused:
        if refused.refusal.code != "places_gone":
            raise


def unlock(*, session: Session) -> None:
    """Mark the session as open again; the caller holds its lock."""
    session.state, session.closed_by, session.closed_at = SessionState.SCHEDULED, None, None
    session.save(update_fields=["state", "closed_by", "closed_at"])


def unsettle(*, booking: Booking, by: User, now: datetime) -> None:
    """What closing has fixed of a group may change again; its session is open."""
    if booking.state == BookingState.NO_SHOW:
        write_return(booking=booking, by=by, now=now)
        return
    before = {"state": booking.state}
    guard.move_booking(booking=booking, to=BookingState.ATTENDED, changes={"ended_at": None})
    record(by=by, action="booking.reopen", obj=booking, before=before, after={"state": booking.state})
