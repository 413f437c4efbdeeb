"""The waiting list: who moves up when places come free, how long an offer stands. Plain values in; no clock, no query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.choices import BookingState
from programs.centres.choices import WaitingPolicy
from programs.centres.rules import moment_text
from programs.core.refusals import Refusal

IN_LINE = (BookingState.WAITLISTED, BookingState.OFFERED)
LAST_OFFER = timedelta(hours=12)  # a class that hears of its places later than that before the session is not ready


def promotable(
    queue: Sequence[tuple[int, int]], *, seats_left: int, capacity: int, policy: str, one_group: bool
) -> list[int]:
    """The identifiers of ``queue`` (id, pupils; first come first) that move up into ``seats_left`` places.

    Strict order stops at the first group that does not fit; first fit passes over it. A group larger than the whole
    session, whose ``capacity`` was lowered after it had joined, stops nobody: the list would stand still for ever.
    It keeps its place, for it may become smaller and the session larger again.
    """
    chosen: list[int] = []
    for identifier, pupils in queue:
        if pupils <= seats_left:
            chosen.append(identifier)
            seats_left = 0 if one_group else seats_left - pupils
        elif policy == WaitingPolicy.STRICT and not too_large(pupils=pupils, capacity=capacity):
            break
    return chosen


def too_large(*, pupils: int, capacity: int) -> bool:
    """Whether a group would not even fit into the empty session."""
    return pupils > capacity


def passed_over(queue: Sequence[tuple[int, int]], chosen: Sequence[int]) -> list[int]:
    """Who stood before somebody that moved up: each such pass is written down."""
    if not chosen:
        return []
    last = max(place for place, (identifier, _pupils) in enumerate(queue) if identifier in chosen)
    return [identifier for identifier, _pupils in queue[:last] if identifier not in chosen]


def list_moves(*, now: datetime, opens_at: datetime, closes_at: datetime, starts_at: datetime) -> bool:
    """Whether places that come free are offered to those who wait.

    While booking is open, and after its end until some hours before the session: head counts are fixed about when
    booking ends, and whoever cancels late does so after it. What they give back would otherwise reach nobody.
    """
    return opens_at <= now < min(starts_at, max(closes_at, starts_at - LAST_OFFER))


def offer_ends(*, now: datetime, hours: int, starts_at: datetime) -> datetime:
    """Until when an offer stands: its hours, but at most half of what is left until the session begins.

    So the next in line, too, has time to answer and to get ready.
    """
    return now + min(timedelta(hours=hours), (starts_at - now) / 2)


def accept_refusal(*, state: str, now: datetime, expires_at: datetime | None) -> Refusal | None:
    """Why the offered places may not be taken now."""
    if state != BookingState.OFFERED:
        return Refusal("no_offer", _("No places are offered to this group now."))
    if expires_at is not None and expires_at <= now:
        return Refusal(
            "offer_expired",
            _("The offer ended at {time}; the places went to the next group.").format(time=moment_text(expires_at)),
        )
    return None


def leave_refusal(*, state: str, now: datetime, starts_at: datetime) -> Refusal | None:
    """Why a group may not leave the waiting list now."""
    if state not in IN_LINE:
        return Refusal("not_waiting", _("This group is not on the waiting list any more."))
    if starts_at <= now:
        return Refusal("session_past", _("The session began at {time}.").format(time=moment_text(starts_at)))
    return None


def policy_words(policy: str, *, one_group: bool) -> str:
    """The rule of a session's waiting list, as it is told to everybody who waits."""
    hours = LAST_OFFER // timedelta(hours=1)
    until = _("Places are offered after the end of booking too, until {hours} hours before the session begins.")
    return f"{_order_words(policy, one_group=one_group)} {until.format(hours=hours)}"


def _order_words(policy: str, *, one_group: bool) -> str:
    if one_group:
        return _("This session takes one group only: the places are offered to the first group in line.")
    if policy == WaitingPolicy.STRICT:
        return _(
            "Strict order: the places are offered to the first group in line. "
            "Nobody is passed over; the list stands still until the first group fits. "
            "Only a group larger than the whole session holds up nobody."
        )
    return _(
        "First group that fits: the places are offered in the order of the list to the first group that is small "
        "enough. A larger group keeps its place, and each time it is passed over is written down."
    )


def too_large_words(*, pupils: int, capacity: int) -> str:
    """What a waiting group is told while it is larger than the whole session; nothing when it is not."""
    if not too_large(pupils=pupils, capacity=capacity):
        return ""
    message = ngettext(
        "This session now has {count} place only, too few for your {pupils} pupils. Your group keeps its place in "
        "line, but those behind it are offered places first. Make the group smaller, or choose another date.",
        "This session now has {count} places only, too few for your {pupils} pupils. Your group keeps its place in "
        "line, but those behind it are offered places first. Make the group smaller, or choose another date.",
        capacity,
    )
    return message.format(count=capacity, pupils=pupils)
