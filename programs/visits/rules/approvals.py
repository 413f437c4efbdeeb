"""Whose yes a visit needs, and who may give it. Plain values in; no clock, no query.

Which risk asks for whom is data of the jurisdiction (``[visit_approvals]``): a walk to the library next door needs
the school alone, a bus to another ward the authority too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from programs.core.choices import Level
from programs.core.refusals import Refusal
from programs.schools.choices import Authority, SchoolRole
from programs.visits.choices import ApprovalKind, ApprovalState, BookingState, VisitRisk

ALWAYS = "always"
DECIDABLE = (BookingState.HELD, BookingState.PAPERS_DUE)


@dataclass(frozen=True)
class RiskFacts:
    """What of a visit can make it riskier."""

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
    """Who is asked next: the school's own head first; once that is a yes, the authorities together."""
    own = [kind for kind in needed if kind == ApprovalKind.PRINCIPAL]
    if any(states.get(kind) != ApprovalState.APPROVED for kind in own):
        return [kind for kind in own if kind not in states]
    return [kind for kind in needed if kind not in states]


def is_approved(needed: Sequence[str], states: Mapping[str, str]) -> bool:
    return all(states.get(kind) == ApprovalState.APPROVED for kind in needed)


def can_decide(kind: str, *, standing, school, school_alone: bool, has_principal: bool, in_scope: bool) -> bool:
    """Whether this person's yes counts as ``kind``.

    The principal answers for the school, the coordinator where there is none, and either of them where the school
    decides alone. ``in_scope``: the school is among those that the officer looks after.
    """
    if kind == ApprovalKind.PRINCIPAL:
        if not school.is_working:
            return False
        stands_in = standing.coordinates(school) and (school_alone or not has_principal)
        return SchoolRole.PRINCIPAL in standing.roles_at(school) or stands_in
    if kind == ApprovalKind.WARD and school.authority != Authority.DEPARTMENT:
        return in_scope and standing.is_ward_officer
    return in_scope and standing.is_department


def decision_refusal(*, state: str, approval_state: str, approved: bool, reason: str) -> Refusal | None:
    """Why this answer may not be written down now."""
    if state not in DECIDABLE or approval_state != ApprovalState.ASKED:
        return Refusal("not_asked", _("Nobody waits for this answer any more."))
    if not approved and not reason:
        return Refusal("reason_missing", _("Say why not, so that the school knows what to change."), "reason")
    return None
