"""Who sees and freezes reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import Reach, Role, does, sees
from programs.schools.queries.roles import roles_of

OFFICERS = (Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER, Role.STEERING)

PERMISSIONS = [
    sees(
        _("the reports for each term; officers only see the rows within their scope"),
        OFFICERS,
        "report_list",
        "report_detail",
        "report_rows",
        "report_differences",
        "report_xlsx",
        reach=Reach.ALL,
    ),
    does(_("freeze the report of a term"), (Role.DEPARTMENT_OFFICER,), "report_freeze"),
]


def may_see_reports(user) -> bool:
    return roles_of(user).is_officer


def may_freeze(user) -> bool:
    """The department alone, and one whose post holds the whole jurisdiction: a part is no report."""
    return roles_of(user).is_whole_department
