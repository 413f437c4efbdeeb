"""Who may."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import Role, does
from programs.duplicates.models import PupilPair, SchoolMerger
from programs.pupils.policy import may_keep_pupil
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
    does(
        _("undo a merger of two schools that they are both responsible for, within two weeks"),
        OFFICERS,
        "school_mergers",
        "school_merge_undo",
    ),
    does(
        _("decide whether two pupils of merged schools are one child"),
        (Role.COORDINATOR,),
        "pupil_pairs",
        "pupil_pair",
        "pupil_pair_reopen",
    ),
]


def may_see_twins(user) -> bool:
    """Those who keep schools look for duplicates among them."""
    return may_keep_schools(user)


def may_undo(user, merger: SchoolMerger) -> bool:
    """Only an officer who keeps both schools, as for the merger itself."""
    return schools_to_keep(user).filter(pk__in=[merger.source_id, merger.target_id]).count() == 2


def may_decide_pair(user, pair: PupilPair) -> bool:
    """Who keeps the roll on which both stand."""
    return may_keep_pupil(user, pair.first) and may_keep_pupil(user, pair.second)


def may_tell_apart(user, one: School, other: School) -> bool:
    """Only an officer who keeps both schools."""
    return schools_to_keep(user).filter(pk__in=[one.pk, other.pk]).count() == 2
