"""Checking in and closing. Plain values in; no clock, no query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.refusals import Refusal
from programs.visits.choices import (
    COMING,
    LIVE,
    BookingState,
    SessionState,
)
from programs.visits.rules.booking import moment_text


def may_check_in(*, state: str, session_state: str, now: datetime, starts_at: datetime) -> bool:
    """From the day of the visit until the session is closed."""
    if session_state != SessionState.SCHEDULED:
        return False
    if timezone.localtime(now).date() < timezone.localtime(starts_at).date():
        return False
    return state in (*COMING, BookingState.ATTENDED, BookingState.NO_SHOW)


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
    if state in COMING:
        return BookingState.NO_SHOW
    if state in LIVE:
        return BookingState.EXPIRED
    return None
