"""Who may, and whether it may happen now. Plain values in; no clock, no query."""

from __future__ import annotations

from programs.schools.choices import Authority
from programs.schools.models import School
from programs.schools.queries import Standing


def can_act_for(standing: Standing, school: School) -> bool:
    """Any current member of staff, once the school's authority has verified it."""
    return school.is_working and standing.is_staff_of(school)


def can_coordinate(standing: Standing, school: School) -> bool:
    """Coordinator or deputy of a working school: invites, ends memberships, approves."""
    return school.is_working and standing.coordinates(school)


def can_decide_claim(standing: Standing, school: School) -> bool:
    """The ward answers for primary and lower secondary schools, the department for the others."""
    if school.authority == Authority.DEPARTMENT:
        return standing.is_department
    return standing.is_ward_officer
