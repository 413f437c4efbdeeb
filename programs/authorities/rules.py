"""Who must agree to a visit, and whom the question falls to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from programs.authorities.choices import ApprovalKind, ApprovalState, Office
from programs.authorities.models import Question
from programs.centres.choices import VisitRisk
from programs.centres.models import FieldTrip
from programs.core.choices import Level
from programs.schools.choices import Authority
from programs.schools.models import School


def chain_of(first: str, authority: str) -> tuple[Office, ...]:
    """Whom a question to ``first`` is put to, one after the other; the ward has no say over the department's schools."""
    offices = tuple(Office)
    chain = offices[offices.index(Office(first)) :]
    if authority == Authority.DEPARTMENT:
        return tuple(office for office in chain if office != Office.WARD)
    return chain


def answering(first: str, asked_of: str, authority: str) -> tuple[Office, ...]:
    """Whose answer counts when ``asked_of`` is asked: theirs, and that of those who were asked before."""
    chain = chain_of(first, authority)
    return chain[: chain.index(Office(asked_of)) + 1] if asked_of in chain else chain[:1]


def is_in_school(office: str) -> bool:
    return office in (Office.PRINCIPAL, Office.COORDINATOR)


def days_to_answer(office: str, table: Mapping[str, int]) -> int | None:
    """How many working days this office has before the next is asked; the last of all has no next."""
    return None if office == Office.DEPARTMENT else table.get(office)


def office_name(office: str, school: School) -> str:
    """As a letter names it."""
    if office == Office.WARD:
        return _("People's committee of {ward}").format(ward=school.ward)
    return str(Office(office).label)


def approval_label(kind: str, school: School) -> str:
    """The authority by its name: for upper secondary schools it is the department."""
    if kind == ApprovalKind.WARD and school.authority == Authority.DEPARTMENT:
        return str(Authority.DEPARTMENT.label)
    return str(ApprovalKind(kind).label)


def stands_in_for(approval: Question, school: School) -> str:
    """The office that should have answered, where another is asked."""
    return office_name(chain_of(approval.kind, school.authority)[0], school) if approval.stands_in else ""


def chain_after(approval: Question, school: School) -> tuple[str, ...]:
    """The offices that have not been asked yet."""
    chain = chain_of(approval.kind, school.authority)
    return chain[chain.index(Office(approval.office)) + 1 :] if approval.office in chain else chain


def offices_of(approval: Question, school: School, *, alone: bool) -> tuple[str, ...]:
    """Whose answer counts; ``alone``: no authority is asked, so the coordinator may answer as well as the head."""
    offices = answering(approval.kind, approval.asked_of, school.authority)
    return (*offices, Office.COORDINATOR) if alone and offices == (Office.PRINCIPAL,) else offices


ALWAYS = "always"


def risks_of(trip: FieldTrip, *, same_ward: bool, same_city: bool, level: str) -> tuple[VisitRisk, ...]:
    """What makes this visit riskier than one next door; nothing for the nearest and free one."""
    primary = level == Level.PRIMARY
    found = {
        VisitRisk.OTHER_WARD: not same_ward,
        VisitRisk.HIRED_VEHICLE: trip.needs_transport,
        VisitRisk.PAID: trip.price_vnd > 0,
        VisitRisk.PRIMARY: primary,
        VisitRisk.PRIMARY_OUTSIDE_CITY: primary and not same_city,
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


@dataclass(frozen=True)
class ApprovalLine:
    """An approval the visit needs and its current state; ``state`` is empty until it is requested."""

    kind: str
    school: School
    row: Any

    @property
    def label(self) -> str:
        return approval_label(self.kind, self.school)

    @property
    def state(self) -> str:
        return self.row.state if self.row else ""

    @property
    def done(self) -> bool:
        return self.state == ApprovalState.APPROVED

    @property
    def again(self) -> bool:
        return self.row is not None and not self.done and bool(self.row.asked_again)

    @property
    def whom(self) -> str:
        """Who is asked now, by name."""
        return office_name(self.row.office, self.school) if self.row else self.label

    @property
    def decided_by(self) -> str:
        return str((self.row and self.row.decided_by) or self.whom)

    @property
    def instead_of(self) -> str:
        """For whom they stand in; empty when they are the first."""
        return stands_in_for(self.row, self.school) if self.row else ""


def names_of_late(lines: Sequence[ApprovalLine], school: School) -> str:
    """Whose turn it is: those who are asked, and the school where something was sent back to it."""
    asked = [line.whom for line in lines if line.state == ApprovalState.ASKED]
    return ", ".join(asked + [str(school)] * any(line.state == ApprovalState.RETURNED for line in lines))
