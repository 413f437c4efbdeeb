"""The waiting list: who moves up when places become free, and for how long. Plain values in; no clock, no query."""

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
    session, whose ``capacity`` was lowered after it had joined, does not hold up others, or the list would be stuck
    forever. It keeps its place, since it may become smaller or the session larger again.
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
    """Groups that were ahead of one that moved up: each time this is recorded."""
    if not chosen:
        return []
    last = max(place for place, (identifier, _pupils) in enumerate(queue) if identifier in chosen)
    return [identifier for identifier, _pupils in queue[:last] if identifier not in chosen]


def list_moves(*, now: datetime, opens_at: datetime, closes_at: datetime, starts_at: datetime) -> bool:
    """Whether places that become free are offered to waiting groups.

    While booking is open, and after its end until some hours before the session: head counts are finalised about when
    booking ends, and late cancellations come after that. Their places would otherwise go unused.
    """
    return opens_at <= now < min(starts_at, max(closes_at, starts_at - LAST_OFFER))


def offer_ends(*, now: datetime, hours: int, starts_at: datetime) -> datetime:
    """Until when an offer is open: its hours, but at most half of the time left until the session begins.

    So the next in the queue also has time to answer and get ready.
    """
    return now + min(timedelta(hours=hours), (starts_at - now) / 2)


def accept_refusal(*, state: str, now: datetime, expires_at: datetime | None) -> Refusal | None:
    """Why the offered places may not be taken now."""
    if state != BookingState.OFFERED:
        return Refusal("no_offer", _("No places are being offered to this group now."))
    if expires_at is not None and expires_at <= now:
        return Refusal(
            "offer_expired",
            _("The offer expired at {time}; the places went to the next group.").format(time=moment_text(expires_at)),
        )
    return None


def leave_refusal(*, state: str, now: datetime, starts_at: datetime) -> Refusal | None:
    """Why a group may not leave the waiting list now."""
    if state not in IN_LINE:
        return Refusal("not_waiting", _("This group is no longer on the waiting list."))
    if starts_at <= now:
        return Refusal("session_past", _("The session began at {time}.").format(time=moment_text(starts_at)))
    return None


def policy_words(policy: str, *, one_group: bool) -> str:
    """The rule of a session's waiting list, in words for everyone waiting."""
    hours = LAST_OFFER // timedelta(hours=1)
    until = _("After booking closes, places are still offered until {hours} hours before the session begins.")
    return f"{_order_words(policy, one_group=one_group)} {until.format(hours=hours)}"


def _order_words(policy: str, *, one_group: bool) -> str:
    if one_group:
        return _("This session takes only one group: the places are offered to the first group in the queue.")
    if policy == WaitingPolicy.STRICT:
        return _(
            "Strict order: the places are offered to the first group in the queue. No group is passed over; the "
            "list waits until the first group fits. Only a group larger than the whole session does not hold up "
            "the others."
        )
    return _(
        "First group that fits: places are offered in list order to the first group that is small enough. A "
        "larger group keeps its position, and each time it is passed over is recorded."
    )


def too_large_words(*, pupils: int, capacity: int) -> str:
    """What a waiting group is told while it is larger than the whole session; empty otherwise."""
    if not too_large(pupils=pupils, capacity=capacity):
        return ""
    message = ngettext(
        "This session now has only {count} place, too few for your {pupils} pupils. Your group keeps its place "
        "in the queue, but those behind it are offered places first. Make the group smaller, or choose another "
        "date.",
        "This session now has only {count} places, too few for your {pupils} pupils. Your group keeps its place "
        "in the queue, but those behind it are offered places first. Make the group smaller, or choose another "
        "date.",
        capacity,
    )
    return message.format(count=capacity, pupils=pupils)
