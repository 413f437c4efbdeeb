"""How what devices at the door noted is read: each mark, when it was made, and what the marks of a group say together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from programs.bookings.models import Booking
from programs.visit_days.choices import MarkKind


@dataclass(frozen=True)
class Mark:
    """One record from one device about one group. ``made_at`` is by the portal's clock, set right when it arrived."""

    mark_id: str
    made_at: datetime
    kind: str
    pupils: int = 0
    girls: int = 0
    adults: int = 0
    present: frozenset[int] = frozenset()
    replaces: frozenset[str] = frozenset()

    @property
    def order(self) -> tuple[datetime, str]:
        """Marks of the same moment have an order too, the same on every machine."""
        return self.made_at, self.mark_id


@dataclass(frozen=True)
class Arrival:
    """Who came, after all that was noted."""

    came: bool
    pupils: int = 0
    girls: int = 0
    adults: int = 0
    present: frozenset[int] = frozenset()
    named: bool = False  # whether anybody looked at the names: figures alone say nothing about single pupils
    first_seen: datetime | None = None


def valid_marks(marks: Sequence[Mark]) -> list[Mark]:
    """The marks that no other replaces, in the order in which they were made."""
    replaced = {mark_id for mark in marks for mark_id in mark.replaces if mark_id != mark.mark_id}
    valid = sorted((mark for mark in marks if mark.mark_id not in replaced), key=lambda mark: mark.order)
    # Marks that replace each other in a circle are a device's error; the last one counts.
    return valid or sorted(marks, key=lambda mark: mark.order)[-1:]


def merge_marks(marks: Sequence[Mark], *, girls: Collection[int] = ()) -> Arrival | None:
    """What the marks say together; ``girls`` are the pupils of the list who are girls. None without marks."""
    valid = valid_marks(marks)
    seen = [mark for mark in valid if mark.kind != MarkKind.NO_SHOW]
    if not seen:
        return Arrival(came=False) if valid else None
    last = seen[-1]
    present = frozenset().union(*(mark.present for mark in seen))
    return Arrival(
        came=True,
        pupils=max(last.pupils, len(present)),
        girls=max(last.girls, len(present & set(girls))),
        adults=last.adults,
        present=present,
        named=any(mark.kind == MarkKind.NAMES for mark in seen),
        first_seen=seen[0].made_at,
    )


def disputed_marks(marks: Sequence[Mark]) -> list[Mark]:
    """The marks that stand beside each other and do not say the same; empty when there is nothing to decide."""
    valid = valid_marks(marks)
    figures = {(mark.kind == MarkKind.NO_SHOW, mark.pupils, mark.girls, mark.adults) for mark in valid}
    names = {mark.present for mark in valid if mark.kind == MarkKind.NAMES}
    return valid if len(figures) > 1 or len(names) > 1 else []


def right_time(*, made_at: datetime, sent_at: datetime, now: datetime) -> datetime:
    """``made_at`` of a device whose clock read ``sent_at`` at the portal's ``now``: wrong clocks do not matter."""
    return made_at + (now - sent_at)


def credible_time(made_at: datetime, *, booking: Booking, now: datetime) -> datetime:
    """When a mark was made: between the beginning of its session's day and now. Any other time cannot be.

    Such a mark counts as made when it came, which the portal saw itself: it neither loses against an earlier one nor
    makes a late group punctual.
    """
    starts_at = timezone.localtime(booking.session.starts_at)
    earliest = starts_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return made_at if earliest <= made_at <= now else now
