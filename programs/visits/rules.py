"""Who may act on sessions and bookings, and whether it may happen now. Plain values in; no clock, no query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.refusals import Refusal
from programs.schools.choices import SchoolRole
from programs.schools.rules import can_act_for
from programs.visits.choices import (
    BOOKING_MOVES,
    LIVE,
    SEAT_HOLDING,
    BookingState,
    SessionState,
    WaitingPolicy,
)


# --- Who may ------------------------------------------------------------------------------------
def can_book_for(standing, school) -> bool:
    """Whether this person may book places for ``school``."""
    return can_act_for(standing, school)


def can_manage_booking(standing, *, user_id: int, leader_id: int, school) -> bool:
    """The group's leader, and who coordinates or heads the school; colleagues may look but not touch."""
    if not can_act_for(standing, school):
        return False
    leads_school = standing.coordinates(school) or SchoolRole.PRINCIPAL in standing.roles_at(school)
    return user_id == leader_id or leads_school


def can_run_centre(centre_ids: Iterable[int], centre_id: int) -> bool:
    """Whether a person of these centres may check in and close at ``centre_id``."""
    return centre_id in set(centre_ids)


# --- Figures ------------------------------------------------------------------------------------
def adults_needed(pupils: int, pupils_per_adult: int) -> int:
    """One adult for every begun group of ``pupils_per_adult``."""
    return -(-pupils // pupils_per_adult)


def moment_text(moment: datetime) -> str:
    """A moment with its offset, since only the portal's clock counts."""
    local = timezone.localtime(moment)
    return f"{local:%H:%M} {local:%d/%m/%Y} (+07:00)"


# --- Booking ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class BookingFacts:
    """A session as it stands and the group that wants to come."""

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


def session_refusal(
    *, now: datetime, opens_at: datetime, closes_at: datetime, starts_at: datetime, session_state: str, offered: bool
) -> Refusal | None:
    """Why nobody may book this session now."""
    if session_state == SessionState.CANCELLED or not offered:
        return Refusal("session_cancelled", _("This session does not take place. Please choose another date."))
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


def group_refusal(
    *, pupils: int, adults: int, capacity: int, pupils_per_adult: int, grade: int, grade_from: int, grade_to: int
) -> Refusal | None:
    """Why this group does not suit the session, whoever else comes."""
    if pupils < 1:
        return Refusal("no_pupils", _("Enter the number of pupils, at least 1."), "pupils")
    if pupils > capacity:
        return Refusal(
            "group_too_big",
            _("A group has {capacity} pupils at most. Book a second session for the others.").format(capacity=capacity),
            "pupils",
        )
    needed = adults_needed(pupils, pupils_per_adult)
    if adults < needed:
        message = ngettext(
            "{pupils} pupils need {needed} accompanying adult at least.",
            "{pupils} pupils need {needed} accompanying adults at least.",
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
    return session_refusal(
        now=facts.now,
        opens_at=facts.opens_at,
        closes_at=facts.closes_at,
        starts_at=facts.starts_at,
        session_state=facts.session_state,
        offered=facts.offered,
    ) or group_refusal(
        pupils=facts.pupils,
        adults=facts.adults,
        capacity=facts.capacity,
        pupils_per_adult=facts.pupils_per_adult,
        grade=facts.grade,
        grade_from=facts.grade_from,
        grade_to=facts.grade_to,
    )


@dataclass(frozen=True)
class LiveBooking:
    """A live booking of the same school, as far as it can stand in the way."""

    reference: str
    session_id: int
    class_group_id: int | None
    centre_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class SchoolFacts:
    """What is read about the school and the day once the seats are taken; a refusal gives them back."""

    school_working: bool
    class_of_school: bool
    on_holiday: bool
    session_id: int
    class_group_id: int
    centre_id: int
    starts_at: datetime
    ends_at: datetime
    live: Sequence[LiveBooking]
    limit: int


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
    return _clash_refusal(facts) or _limit_refusal(facts)


def _clash_refusal(facts: SchoolFacts) -> Refusal | None:
    for other in facts.live:
        if other.class_group_id != facts.class_group_id:
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
                _("This class is elsewhere at that time: booking {reference}.").format(reference=other.reference),
                "class_group",
            )
    return None


def _limit_refusal(facts: SchoolFacts) -> Refusal | None:
    here = sum(1 for other in facts.live if other.centre_id == facts.centre_id)
    if here < facts.limit:
        return None
    return Refusal(
        "school_limit",
        _(
            "Your school already holds {count} bookings at this centre, the most that one school may hold at a time. "
            "Cancel one, or wait until one has taken place."
        ).format(count=here),
    )


def full_refusal(*, seats_left: int) -> Refusal:
    """The answer of the guard in words: what is left, and what to do next."""
    if seats_left < 1:
        message = _("This session is full. Join the waiting list below, or choose another date.")
    else:
        message = ngettext(
            "Only {count} place is left. Book for fewer pupils, join the waiting list below, or choose another date.",
            "Only {count} places are left. Book for fewer pupils, join the waiting list below, or choose another date.",
            seats_left,
        ).format(count=seats_left)
    return Refusal("full", message, "pupils")


# --- The waiting list ---------------------------------------------------------------------------
def promotable(queue: Sequence[tuple[int, int]], *, seats_left: int, policy: str, one_group: bool) -> list[int]:
    """The identifiers of ``queue`` (id, pupils; first come first) that move up into ``seats_left`` places.

    Strict order stops at the first group that does not fit; first fit passes over it.
    """
    chosen: list[int] = []
    for identifier, pupils in queue:
        if pupils <= seats_left:
            chosen.append(identifier)
            seats_left = 0 if one_group else seats_left - pupils
        elif policy == WaitingPolicy.STRICT:
            break
    return chosen


# --- After booking ------------------------------------------------------------------------------
def move_refusal(*, state: str, to: str) -> Refusal | None:
    """Why a booking in ``state`` cannot become ``to``."""
    if to in BOOKING_MOVES[BookingState(state)]:
        return None
    return Refusal(
        "wrong_state",
        _("This booking is “{state}”, so this can no longer be done.").format(state=BookingState(state).label),
    )


def cancel_refusal(*, state: str, now: datetime, starts_at: datetime) -> Refusal | None:
    """Why a booking may not be cancelled now."""
    if state in LIVE and starts_at <= now:
        return Refusal("session_past", _("The session began at {time}.").format(time=moment_text(starts_at)))
    return move_refusal(state=state, to=BookingState.CANCELLED_BY_SCHOOL)


def may_cancel(*, state: str, now: datetime, starts_at: datetime) -> bool:
    return cancel_refusal(state=state, now=now, starts_at=starts_at) is None


def may_confirm(*, state: str, now: datetime, starts_at: datetime) -> bool:
    return BookingState.CONFIRMED in BOOKING_MOVES[BookingState(state)] and now < starts_at


def confirm_refusal(
    *, state: str, now: datetime, starts_at: datetime, staying: int = 0, alternative: str = ""
) -> Refusal | None:
    """Why the school may not confirm now. ``staying`` pupils of the list have nobody's consent to come."""
    if starts_at <= now:
        return Refusal("session_past", _("The session began at {time}.").format(time=moment_text(starts_at)))
    if staying and not alternative:
        message = ngettext(
            "{count} pupil stays at school without a consent: write down the equivalent activity.",
            "{count} pupils stay at school without a consent: write down the equivalent activity.",
            staying,
        )
        return Refusal("alternative_missing", message.format(count=staying), "alternative")
    return move_refusal(state=state, to=BookingState.CONFIRMED)


def may_edit_roster(state: str) -> bool:
    """Names may change until the group has come."""
    return state in LIVE


def roster_refusal(*, state: str, named: int, foreign: int, pupils: int) -> Refusal | None:
    """Why these names may not stand on the list."""
    if not may_edit_roster(state):
        return Refusal("roster_fixed", _("The list of participants can no longer be changed."))
    if foreign:
        return Refusal("foreign_pupil", _("Choose only pupils of this class."), "pupils")
    if named > pupils:
        return Refusal(
            "too_many_names",
            _("{named} pupils are ticked, but the booking is for {pupils}.").format(named=named, pupils=pupils),
            "pupils",
        )
    return None


# --- At the centre ------------------------------------------------------------------------------
def may_check_in(*, state: str, session_state: str, now: datetime, starts_at: datetime) -> bool:
    """From the day of the visit until the session is closed."""
    if session_state != SessionState.SCHEDULED:
        return False
    if timezone.localtime(now).date() < timezone.localtime(starts_at).date():
        return False
    return state in (*SEAT_HOLDING, BookingState.ATTENDED, BookingState.NO_SHOW)


@dataclass(frozen=True)
class CheckInFacts:
    now: datetime
    starts_at: datetime
    session_state: str
    state: str
    capacity: int
    pupils: int
    girls: int
    adults: int
    ticked: int
    without_consent: int = 0  # of the ticked names


def check_in_refusal(facts: CheckInFacts) -> Refusal | None:
    """Why these figures may not be written as those who came."""
    if not may_check_in(state=facts.state, session_state=facts.session_state, now=facts.now, starts_at=facts.starts_at):
        return Refusal(
            "not_now",
            _("A group is checked in on the day of its session ({day}), until the session is closed.").format(
                day=f"{timezone.localtime(facts.starts_at):%d/%m/%Y}"
            ),
        )
    if facts.pupils < 1:
        return Refusal("no_pupils", _("If nobody came, mark the group as “did not come”."), "pupils")
    if facts.pupils > facts.capacity:
        return Refusal(
            "over_capacity",
            _("The session has {capacity} places; please check the number.").format(capacity=facts.capacity),
            "pupils",
        )
    if facts.girls > facts.pupils:
        return Refusal("too_many_girls", _("There cannot be more girls than pupils."), "girls")
    if facts.without_consent:
        message = ngettext(
            "{count} ticked pupil has no consent to take part and cannot be checked in.",
            "{count} ticked pupils have no consent to take part and cannot be checked in.",
            facts.without_consent,
        )
        return Refusal("no_consent", message.format(count=facts.without_consent), "present")
    if facts.ticked > facts.pupils:
        return Refusal(
            "more_names_than_pupils",
            _("{ticked} names are ticked as present, but the number of pupils is {pupils}.").format(
                ticked=facts.ticked, pupils=facts.pupils
            ),
            "pupils",
        )
    return None


def no_show_refusal(*, session_state: str, now: datetime, starts_at: datetime) -> Refusal | None:
    """Why a group may not be noted as absent now: not before its session begins."""
    if session_state == SessionState.SCHEDULED and now < starts_at:
        return Refusal("not_begun", _("The session begins at {time}.").format(time=moment_text(starts_at)))
    if session_state != SessionState.SCHEDULED:
        return Refusal("session_closed", _("The session is closed; its figures are fixed."))
    return None


def may_close(*, session_state: str, now: datetime, starts_at: datetime) -> bool:
    return session_state == SessionState.SCHEDULED and starts_at <= now


def close_refusal(*, session_state: str, now: datetime, starts_at: datetime) -> Refusal | None:
    """Why a session may not be closed now."""
    if may_close(session_state=session_state, now=now, starts_at=starts_at):
        return None
    if session_state == SessionState.CANCELLED:
        return Refusal("session_cancelled", _("This session was cancelled."))
    return Refusal(
        "not_begun", _("The session begins at {time}; it can be closed after that.").format(time=moment_text(starts_at))
    )


def fate_at_closing(state: str) -> BookingState | None:
    """What becomes of a booking when its session is closed; None when it has already ended."""
    if state == BookingState.ATTENDED:
        return BookingState.CLOSED
    if state in SEAT_HOLDING:
        return BookingState.NO_SHOW
    if state in LIVE:
        return BookingState.EXPIRED
    return None
