"""Who keeps a school's classes and its roll."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SCHOOL_STAFF, Holders, Role, does, sees
from programs.pupils.models import ClassGroup, Pupil
from programs.schools.models import School
from programs.schools.policy import can_coordinate, school_of
from programs.schools.rules import Standing


def _pupils() -> QuerySet[Pupil]:
    pupils = Pupil.objects.filter(user__isnull=False, left_on__isnull=True).select_related("user", "school__ward")
    return pupils.order_by("sort_key", "pk")


HOLDERS = [
    Holders(
        role=Role.PUPIL,
        rows=_pupils,
        person="user",
        scope=school_of,
        title=lambda row: Role.PUPIL.label,
        since=lambda row: row.imported_at,
    ),
]


PERMISSIONS = [
    sees(_("the classes with the names of their pupils"), SCHOOL_STAFF, "class_detail"),
    sees(
        _("a pupil's page; the guardian's telephone only as coordinator or as the class's own teacher"),
        SCHOOL_STAFF,
        "pupil_detail",
    ),
    does(
        _("mark pupils as left or come back, join two records of one child, and move the classes up"),
        (Role.COORDINATOR,),
        "pupils_leave",
        "pupil_return",
        "pupil_merge",
        "promotion",
    ),
]


def can_keep_roll(standing: Standing, school: School) -> bool:
    """Coordinator or deputy: marks who left, joins two records of one child."""
    return can_coordinate(standing, school)


def can_see_guardian(standing: Standing, pupil: Pupil, place: ClassGroup | None) -> bool:
    """The coordinator, and the homeroom teacher of the class in which the pupil is now."""
    is_homeroom = place is not None and place.homeroom_teacher_id == standing.user_id
    return can_coordinate(standing, pupil.school) or (is_homeroom and standing.is_staff_of(pupil.school))


def can_issue_cards(standing: Standing, class_group: ClassGroup) -> bool:
    """The homeroom teacher for the own class, coordinator and deputy for every class of their school."""
    school = class_group.school
    is_homeroom = class_group.homeroom_teacher_id == standing.user_id and standing.is_staff_of(school)
    return can_coordinate(standing, school) or (school.is_working and is_homeroom)


def can_import(standing: Standing, school: School) -> bool:
    """Coordinator or deputy of a working school."""
    return can_coordinate(standing, school)
