"""Who keeps a school's roll, and when a pupil may leave it or be joined with another record."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from programs.core.refusals import Refusal
from programs.schools.models import ClassGroup, Pupil, School
from programs.schools.rules.standing import Standing, can_coordinate


def can_keep_roll(standing: Standing, school: School) -> bool:
    """Coordinator or deputy: marks who left, joins two records of one child."""
    return can_coordinate(standing, school)


def can_see_guardian(standing: Standing, pupil: Pupil, place: ClassGroup | None) -> bool:
    """The coordinator, and the homeroom teacher of the class in which the pupil is now."""
    is_homeroom = place is not None and place.homeroom_teacher_id == standing.user_id
    return can_coordinate(standing, pupil.school) or (is_homeroom and standing.is_staff_of(pupil.school))


def leaving_refusal(*, may: bool, left_on: date | None, today: date) -> Refusal | None:
    """``not_allowed``, ``left_in_future``."""
    if not may:
        return Refusal("not_allowed", _("Only the school's coordinator may do this."))
    if left_on and left_on > today:
        return Refusal("left_in_future", _("The day lies in the future. Choose today or an earlier day."), "left_on")
    return None


def merge_refusal(keep: Pupil, drop: Pupil, *, may: bool) -> Refusal | None:
    """``not_allowed``, ``same_record``, ``other_school``, ``already_merged``."""
    if not may:
        return Refusal("not_allowed", _("Only the school's coordinator may do this."))
    if keep.pk == drop.pk:
        return Refusal("same_record", _("This is the same record twice."))
    if keep.school_id != drop.school_id:
        return Refusal(
            "other_school", _("The two records belong to different schools. One of them must be released first.")
        )
    if keep.merged_into_id or drop.merged_into_id or keep.erased_at or drop.erased_at:
        return Refusal("already_merged", _("One of the two records is no longer in use. Open the page anew."))
    return None
