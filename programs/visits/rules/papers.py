"""What a booking must have before it is confirmed, and when it lapses. Plain values in; no clock, no query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.refusals import Refusal
from programs.visits.choices import BookingState
from programs.visits.rules.booking import moment_text
from programs.visits.rules.life import move_refusal

INCOMPLETE = (BookingState.HELD, BookingState.PAPERS_DUE)
WARN_BEFORE = timedelta(days=2)


def papers_due(*, starts_at: datetime, confirm_days: int, now: datetime) -> datetime:
    """Until when a school completes its papers: the end of the centre's last day for it.

    Who books after that has until the evening before the session, or until it begins.
    """
    day = timezone.localtime(starts_at).date()
    for days in (confirm_days, 1):
        due = timezone.make_aware(datetime.combine(day - timedelta(days=days), time(23, 59)))
        if now < due < starts_at:
            return due
    return starts_at


def warning_due(*, since: datetime, due: datetime) -> datetime:
    """When the school is warned: two days before, or half-way where there is less time."""
    return max(due - WARN_BEFORE, since + (due - since) / 2)


def lapses(*, state: str, due: datetime | None, now: datetime, starts_at: datetime) -> bool:
    """Whether the places go back now. A group whose session has begun is the centre's to judge, at the door."""
    return state in INCOMPLETE and due is not None and due <= now < starts_at


def paper_refusal(*, state: str, text: str, has_file: bool) -> Refusal | None:
    """Why this paper may not be handed in now."""
    if state not in INCOMPLETE:
        return Refusal("papers_fixed", _("The papers of this booking can no longer be changed."))
    if not text and not has_file:
        return Refusal("paper_empty", _("Write it here, or choose a file."), "text")
    return None


@dataclass(frozen=True)
class CompletenessFacts:
    """How far the papers of a booking are."""

    state: str
    now: datetime
    starts_at: datetime
    pupils: int
    papers_missing: int
    approvals_missing: int
    staying: int  # of the booked pupils: nobody agreed that they come
    alternative: str


def confirm_refusal(facts: CompletenessFacts) -> Refusal | None:
    """Why the school may not confirm now: everything on the list must be there."""
    if facts.starts_at <= facts.now:
        return Refusal("session_past", _("The session began at {time}.").format(time=moment_text(facts.starts_at)))
    if (moved := move_refusal(state=facts.state, to=BookingState.CONFIRMED)) is not None:
        return moved
    return _papers_missing(facts) or _consents_missing(facts) or _approvals_missing(facts)


def _papers_missing(facts: CompletenessFacts) -> Refusal | None:
    if not facts.papers_missing:
        return None
    message = ngettext(
        "{count} paper is still missing: hand it in on the page of the booking.",
        "{count} papers are still missing: hand them in on the page of the booking.",
        facts.papers_missing,
    )
    return Refusal("papers_missing", message.format(count=facts.papers_missing))


def _consents_missing(facts: CompletenessFacts) -> Refusal | None:
    if facts.staying >= facts.pupils:
        return Refusal("no_consents", _("Nobody has a consent to come yet. Remind the guardians, or cancel the visit."))
    if not facts.staying or facts.alternative:
        return None
    message = ngettext(
        "{count} pupil stays at school without a consent: write down the equivalent activity.",
        "{count} pupils stay at school without a consent: write down the equivalent activity.",
        facts.staying,
    )
    return Refusal("alternative_missing", message.format(count=facts.staying), "alternative")


def _approvals_missing(facts: CompletenessFacts) -> Refusal | None:
    if not facts.approvals_missing:
        return None
    return Refusal("approval_missing", _("The visit is not approved yet. You get a message as soon as it is."))
