"""Whether a class may be booked, cancelled or changed now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.choices import BOOKING_MOVES, CAME, COMING, LIVE, BookingState
from programs.centres.choices import BookingMode, SessionState
from programs.centres.rules import moment_text
from programs.core.refusals import Refusal


def adults_needed(pupils: int, pupils_per_adult: int) -> int:
    """One adult for every begun group of ``pupils_per_adult``."""
    return -(-pupils // pupils_per_adult)


@dataclass(frozen=True)
class BookingFacts:
    """The current session and the group that wants to come."""

    now: datetime
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    session_state: str
    offered: bool
    capacity: int
    pupils_per_adult: int
    grade_from: int
    grade_to: int
    grade: int
    pupils: int
    adults: int
    mode: str = BookingMode.FIRST_COME


def session_refusal(
    *, now: datetime, opens_at: datetime, closes_at: datetime, starts_at: datetime, session_state: str, offered: bool
) -> Refusal | None:
    """Why nobody may book this session now."""
    if session_state == SessionState.CANCELLED or not offered:
        return Refusal("session_cancelled", _("This session is not taking place. Please choose another date."))
    if session_state == SessionState.CLOSED or starts_at <= now:
        return Refusal(
            "session_past",
            _("This session began at {time}. Please choose a later one.").format(time=moment_text(starts_at)),
        )
    if now < opens_at:
        return Refusal("not_open_yet", _("Booking opens at {time}.").format(time=moment_text(opens_at)))
    if now >= closes_at:
        return Refusal(
            "booking_closed",
            _("Booking closed at {time}. Please choose a later session.").format(time=moment_text(closes_at)),
        )
    return None


def mode_refusal(mode: str) -> Refusal | None:
    """Places of a ballot are not booked; once its results are sent, what is left is."""
    if mode != BookingMode.BALLOT:
        return None
    return Refusal("by_ballot", _("The places in this session are allocated by ballot: enter your class instead."))


def group_refusal(
    *, pupils: int, adults: int, capacity: int, pupils_per_adult: int, grade: int, grade_from: int, grade_to: int
) -> Refusal | None:
    """Why this group does not suit the session, regardless of others."""
    if pupils < 1:
        return Refusal("no_pupils", _("Enter the number of pupils, at least 1."), "pupils")
    if pupils > capacity:
        return Refusal(
            "group_too_big",
            _("A group can have up to {capacity} pupils. Book a second session for the others.").format(
                capacity=capacity
            ),
            "pupils",
        )
    needed = adults_needed(pupils, pupils_per_adult)
    if adults < needed:
        message = ngettext(
            "{pupils} pupils need at least {needed} accompanying adult.",
            "{pupils} pupils need at least {needed} accompanying adults.",
            needed,
        )
        return Refusal("too_few_adults", message.format(pupils=pupils, needed=needed), "adults")
    if not grade_from <= grade <= grade_to:
        return Refusal(
            "wrong_grade",
            _("This field trip is for grades {first} to {last}.").format(first=grade_from, last=grade_to),
            "class_group",
        )
    return None


def booking_refusal(facts: BookingFacts) -> Refusal | None:
    """Why this group may not book this session now; whether places are left is the guard's answer."""
    return (
        session_refusal(
            now=facts.now,
            opens_at=facts.opens_at,
            closes_at=facts.closes_at,
            starts_at=facts.starts_at,
            session_state=facts.session_state,
            offered=facts.offered,
        )
        or mode_refusal(facts.mode)
        or group_refusal(
            pupils=facts.pupils,
            adults=facts.adults,
            capacity=facts.capacity,
            pupils_per_adult=facts.pupils_per_adult,
            grade=facts.grade,
            grade_from=facts.grade_from,
            grade_to=facts.grade_to,
        )
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
    """What is read about the school and the day once the seats are taken; a refusal gives them back."""

    now: datetime
    school_working: bool
    class_of_school: bool
    on_holiday: bool
    session_id: int
    class_group_id: int
    centre_id: int
    starts_at: datetime
    ends_at: datetime
    earlier: Sequence[EarlierBooking]
    limit: int
    season_id: int | None = None
    season_limit: int = 0
    opens_at: datetime | None = None  # for the school's cluster, where the season says so


def school_refusal(facts: SchoolFacts) -> Refusal | None:
    """Why this school may not book this session, whatever places are left."""
    if not facts.school_working:
        return Refusal(
            "school_not_working",
            _("Your school cannot book yet: its registration must first be verified by the authority."),
        )
    if not facts.class_of_school:
        return Refusal("foreign_class", _("Choose a class of your own school."), "class_group")
    if facts.on_holiday:
        return Refusal("holiday", _("This day is a school holiday. Please choose another date."))
    too_early = cluster_refusal(now=facts.now, opens_at=facts.opens_at)
    return too_early or _clash_refusal(facts) or _limit_refusal(facts)


def cluster_refusal(*, now: datetime, opens_at: datetime | None) -> Refusal | None:
    """Why a school's cluster has to wait: clusters open one after the other, so that they do not all come at once."""
    if opens_at is None or opens_at <= now:
        return None
    return Refusal(
        "not_open_yet",
        _("For the schools of your cluster, booking opens at {time}.").format(time=moment_text(opens_at)),
    )


def _clash_refusal(facts: SchoolFacts) -> Refusal | None:
    for other in facts.earlier:
        if other.class_group_id != facts.class_group_id or other.state not in LIVE:
            continue
        if other.session_id == facts.session_id:
            return Refusal(
                "class_already_booked",
                _("This class already has booking {reference} for this session.").format(reference=other.reference),
                "class_group",
            )
        if other.starts_at < facts.ends_at and facts.starts_at < other.ends_at:
            return Refusal(
                "class_busy",
                _("This class is somewhere else at that time: booking {reference}.").format(reference=other.reference),
                "class_group",
            )
    return None


def _limit_refusal(facts: SchoolFacts) -> Refusal | None:
    here = sum(1 for other in facts.earlier if other.centre_id == facts.centre_id and other.state in LIVE)
    if here >= facts.limit:
        return Refusal(
            "school_limit",
            _(
                "Your school already has {count} bookings at this centre, the maximum per school at any one "
                "time. Cancel one, or wait until one has taken place."
            ).format(count=here),
        )
    in_season = sum(1 for other in facts.earlier if other.season_id == facts.season_id)
    if facts.season_id and in_season >= facts.season_limit:
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


def full_refusal(*, seats_left: int, others_wait: bool = False) -> Refusal:
    """The guard's refusal in words: what is left, and what to do next.

    ``others_wait``: whatever is left is kept for the groups that wait in strict order.
    """
    if others_wait and seats_left > 0:
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


def move_refusal(*, state: str, to: str) -> Refusal | None:
    """Why a booking in ``state`` cannot become ``to``."""
    if to in BOOKING_MOVES[BookingState(state)]:
        return None
    return Refusal(
        "wrong_state",
        _("This booking is “{state}”, so this is no longer possible.").format(state=BookingState(state).label),
    )


def cancel_refusal(*, state: str, now: datetime, starts_at: datetime) -> Refusal | None:
    """Why a booking may not be cancelled now."""
    if state in LIVE and starts_at <= now:
        return Refusal("session_past", _("The session began at {time}.").format(time=moment_text(starts_at)))
    return move_refusal(state=state, to=BookingState.CANCELLED_BY_SCHOOL)


def may_cancel(*, state: str, now: datetime, starts_at: datetime) -> bool:
    return cancel_refusal(state=state, now=now, starts_at=starts_at) is None


def may_edit_roster(state: str) -> bool:
    """Names may change until the group has come."""
    return state in LIVE


def roster_refusal(*, state: str, named: int, foreign: int, pupils: int) -> Refusal | None:
    """Why these names may not be on the list."""
    if not may_edit_roster(state):
        return Refusal("roster_fixed", _("The list of participants can no longer be changed."))
    if foreign:
        return Refusal("foreign_pupil", _("Only choose pupils in this class."), "pupils")
    if named > pupils:
        return Refusal(
            "too_many_names",
            _("{named} pupils are ticked, but the booking is for {pupils}.").format(named=named, pupils=pupils),
            "pupils",
        )
    return None


def needs_refusal(*, state: str) -> Refusal | None:
    """Why the centre can no longer be told what to prepare for."""
    if state in LIVE:
        return None
    return Refusal("too_late", _("The group has already come, or is no longer coming. Speak to the centre directly."))


def may_check_in(*, state: str, session_state: str, now: datetime, starts_at: datetime) -> bool:
    """From the day of the visit until the session is closed."""
    if session_state != SessionState.SCHEDULED:
        return False
    if timezone.localtime(now).date() < timezone.localtime(starts_at).date():
        return False
    return state in (*COMING, BookingState.ATTENDED, BookingState.NO_SHOW)


FEEDBACK_DAYS = timedelta(days=60)
HAS_PASS = (*COMING, *CAME, BookingState.NO_SHOW)


def may_give_feedback(*, state: str, now: datetime, ended_at: datetime) -> bool:
    return state == BookingState.CLOSED and now < ended_at + FEEDBACK_DAYS
