"""What may become of a booking. Plain values in; no clock, no query."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from programs.core.refusals import Refusal
from programs.visits.choices import (
    BOOKING_MOVES,
    LIVE,
    BookingState,
)
from programs.visits.rules.booking import moment_text


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


def needs_refusal(*, state: str) -> Refusal | None:
    """Why the centre can no longer be told what to prepare for."""
    if state in LIVE:
        return None
    return Refusal("too_late", _("The group has come, or comes no more. Speak with the centre itself."))
