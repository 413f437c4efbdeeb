"""Who may."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import Role, does
from programs.schools.models import School
from programs.schools.policy import may_keep_schools
from programs.schools.queries.schools import schools_to_keep

OFFICERS = (Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER)

PERMISSIONS = [
    does(
        _("rename, renumber, suspend, close and merge the schools they are responsible for, and replace a coordinator"),
        OFFICERS,
        "school_twins",
        "school_tell_apart",
        "school_rename",
        "school_recode",
        "school_suspend",
        "school_resume",
        "school_close",
        "school_merge",
        "coordinator_replace",
    ),
]


def may_see_twins(user) -> bool:
    """Those who keep schools look for duplicates among them."""
    return may_keep_schools(user)


def may_tell_apart(user, one: School, other: School) -> bool:
    """Only an officer who keeps both schools."""
    return schools_to_keep(user).filter(pk__in=[one.pk, other.pk]).count() == 2
