"""Who sees figures of participation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import Role, does, sees
from programs.schools.queries.roles import roles_of
from programs.schools.rules import LEADING

READERS = (
    Role.COORDINATOR,
    Role.PRINCIPAL,
    Role.WARD_OFFICER,
    Role.DEPARTMENT_OFFICER,
    Role.STEERING,
)

PERMISSIONS = [
    sees(
        _("participation within their scope, down to the rows behind each figure, and as a spreadsheet"),
        READERS,
        "participation",
        "participation_rows",
        "participation_xlsx",
        "participation_rows_xlsx",
    ),
    does(
        _("write to the schools in their scope that had no activity in a term"),
        (Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER),
        "participation_remind",
    ),
]


def may_compare_schools(user) -> bool:
    """Officers, within their scope; a school only compares itself over time."""
    return roles_of(user).is_officer


def may_remind(user, _target: object = None) -> bool:
    """Those who answer for schools; the steering committee only reads."""
    roles = roles_of(user)
    return roles.is_department or roles.is_ward_officer


def may_see_participation(user) -> bool:
    """Officers see their scope; who answers for a school sees that school."""
    return may_compare_schools(user) or bool(roles_of(user).schools_as(*LEADING))
