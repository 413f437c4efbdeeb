"""Who may."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.activities.models import OwnActivity, TaughtActivity
from programs.core.permissions import SCHOOL_STAFF, Role, does, sees
from programs.schools.models import School
from programs.schools.policy import may_act_for
from programs.schools.queries.roles import roles_of
from programs.schools.rules import LEADING

PERMISSIONS = [
    sees(
        _("the STEM lessons that were taught, and who taught them"),
        (*SCHOOL_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER, Role.STEERING),
        "activity_list",
    ),
    does(_("report a lesson that was taught"), SCHOOL_STAFF, "activity_report"),
    sees(
        _("a taught lesson with what was corrected"),
        (*SCHOOL_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER, Role.STEERING),
        "activity_detail",
    ),
    sees(
        _("what schools did themselves, such as clubs and festivals"),
        (*SCHOOL_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER, Role.STEERING),
        "own_list",
        "own_detail",
    ),
    does(_("report what the school did itself"), SCHOOL_STAFF, "own_report"),
    does(
        _("correct or withdraw an own activity: who reported it, and the school's coordinator and leadership"),
        SCHOOL_STAFF,
        "own_correct",
        "own_withdraw",
    ),
    does(
        _("correct or withdraw a lesson: who reported it, and the school's coordinator and leadership"),
        SCHOOL_STAFF,
        "activity_correct",
        "activity_withdraw",
    ),
]


def may_see_activities(user) -> bool:
    """The staff of a school, and officers; which lessons they see, ``activities_visible_to`` says."""
    roles = roles_of(user)
    return roles.is_school_staff or roles.is_officer


def may_report(user) -> bool:
    """Whether there is a school for which the person may report."""
    return bool(roles_of(user).working_schools)


def may_correct(user, activity: TaughtActivity | OwnActivity) -> bool:
    """Who reported it, while at the school; and whoever leads the school, since people leave."""
    if not may_act_for(user, activity.school):
        return False
    return activity.reported_by_id == user.pk or activity.school in roles_of(user).schools_as(*LEADING)


def may_report_for(user, school: School) -> bool:
    """The staff of a working school, for its classes."""
    return may_act_for(user, school)
