"""The organiser looks at its entries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import Role, does, sees
from programs.projects.models import Project
from programs.schools.queries.roles import roles_of


def may_see_board(user, _target: object = None) -> bool:
    return roles_of(user).is_department


def may_check(user, _project: Project) -> bool:
    return roles_of(user).is_department


PERMISSIONS = [
    sees(
        _("the entries of a competition by field, school and status, with what is alike"),
        (Role.DEPARTMENT_OFFICER,),
        "entry_board",
        "entry_export",
    ),
    does(_("find entries eligible or not, with a reason"), (Role.DEPARTMENT_OFFICER,), "entry_check"),
]
