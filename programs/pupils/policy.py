"""Who keeps a school's classes and its roll."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SCHOOL_STAFF, Holders, Role, does, sees
from programs.pupils.models import ClassGroup, Pupil
from programs.schools.models import School
from programs.schools.policy import may_coordinate, school_of
from programs.schools.queries.roles import roles_of


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
        _("a pupil's page; the guardian's phone number only for coordinators and the class's own teacher"),
        SCHOOL_STAFF,
        "pupil_detail",
    ),
    does(
        _("mark pupils as left or back, merge two records of one child, separate them again, and move the classes up"),
        (Role.COORDINATOR,),
        "pupils_leave",
        "pupil_return",
        "pupil_merge",
        "pupil_part",
        "promotion",
        "promotion_back",
    ),
]


def may_keep_roll(user, school: School) -> bool:
    """Coordinator or deputy of a working school: imports its lists, keeps its classes, marks who left."""
    return may_coordinate(user, school)


def may_keep_pupil(user, pupil: Pupil) -> bool:
    return may_keep_roll(user, pupil.school)


def may_keep_class(user, class_group: ClassGroup) -> bool:
    return may_keep_roll(user, class_group.school)


def may_see_guardian(user, pupil: Pupil, place: ClassGroup | None) -> bool:
    """The coordinator, and the class teacher of the class in which the pupil is now."""
    is_homeroom = place is not None and place.homeroom_teacher_id == user.pk
    return may_keep_pupil(user, pupil) or (is_homeroom and roles_of(user).is_staff_of(pupil.school))


def may_lead_class(user, class_group: ClassGroup) -> bool:
    """The class teacher for their class, coordinator and deputy for every class of their school."""
    school = class_group.school
    is_homeroom = class_group.homeroom_teacher_id == user.pk and roles_of(user).is_staff_of(school)
    return may_keep_class(user, class_group) or (school.is_working and is_homeroom)
