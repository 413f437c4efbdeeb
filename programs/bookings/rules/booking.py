"""Whether a class may be booked, cancelled or changed now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.choices import BOOKING_MOVES, CAME, COMING, LIVE, BookingState
from programs.bookings.models import Booking, Group
from programs.centres.choices import BookingMode, SessionState
from programs.centres.models import Session
from programs.centres.rules import moment_text
from programs.core.calendar import TO_ANSWER, WORK_ENDS, WorkingDays, at
from programs.core.refusals import Refusal


def adults_needed(pupils: int, pupils_per_adult: int) -> int:
    """One adult for every begun group of ``pupils_per_adult``."""
    return -(-pupils // pupils_per_adult)


def session_refusal(
    session: Session, *, now: datetime, opens_at: datetime | None = None, closes_at: datetime | None = None
) -> Refusal | None:
    """Why nobody may book this session now; a draw opens and closes at times of its own."""
    trip = session.field_trip
    opens_at, closes_at = opens_at or session.booking_opens_at, closes_at or session.booking_closes_at
    if session.state == SessionState.CANCELLED or not (trip.is_active and trip.centre.is_active):
        return Refusal("session_cancelled", _("This session is not taking place. Please choose another date."))
    if session.state == SessionState.CLOSED or session.starts_at <= now:
        return Refusal(
            "session_past",
            _("This session began at {time}. Please choose a later one.").format(time=moment_text(session.starts_at)),
        )
    if now < opens_at:
        return Refusal("not_open_yet", _("Booking opens at {time}.").format(time=moment_text(opens_at)))
    if now >= closes_at:
        return Refusal(
            "booking_closed",
            _("Booking closed at {time}. Please choose a later session.").format(time=moment_text(closes_at)),
        )
    return None


def mode_refusal(session: Session) -> Refusal | None:
    """Places of a ballot are not booked; once its results are sent, what is left is."""
    if session.mode != BookingMode.BALLOT:
        return None
    return Refusal("by_ballot", _("The places in this session are allocated by ballot: enter your class instead."))


def size_refusal(session: Session, *, pupils: int, adults: int, pupils_per_adult: int) -> Refusal | None:
    """Why a group of this size does not suit the session, regardless of others."""
    if pupils < 1:
        return Refusal("no_pupils", _("Enter the number of pupils, at least 1."), "pupils")
    if pupils > session.largest_group:
        message = _("A group can have up to {capacity} pupils. Book a second session for the others.")
        return Refusal("group_too_big", message.format(capacity=session.largest_group), "pupils")
    needed = adults_needed(pupils, pupils_per_adult)
    if adults < needed:
        message = ngettext(
            "{pupils} pupils need at least {needed} accompanying adult.",
            "{pupils} pupils need at least {needed} accompanying adults.",
            needed,
        )
        return Refusal("too_few_adults", message.format(pupils=pupils, needed=needed), "adults")
    return None


def group_refusal(session: Session, group: Group, *, pupils_per_adult: int) -> Refusal | None:
    """Why this group does not suit the session, regardless of others."""
    trip = session.field_trip
    wrong = size_refusal(session, pupils=group.pupils, adults=group.adults, pupils_per_adult=pupils_per_adult)
    if wrong or trip.grade_from <= group.class_group.grade <= trip.grade_to:
        return wrong
    message = _("This field trip is for grades {first} to {last}.")
    return Refusal("wrong_grade", message.format(first=trip.grade_from, last=trip.grade_to), "class_group")


def booking_refusal(session: Session, group: Group, *, pupils_per_adult: int, now: datetime) -> Refusal | None:
    """Why this group may not book this session now; whether places are left is the guard's answer."""
    return (
        session_refusal(session, now=now)
        or mode_refusal(session)
        or group_refusal(session, group, pupils_per_adult=pupils_per_adult)
    )


@dataclass(frozen=True)
class EarlierBooking:
    """Another booking of the same school that may conflict."""

    reference: str
    session_id: int
    class_group_id: int | None
    centre_id: int
    starts_at: datetime
    ends_at: datetime
    season_id: int | None
    state: str


@dataclass(frozen=True)
class SchoolFacts:
    """What is read of the school once the seats are taken; a refusal gives them back."""

    is_working: bool
    opens_at: datetime | None  # for the school's cluster, where the season says so
    on_holiday: bool  # on the day of the session
    earlier: Sequence[EarlierBooking]
    limited: bool = True  # a draw has counted the places of a school before it began


def school_refusal(wish: Booking, facts: SchoolFacts, *, now: datetime) -> Refusal | None:
    """Why this school may not book the session of ``wish``, whatever places are left."""
    if not facts.is_working:
        return Refusal(
            "school_not_working",
            _("Your school cannot book yet: its registration must first be verified by the authority."),
        )
    if facts.on_holiday:
        return Refusal("holiday", _("This day is a school holiday. Please choose another date."))
    too_early = cluster_refusal(now=now, opens_at=facts.opens_at)
    return (
        too_early
        or _clash_refusal(wish, facts.earlier)
        or (_limit_refusal(wish.session, facts.earlier) if facts.limited else None)
    )


def cluster_refusal(*, now: datetime, opens_at: datetime | None) -> Refusal | None:
    """Why a school's cluster has to wait: clusters open one after the other, so that they do not all come at once."""
    if opens_at is None or opens_at <= now:
        return None
    return Refusal(
        "not_open_yet",
        _("For the schools of your cluster, booking opens at {time}.").format(time=moment_text(opens_at)),
    )


