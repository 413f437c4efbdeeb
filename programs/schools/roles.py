"""Who holds the roles of the schools wing now."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from programs.core.permissions import Holders, Role, nowhere
from programs.schools.choices import OfficeRole, SchoolRole
from programs.schools.models import Membership, OfficerPost

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
