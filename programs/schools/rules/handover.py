"""Who gives which role to whom: one coordinator, one deputy, and no role without a person who had one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.refusals import Refusal
from programs.schools.choices import SchoolRole
from programs.schools.models import Membership, School
from programs.schools.rules.registration import INVITED_ROLES
from programs.schools.rules.standing import Standing, can_end_membership


def can_hand_over(standing: Standing, school: School) -> bool:
    """The coordinator alone, not the deputy."""
    return school.is_working and SchoolRole.COORDINATOR in standing.roles_at(school)


def can_change_role(standing: Standing, membership: Membership) -> bool:
    """Whoever may end a role may give another one instead; nobody changes an own role."""
    return membership.user_id != standing.user_id and can_end_membership(standing, membership)


def successor_refusal(*, is_staff: bool, is_same: bool) -> Refusal | None:
    if is_same:
        return Refusal("same_person", _("This person is the coordinator already."), "to")
    if not is_staff:
        return Refusal("not_staff", _("Only somebody of the school's staff can become its coordinator."), "to")
    return None


def deputy_refusal(*, is_taken: bool) -> Refusal | None:
    if not is_taken:
        return None
    return Refusal("deputy_taken", _("The school has a deputy coordinator already, and it can have only one."), "role")


def role_refusal(
    standing: Standing, membership: Membership, *, may: bool, role: str, has_role: bool, deputy_taken: bool
) -> Refusal | None:
    if membership.ended_on or not may:
        return Refusal("not_allowed", _("You cannot change this role."))
    if role not in INVITED_ROLES:
        return Refusal("role_not_given", _("The role of the coordinator is handed over."), "role")
    if role == membership.role:
        return Refusal("same_role", _("This person has this role already."), "role")
    if role == SchoolRole.DEPUTY and SchoolRole.COORDINATOR not in standing.roles_at(membership.school):
        return Refusal("not_allowed", _("Only the coordinator chooses the deputy."), "role")
    if has_role:
        return Refusal("already_member", _("This person has this role in addition already."), "role")
    return deputy_refusal(is_taken=deputy_taken) if role == SchoolRole.DEPUTY else None
