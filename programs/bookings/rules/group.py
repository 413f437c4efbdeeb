"""Changing the size of a group, and when its head count is fixed. Plain values in; no clock, no query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.choices import BookingState
from programs.bookings.rules.booking import group_refusal
from programs.centres.rules import moment_text
from programs.core.refusals import Refusal

BOOKED = (BookingState.WAITLISTED, BookingState.HELD, BookingState.PAPERS_DUE)
RESIZABLE = (*BOOKED, BookingState.CONFIRMED)


def count_locks_at(*, starts_at: datetime, days: int) -> datetime:
    """When the head count is finalised: the centre prepares for exactly that number."""
    return starts_at - timedelta(days=days)


@dataclass(frozen=True)
class ResizeFacts:
    """A booking and the size that its group wants to have."""

    now: datetime
    state: str
    starts_at: datetime
    locks_at: datetime
    pupils: int
    adults: int
    girls: int | None
    most: int
    pupils_per_adult: int
    named: int


def may_resize(*, state: str, now: datetime, starts_at: datetime, locks_at: datetime) -> bool:
    """Until the session begins; a confirmed group until its head count is fixed."""
    if now >= starts_at or state not in RESIZABLE:
        return False
    return state != BookingState.CONFIRMED or now < locks_at


def resize_refusal(facts: ResizeFacts) -> Refusal | None:
    """Why the group may not have this size; whether the places are there is the guard's answer."""
    if not may_resize(state=facts.state, now=facts.now, starts_at=facts.starts_at, locks_at=facts.locks_at):
        return _too_late(facts)
    wrong = group_refusal(
        pupils=facts.pupils,
        adults=facts.adults,
        capacity=facts.most,
        pupils_per_adult=facts.pupils_per_adult,
        grade=0,  # the class is the same as before
        grade_from=0,
        grade_to=0,
    )
    return wrong or _girls_refusal(facts) or _names_refusal(facts)


def _too_late(facts: ResizeFacts) -> Refusal:
    if facts.state == BookingState.OFFERED:
        return Refusal("offer_open", _("Accept the offered places first; then you can change the group."))
    if facts.state == BookingState.CONFIRMED and facts.now >= facts.locks_at:
        return Refusal(
            "count_locked",
            _("The head count was finalised at {time}. On the day the centre records how many actually came.").format(
                time=moment_text(facts.locks_at)
            ),
        )
    return Refusal("wrong_state", _("The size of this group can no longer be changed."))


def _girls_refusal(facts: ResizeFacts) -> Refusal | None:
    if facts.girls is not None and facts.girls > facts.pupils:
        return Refusal("too_many_girls", _("There cannot be more girls than pupils."), "girls")
    return None


def _names_refusal(facts: ResizeFacts) -> Refusal | None:
    if facts.named <= facts.pupils:
        return None
    message = ngettext(
        "{count} pupil is on the list of participants: remove names first.",
        "{count} pupils are on the list of participants: remove names first.",
        facts.named,
    )
    return Refusal("more_names_than_pupils", message.format(count=facts.named), "pupils")


def no_room_refusal(*, seats_left: int, others_wait: bool) -> Refusal:
    """The guard's answer to a group that wants to grow, in words."""
    if others_wait:
        message = _(
            "Other groups are waiting for places in this session, so your group cannot grow. It keeps the places it "
            "has."
        )
    elif seats_left < 1:
        message = _("There are no more places in this session. The group keeps the places it has.")
    else:
        message = ngettext(
            "There is only {count} more place in this session.",
            "There are only {count} more places in this session.",
            seats_left,
        ).format(count=seats_left)
    return Refusal("full", message, "pupils")
