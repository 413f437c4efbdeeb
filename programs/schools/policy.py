"""What a person is in the province, and who may act for a school."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.accounts.hooks import require_second_factor
from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, Holders, Reach, Role, does, nowhere, sees
from programs.schools.choices import Authority, OfficeRole, SchoolRole
from programs.schools.models import Membership, OfficerPost, School
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import schools_to_keep
from programs.schools.rules import COORDINATING


@require_second_factor
def officers() -> Q:
    return Q(Exists(OfficerPost.objects.filter(user=OuterRef("pk"))))


@require_second_factor
def coordinators_and_their_deputies() -> Q:
    return Q(Exists(Membership.objects.current().filter(user=OuterRef("pk"), role__in=COORDINATING)))


OFFICES = {
    OfficeRole.WARD: Role.WARD_OFFICER,
    OfficeRole.DEPARTMENT: Role.DEPARTMENT_OFFICER,
    OfficeRole.STEERING: Role.STEERING,
}


def _members(*roles: str) -> QuerySet[Membership]:
    members = Membership.objects.current().filter(role__in=roles).select_related("user", "school__ward")
    return members.order_by("user__sort_key", "pk")


def _posts(role: str) -> QuerySet[OfficerPost]:
    posts = OfficerPost.objects.filter(role=role).select_related("user").prefetch_related("areas")
    return posts.order_by("user__sort_key", "pk")


def school_of(row: Any) -> str:
    """The school of a membership or of a pupil, in words."""
    return f"{row.school.name}, {row.school.ward}"


def _areas(post: OfficerPost) -> str:
    """An office without an area has the whole jurisdiction, but a ward officer without a ward has nothing."""
    names = [area.name for area in post.areas.all()]
    if names or post.role == OfficeRole.WARD:
        return ", ".join(names) or "—"
    return nowhere(post)


def _of_school(role: Role, *school_roles: str) -> Holders:
    return Holders(
        role=role,
        rows=lambda: _members(*school_roles),
        person="user",
        scope=school_of,
        title=lambda row: row.get_role_display(),
        since=lambda row: row.started_on,
    )


def _of_office(office: str, role: Role) -> Holders:
    return Holders(
        role=role,
        rows=lambda: _posts(office),
        person="user",
        scope=_areas,
        title=lambda row: row.get_role_display(),
        since=lambda row: None,
    )


HOLDERS = [
    _of_school(Role.TEACHER, SchoolRole.TEACHER),
    _of_school(Role.COORDINATOR, SchoolRole.COORDINATOR, SchoolRole.DEPUTY),
    _of_school(Role.PRINCIPAL, SchoolRole.PRINCIPAL),
    *(_of_office(office, role) for office, role in OFFICES.items()),
]


OFFICERS = (Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER)

PERMISSIONS = [
    sees(_("the official list of schools"), EVERYBODY, "school_list", reach=Reach.ALL),
    does(
        _("join a school's staff through the link in their invitation"),
        EVERYBODY,
        "invitation_accept",
        reach=Reach.ALL,
    ),
    sees(
        _("a school's page: its staff with role and email, for viewers no person; no pupils or classes for officers"),
        (*SCHOOL_STAFF, *OFFICERS, Role.STEERING),
        "school_detail",
    ),
    does(
        _("invite staff, withdraw invitations and end roles"),
        (Role.COORDINATOR,),
        "staff_invite",
        "invitation_withdraw",
        "membership_end",
    ),
    does(
        _("invite many at once, give roles, hand over the coordinator's role, add and change classes"),
        (Role.COORDINATOR,),
        "staff_invite_many",
        "membership_role",
        "coordinator_hand_over",
        "class_add",
        "class_edit",
    ),
    sees(
        _("the official list for their area with the status of each school, also as a file"),
        (*OFFICERS, Role.STEERING),
        "school_register",
        "school_register_xlsx",
    ),
    does(
        _("import the official list of schools from a file"),
        (Role.DEPARTMENT_OFFICER,),
        "school_list_imports",
        "school_list_detail",
        "school_list_columns",
        "school_list_apply",
        "school_list_drop",
    ),
]


def may_see_register(user) -> bool:
    """Officers, each the schools of their scope."""
    return roles_of(user).is_officer


def may_keep_schools(user) -> bool:
    """Whether keeping schools is part of the person's office: the department and the wards, not the committee."""
    roles = roles_of(user)
    return roles.is_department or roles.is_ward_officer


def may_keep(user, school: School) -> bool:
    """Whether the officer keeps this very school, by the office and by its area.

    The department keeps the whole list; a ward the schools that it answers for.
    """
    roles = roles_of(user)
    by_office = roles.is_department or (roles.is_ward_officer and school.authority == Authority.WARD)
    return by_office and schools_to_keep(user).filter(pk=school.pk).exists()


def may_import_list(user) -> bool:
    """The department; one whose post is cut to some areas changes only the schools there."""
    return roles_of(user).is_department


def may_act_for(user, school: School) -> bool:
    """Any current member of staff, once the school's authority has verified it."""
    return school.is_working and roles_of(user).is_staff_of(school)


def may_coordinate(user, school: School) -> bool:
    """Coordinator or deputy of a working school: invites, ends memberships, approves."""
    return school.is_working and roles_of(user).coordinates(school)


def may_hand_over(user, school: School) -> bool:
    """The coordinator alone, not the deputy."""
    return school.is_working and _is_coordinator(user, school)


def may_end_membership(user, membership: Membership) -> bool:
    """Coordinator and deputy end teachers and principals; only the coordinator a deputy; nobody the coordinator."""
    if membership.role == SchoolRole.COORDINATOR or not may_coordinate(user, membership.school):
        return False
    return membership.role != SchoolRole.DEPUTY or _is_coordinator(user, membership.school)


def may_change_role(user, membership: Membership) -> bool:
    """Who may end a role may give another one instead; nobody changes their own role."""
    return membership.user_id != user.pk and may_end_membership(user, membership)


def _is_coordinator(user, school: School) -> bool:
    return SchoolRole.COORDINATOR in roles_of(user).roles_at(school)
