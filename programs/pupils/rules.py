"""Whether a class may be added, a pupil may leave, be joined or move up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from programs.core.choices import GRADES_OF_LEVEL, Level
from programs.core.models import SchoolYear
from programs.core.refusals import Refusal
from programs.pupils.models import Pupil


def class_refusal(*, exists: bool, teacher_is_staff: bool) -> Refusal | None:
    if exists:
        return Refusal("class_exists", _("The school already has a class with this name in this school year."), "name")
    if not teacher_is_staff:
        return Refusal("not_staff", _("The class teacher must be a member of the school's staff."), "teacher")
    return None


def leaving_refusal(*, left_on: date, today: date) -> Refusal | None:
    """``left_in_future``."""
    if left_on > today:
        return Refusal(
            "left_in_future",
            _("The day lies in the future. Choose today or an earlier day."),
            "left_on",
        )
    return None


def merge_refusal(keep: Pupil, drop: Pupil) -> Refusal | None:
    """``same_record``, ``other_school``, ``already_merged``."""
    if keep.pk == drop.pk:
        return Refusal("same_record", _("This is the same record twice."))
    if keep.school_id != drop.school_id:
        return Refusal(
            "other_school",
            _("The two records belong to different schools. One of them must be released first."),
        )
    if keep.merged_into_id or drop.merged_into_id or keep.erased_at or drop.erased_at:
        return Refusal("already_merged", _("One of the two records is no longer in use. Open the page again."))
    return None


PROMOTE_FROM = timedelta(days=60)  # before the school year ends: nobody moves up in November by mistake


@dataclass(frozen=True)
class Move:
    """What becomes of one class. An empty ``next_name``: its pupils leave the school."""

    class_id: int
    next_name: str
    keeps_teacher: bool = True


@dataclass(frozen=True)
class Plan:
    """The whole act; ``repeating`` and ``leaving`` are pupils who do not go with their class."""

    moves: tuple[Move, ...]
    repeating: frozenset[int] = frozenset()
    leaving: frozenset[int] = frozenset()


_GRADE = re.compile(r"^(1[0-2]|[1-9])(?!\d)")


def grade_of_class(name: str) -> int | None:
    """The grade with which a class's name begins; None for a name without one."""
    found = _GRADE.match(name)
    return int(found.group(1)) if found else None


def next_class_name(name: str, grade: int) -> str:
    """``8A1`` becomes ``9A1``; a name without its grade keeps itself."""
    return f"{grade + 1}{name[len(str(grade)) :]}" if grade_of_class(name) == grade else name


def last_grade_of(levels: Iterable[str]) -> int:
    """The grade from which a school's pupils leave it."""
    grades = [grade for level in levels for grade in GRADES_OF_LEVEL.get(Level(level), ())]
    return max(grades, default=12)


def promotion_refusal(
    year: SchoolYear | None, next_year: SchoolYear | None, *, pupils: int, today: date
) -> Refusal | None:
    """``no_classes``, ``no_next_year``, ``too_early``."""
    if year is None or not pupils:
        return Refusal("no_classes", _("No pupil of this school is in a class, so there is nobody to move up."))
    if next_year is None:
        return Refusal(
            "no_next_year",
            _(
                "The next school year is not in the portal yet. The department enters it with its dates; "
                "after that you can move the classes up."
            ),
        )
    if today < (first := year.ends_on - PROMOTE_FROM):
        message = _("Classes move up at the end of the school year: from {date} on.")
        return Refusal("too_early", message.format(date=f"{first:%d/%m/%Y}"))
    return None


def erased_identifier(*, school_id: int, source: str, external_id: str) -> str:
    """Replaces the identifier: it cannot be reversed, but the next import can recognise it."""
    if external_id.startswith("erased-"):
        return external_id
    digest = salted_hmac("programs.schools.erased", f"{school_id}|{source}|{external_id}", algorithm="sha256")
    return f"erased-{digest.hexdigest()[:32]}"
