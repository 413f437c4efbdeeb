"""What several devices noted about one group, put together. Plain values in; no clock, no query.

A device in a hall without network sends its marks later, and two devices may have noted the same group without seeing
each other. Four sentences decide, whatever the order in which the marks arrive:

1. A mark replaces the marks that its maker could see. The others stand beside each other.
2. Who was seen is here: a mark with figures or names outweighs one that says "did not come".
3. The figures are those of the mark that was made last.
4. The names are united; the number of pupils and of girls is never smaller than the names.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from programs.core.refusals import Refusal
from programs.visits.choices import MarkKind

LATE_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Mark:
    """One word of one device about one group. ``made_at`` is by the portal's clock, set right when it arrived."""

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


def standing_marks(marks: Sequence[Mark]) -> list[Mark]:
    """The marks that no other replaces, in the order in which they were made."""
    replaced = {mark_id for mark in marks for mark_id in mark.replaces if mark_id != mark.mark_id}
    standing = sorted((mark for mark in marks if mark.mark_id not in replaced), key=lambda mark: mark.order)
    # Marks that replace each other in a circle are nonsense of a device; the last one is believed.
    return standing or sorted(marks, key=lambda mark: mark.order)[-1:]


def merge_marks(marks: Sequence[Mark], *, girls: Collection[int] = ()) -> Arrival | None:
    """What the marks say together; ``girls`` are the pupils of the list who are girls. None without marks."""
    standing = standing_marks(marks)
    seen = [mark for mark in standing if mark.kind != MarkKind.NO_SHOW]
    if not seen:
        return Arrival(came=False) if standing else None
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


def mark_refusal(mark: Mark, *, listed: Collection[int]) -> Refusal | None:
    """Why this mark cannot be, whatever the others say; ``listed`` are the pupils on the group's list."""
    if mark.kind == MarkKind.NO_SHOW:
        return None
    if mark.pupils < 1:
        return Refusal("no_pupils", _("If nobody came, mark the group as “did not come”."), "pupils")
    if mark.girls > mark.pupils:
        return Refusal("too_many_girls", _("There cannot be more girls than pupils."), "girls")
    if not mark.present <= set(listed):
        return Refusal("foreign_names", _("The list of participants has changed. Load the list and check in again."))
    return None


def came_late(*, checked_in_at: datetime | None, starts_at: datetime) -> bool:
    return checked_in_at is not None and checked_in_at > starts_at + LATE_AFTER


def came_partly(*, arrived: int | None, expected: int) -> bool:
    return arrived is not None and arrived < expected


def right_time(*, made_at: datetime, sent_at: datetime, now: datetime) -> datetime:
    """``made_at`` of a device whose clock read ``sent_at`` at the portal's ``now``: wrong clocks do not matter."""
    return min(now, made_at + (now - sent_at))
