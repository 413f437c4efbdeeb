"""Before and after a visit: reminders and feedback. Plain values in; no clock, no query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from django.utils.translation import gettext as _

from programs.core.refusals import Refusal
from programs.visits.choices import CAME, COMING, BookingState

# What is due last stands first: a reminder that was missed is not made up for once the next is due.
REMINDERS = {"one_day": timedelta(days=1), "three_days": timedelta(days=3), "two_weeks": timedelta(days=14)}
FEEDBACK_DAYS = timedelta(days=60)
HAS_PASS = (*COMING, *CAME, BookingState.NO_SHOW)


def reminder_due(*, now: datetime, starts_at: datetime, booked_at: datetime) -> str | None:
    """Which reminder of a visit is due; none for a booking that was made later than it would have been sent."""
    for code, before in REMINDERS.items():
        if starts_at - before <= now < starts_at:
            return code if booked_at < starts_at - before else None
    return None


def may_give_feedback(*, state: str, now: datetime, ended_at: datetime) -> bool:
    return state == BookingState.CLOSED and now < ended_at + FEEDBACK_DAYS


def feedback_refusal(*, state: str, now: datetime, ended_at: datetime) -> Refusal | None:
    """Why a teacher may not answer the questions now."""
    if may_give_feedback(state=state, now=now, ended_at=ended_at):
        return None
    return Refusal("no_feedback_now", _("The questions can be answered for 60 days after the centre closed the visit."))


@dataclass(frozen=True)
class Averages:
    """What teachers answered, from 1 to 4; None without answers."""

    answers: int
    content: float | None
    welcome: float | None
    pupils_liked: float | None


def averages(rows: Sequence[tuple[int, int, int]]) -> Averages:
    if not rows:
        return Averages(0, None, None, None)
    content, welcome, liked = (round(fmean(column), 1) for column in zip(*rows, strict=True))
    return Averages(len(rows), content, welcome, liked)
