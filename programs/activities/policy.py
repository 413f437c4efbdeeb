"""Who may."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SCHOOL_STAFF, Role, does, sees
from programs.schools.queries.roles import roles_of

PERMISSIONS = [
    sees(
        _("the STEM lessons that were taught, and who taught them"),
        (*SCHOOL_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER, Role.STEERING),
        "activity_list",
    ),
    does(_("report a lesson that was taught"), SCHOOL_STAFF, "activity_report"),
]


def may_report(user) -> bool:
    """The staff of a working school, for its classes."""
    return bool(roles_of(user).working_schools)
