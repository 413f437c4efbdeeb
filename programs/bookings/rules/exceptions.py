"""Giving places by exception, past what the session offers. Plain values in; no clock, no query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.choices import BookingState
from programs.centres.choices import SessionState
from programs.centres.rules import moment_text
from programs.core.refusals import Refusal


def may_be_excepted(state: str) -> bool:
    """A group that waits may be let in; one that has places needs none."""
    return state == BookingState.WAITLISTED


@dataclass(frozen=True)
class ExceptionFacts:
    now: datetime
    starts_at: datetime
    session_state: str
    state: str
    pupils: int
    seats_left: int
    capacity: int
    room_capacity: int
    one_group: bool
    school_working: bool

    @property
    def room_left(self) -> int:
        """How many more pupils the room takes, whatever the session offers."""
        return max(0, self.room_capacity - (self.capacity - self.seats_left))


def exception_refusal(facts: ExceptionFacts) -> Refusal | None:
    """Why even an exception is impossible: the room is too small, or the session is over."""
    if facts.session_state != SessionState.SCHEDULED or facts.starts_at <= facts.now:
        return Refusal("session_past", _("The session began at {time}.").format(time=moment_text(facts.starts_at)))
    if not may_be_excepted(facts.state):
        return Refusal(
            "not_waiting",
            _("This booking is “{state}”: only a group on the waiting list can be given places by exception.").format(
                state=BookingState(facts.state).label
            ),
        )
    if not facts.school_working:
        return Refusal("school_not_working", _("The school is no longer active, so it cannot come."))
    if facts.one_group and facts.seats_left < facts.capacity:
        return Refusal("one_group", _("This session is for one group, and it already has one."))
    if facts.pupils > facts.room_left:
        message = ngettext(
            "The room only has space for {count} more pupil, not for this group. Move the session to a larger "
            "room first.",
            "The room only has space for {count} more pupils, not for this group. Move the session to a larger "
            "room first.",
            facts.room_left,
        )
        return Refusal("room_too_small", message.format(count=facts.room_left))
    return None


def capacity_missing(*, pupils: int, seats_left: int) -> int:
    """By how many places the session must grow to let the group in."""
    return max(0, pupils - max(seats_left, 0))
