"""What a person is, and who may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from programs.core.choices import Level
from programs.schools.choices import Authority, OfficeRole, SchoolRole
from programs.schools.models import Membership, School

COORDINATING = (SchoolRole.COORDINATOR, SchoolRole.DEPUTY)
DEPARTMENT_LEVELS = frozenset({Level.UPPER_SECONDARY, Level.CONTINUING})


class OwnRecord(Protocol):
    """A person's own row in a school's register of pupils."""

    pk: int
    school_id: int
    school: School


@dataclass(frozen=True)
class Standing:
    """What a person is in the province: a plain value, so that rules can judge it without a query."""

    user_id: int | None = None
    memberships: tuple[Membership, ...] = ()
    pupil: OwnRecord | None = None
    posts: dict[str, frozenset[int]] = field(default_factory=dict)  # office role -> areas, empty for all
    heritage: frozenset[int] = frozenset()  # schools that have merged into one of the person's own

    @property
    def schools(self) -> list[School]:
        """Each school in which the person holds a role now, once."""
        return list({membership.school_id: membership.school for membership in self.memberships}.values())

    @property
    def working_schools(self) -> list[School]:
        return [school for school in self.schools if school.is_working]

    @property
    def own_school_ids(self) -> set[int]:
        return {membership.school_id for membership in self.memberships}

    @property
    def school_ids(self) -> set[int]:
        """Schools whose records the person may read: the own ones, and what those took over when they merged."""
        return self.own_school_ids | self.heritage

    @property
    def working_school_ids(self) -> set[int]:
        return {school.pk for school in self.working_schools}

    def schools_as(self, *roles: str) -> list[School]:
        held = {m.school_id: m.school for m in self.memberships if m.role in roles}
        return list(held.values())

    def roles_at(self, school: School) -> set[str]:
        return {membership.role for membership in self.memberships if membership.school_id == school.pk}

    def is_staff_of(self, school: School) -> bool:
        return bool(self.roles_at(school))

    def is_teacher_at(self, school: School) -> bool:
        return SchoolRole.TEACHER in self.roles_at(school)

    def coordinates(self, school: School) -> bool:
        """Coordinator or deputy of ``school``."""
        return bool(self.roles_at(school) & set(COORDINATING))

    @property
    def is_school_staff(self) -> bool:
        return bool(self.memberships)

    @property
    def is_department(self) -> bool:
        return OfficeRole.DEPARTMENT in self.posts

    @property
    def is_ward_officer(self) -> bool:
        return OfficeRole.WARD in self.posts

    @property
    def is_steering(self) -> bool:
        return OfficeRole.STEERING in self.posts

    @property
    def is_officer(self) -> bool:
        return bool(self.posts)


def authority_of(levels: Iterable[str]) -> Authority:
    """The authority follows the highest level: the ward up to lower secondary, the department above."""
    return Authority.DEPARTMENT if DEPARTMENT_LEVELS & set(levels) else Authority.WARD


def can_act_for(standing: Standing, school: School) -> bool:
    """Any current member of staff, once the school's authority has verified it."""
    return school.is_working and standing.is_staff_of(school)


def can_coordinate(standing: Standing, school: School) -> bool:
    """Coordinator or deputy of a working school: invites, ends memberships, approves."""
    return school.is_working and standing.coordinates(school)


def can_end_membership(standing: Standing, membership: Membership) -> bool:
    """Coordinator and deputy end teachers and principals; only the coordinator a deputy; nobody the coordinator."""
    if membership.role == SchoolRole.COORDINATOR or not can_coordinate(standing, membership.school):
        return False
    if membership.role == SchoolRole.DEPUTY:
        return SchoolRole.COORDINATOR in standing.roles_at(membership.school)
    return True