def _clash_refusal(wish: Booking, earlier: Sequence[EarlierBooking]) -> Refusal | None:
    session = wish.session
    for other in earlier:
        if other.class_group_id != wish.class_group_id or other.state not in LIVE:
            continue
        if other.session_id == session.pk:
            return Refusal(
                "class_already_booked",
                _("This class already has booking {reference} for this session.").format(reference=other.reference),
                "class_group",
            )
        if other.starts_at < session.ends_at and session.starts_at < other.ends_at:
            return Refusal(
                "class_busy",
                _("This class is somewhere else at that time: booking {reference}.").format(reference=other.reference),
                "class_group",
            )
    return None


def _limit_refusal(session: Session, earlier: Sequence[EarlierBooking]) -> Refusal | None:
    centre = session.field_trip.centre
    here = sum(1 for other in earlier if other.centre_id == centre.pk and other.state in LIVE)
    if here >= centre.bookings_per_school:
        return Refusal(
            "school_limit",
            _(
                "Your school already has {count} bookings at this centre, the maximum per school at any one "
                "time. Cancel one, or wait until one has taken place."
            ).format(count=here),
        )
    in_season = sum(1 for other in earlier if other.season_id == session.season_id)
    if session.season and in_season >= session.season.bookings_per_school:
        return Refusal(
            "season_limit",
            _(
                "Your school already has {count} bookings in this season, the maximum per school, so that "
                "others get their turn. Cancel one, or choose a session outside the season."
            ).format(count=in_season),
        )
    return None


def changed_refusal(*, starts_at: datetime) -> Refusal:
    """The refusal for a session that has changed since the school saw it."""
    message = _("The session at {time} has just changed. Please check it again before you book.")
    return Refusal("session_changed", message.format(time=moment_text(starts_at)))


def full_refusal(*, seats_left: int, others_wait: bool = False, over: bool = False) -> Refusal:
    """The guard's refusal in words: what is left, and what to do next.

    ``others_wait``: whatever is left is kept for the groups that wait; ``over``: nobody can join them any more.
    """
    if over:
        left = ngettext("Only {count} place is left", "Only {count} places are left", seats_left)
        words = left.format(count=seats_left) if seats_left > 0 else _("This session is full")
        message = _("{words}, and its waiting list has ended. Please choose another date.").format(words=words)
    elif others_wait and seats_left > 0:
        message = _(
            "Other groups are waiting for the remaining places. Join the waiting list below, or choose another date."
        )
    elif seats_left < 1:
        message = _("This session is full. Join the waiting list below, or choose another date.")
    else:
        message = ngettext(
            "Only {count} place is left. Book for fewer pupils, join the waiting list below, or choose another date.",
            "Only {count} places are left. Book for fewer pupils, join the waiting list below, or choose another date.",
            seats_left,
        ).format(count=seats_left)
    return Refusal("full", message, "pupils")


def move_refusal(booking: Booking, to: BookingState) -> Refusal | None:
    """Why the booking cannot become ``to`` from its state."""
    if to in BOOKING_MOVES[BookingState(booking.state)]:
        return None
    message = _("This booking is “{state}”, so this is no longer possible.")
    return Refusal("wrong_state", message.format(state=booking.get_state_display()))


def begun_refusal(session: Session, *, now: datetime) -> Refusal | None:
    """What a school may not do any more once the session has begun."""
    if session.starts_at > now:
        return None
    return Refusal("session_past", _("The session began at {time}.").format(time=moment_text(session.starts_at)))


def cancel_refusal(booking: Booking, *, now: datetime) -> Refusal | None:
    """Why the booking may not be cancelled now."""
    begun = begun_refusal(booking.session, now=now) if booking.is_live else None
    return begun or move_refusal(booking, BookingState.CANCELLED_BY_SCHOOL)


def papers_due(session: Session, *, days: WorkingDays, now: datetime) -> datetime:
    """Until when a school completes its papers: the end of the centre's last working day for it.

    Later bookings have until the end of the working day before the session, or until it begins: whoever books in the
    last hours of a deadline is not held to it.
    """
    starts_at = session.starts_at
    for count in (session.field_trip.centre.confirm_days, 1):
        due = at(days.step(timezone.localtime(starts_at).date(), -count), WORK_ENDS)
        if now + TO_ANSWER <= due < starts_at:
            return due
    return starts_at


def roster_refusal(booking: Booking, *, named: int, foreign: int) -> Refusal | None:
    """Why these names may not be on the list; they may change until the group has come."""
    if not booking.is_live:
        return Refusal("roster_fixed", _("The list of participants can no longer be changed."))
    if foreign:
        return Refusal("foreign_pupil", _("Only choose pupils in this class."), "pupils")
    if named > booking.most_pupils:
        message = _("{named} pupils are ticked, but the booking is for {pupils}.")
        return Refusal("too_many_names", message.format(named=named, pupils=booking.most_pupils), "pupils")
    return None


def needs_refusal(booking: Booking) -> Refusal | None:
    """Why the centre can no longer be told what to prepare for."""
    if booking.is_live:
        return None
    return Refusal("too_late", _("The group has already come, or is no longer coming. Speak to the centre directly."))


def is_check_in_open(*, state: str, session_state: str, now: datetime, starts_at: datetime) -> bool:
    """From the day of the visit until the session is closed."""
    if session_state != SessionState.SCHEDULED:
        return False
    if timezone.localtime(now).date() < timezone.localtime(starts_at).date():
        return False
    return state in (*COMING, BookingState.ATTENDED, BookingState.NO_SHOW)


def takes_photographs(booking: Booking) -> bool:
    """Once the group has come."""
    return booking.state in CAME


FEEDBACK_DAYS = timedelta(days=60)
HAS_PASS = (*COMING, *CAME, BookingState.NO_SHOW)


def is_feedback_open(*, state: str, now: datetime, ended_at: datetime) -> bool:
    return state == BookingState.CLOSED and now < ended_at + FEEDBACK_DAYS
