"""Which papers and approvals a visit needs, and whether it may be confirmed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.choices import ApprovalKind, ApprovalState, BookingState
from programs.bookings.rules.booking import move_refusal
from programs.centres.choices import VisitRisk
from programs.centres.rules import moment_text
from programs.core.choices import Level
from programs.core.refusals import Refusal
from programs.schools.choices import Authority, SchoolRole

INCOMPLETE = (BookingState.HELD, BookingState.PAPERS_DUE)
WARN_BEFORE = timedelta(days=2)


def papers_due(*, starts_at: datetime, confirm_days: int, now: datetime) -> datetime:
    """Until when a school completes its papers: the end of the centre's last day for it.

    Later bookings have until the evening before the session, or until it begins.
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
        "{count} paper is still missing: submit it on the booking's page.",
        "{count} papers are still missing: submit them on the booking's page.",
        facts.papers_missing,
    )
    return Refusal("papers_missing", message.format(count=facts.papers_missing))


def _consents_missing(facts: CompletenessFacts) -> Refusal | None:
    if facts.staying >= facts.pupils:
        return Refusal("no_consents", _("No one has consent to come yet. Remind the guardians, or cancel the visit."))
    if not facts.staying or facts.alternative:
        return None
    message = ngettext(
        "{count} pupil is staying at school without consent: describe the equivalent activity.",
        "{count} pupils are staying at school without consent: describe the equivalent activity.",
        facts.staying,
    )
    return Refusal("alternative_missing", message.format(count=facts.staying), "alternative")


def _approvals_missing(facts: CompletenessFacts) -> Refusal | None:
    if not facts.approvals_missing:
        return None
    return Refusal(
        "approval_missing", _("The visit has not been approved yet. You will get a message as soon as it is.")
    )


ALWAYS = "always"
DECIDABLE = (BookingState.HELD, BookingState.PAPERS_DUE)


@dataclass(frozen=True)
class RiskFacts:
    """The facts that can make a visit riskier."""

    same_ward: bool
    same_city: bool
    hired_vehicle: bool
    price_vnd: int
    level: str


def risks_of(facts: RiskFacts) -> tuple[VisitRisk, ...]:
    """What makes this visit riskier than one next door; nothing for the nearest and free one."""
    primary = facts.level == Level.PRIMARY
    found = {
        VisitRisk.OTHER_WARD: not facts.same_ward,
        VisitRisk.HIRED_VEHICLE: facts.hired_vehicle,
        VisitRisk.PAID: facts.price_vnd > 0,
        VisitRisk.PRIMARY: primary,
        VisitRisk.PRIMARY_OUTSIDE_CITY: primary and not facts.same_city,
    }
    return tuple(risk for risk, holds in found.items() if holds)


def approvals_needed(risks: Collection[str], table: Mapping[str, Sequence[str]]) -> tuple[ApprovalKind, ...]:
    """The approvals that ``table`` asks for, the school's own first."""
    asked = {kind for name in (ALWAYS, *risks) for kind in table.get(name, ())}
    return tuple(kind for kind in ApprovalKind if kind in asked)


def to_ask_now(needed: Sequence[str], states: Mapping[str, str]) -> list[str]:
    """Who is asked next: the school's own head first; after a yes, the authorities together."""
    own = [kind for kind in needed if kind == ApprovalKind.PRINCIPAL]
    if any(states.get(kind) != ApprovalState.APPROVED for kind in own):
        return [kind for kind in own if kind not in states]
    return [kind for kind in needed if kind not in states]


def is_approved(needed: Sequence[str], states: Mapping[str, str]) -> bool:
    return all(states.get(kind) == ApprovalState.APPROVED for kind in needed)


def can_decide(kind: str, *, roles, school, school_alone: bool, has_principal: bool, in_scope: bool) -> bool:
    """Whether this person's yes counts as ``kind``.

    The principal answers for the school, the coordinator where there is none, and either of them where the school
    decides alone. ``in_scope``: the school is among those that the officer looks after.
    """
    if kind == ApprovalKind.PRINCIPAL:
        if not school.is_working:
            return False
        stands_in = roles.coordinates(school) and (school_alone or not has_principal)
        return SchoolRole.PRINCIPAL in roles.roles_at(school) or stands_in
    if kind == ApprovalKind.WARD and school.authority != Authority.DEPARTMENT:
        return in_scope and roles.is_ward_officer
    return in_scope and roles.is_department


def decision_refusal(*, state: str, approval_state: str, approved: bool, reason: str) -> Refusal | None:
    """Why this answer may not be recorded now."""
    if state not in DECIDABLE or approval_state != ApprovalState.ASKED:
        return Refusal("not_asked", _("No one is waiting for this answer any more."))
    if not approved and not reason:
        return Refusal("reason_missing", _("Say why not, so that the school knows what to change."), "reason")
    return None
