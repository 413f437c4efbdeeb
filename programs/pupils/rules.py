"""Whether a class may be added, a pupil may leave, be joined or move up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from programs.core.choices import GRADES_OF_LEVEL, Level
from programs.core.models import SchoolYear
from programs.core.refusals import Refusal
from programs.pupils.choices import is_shared_register
from programs.pupils.models import Joining, Pupil


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


PARTED_WITHIN = timedelta(days=14)  # after that, too much has grown on the one record


def can_be_parted_until(moment: datetime) -> datetime:
    return moment + PARTED_WITHIN


def merge_refusal(keep: Pupil, drop: Pupil, account: int | None = None) -> Refusal | None:
    """``same_record``, ``other_school``, ``already_merged``, ``which_account``."""
    if keep.pk == drop.pk:
        return Refusal("same_record", _("This is the same record twice."))
    if keep.school_id != drop.school_id:
        return Refusal(
            "other_school",
            _("The two records belong to different schools. One of them must be released first."),
        )
    if keep.merged_into_id or drop.merged_into_id or keep.erased_at or drop.erased_at:
        return Refusal("already_merged", _("One of the two records is no longer in use. Open the page again."))
    if keep.user_id and drop.user_id and account not in (keep.user_id, drop.user_id):
        return Refusal(
            "which_account", _("Both records have an account. Say which of the two the child signs in with."), "account"
        )
    return None


def part_refusal(joining: Joining, kept: Pupil, dropped: Pupil, *, now: datetime) -> Refusal | None:
    """``already_parted``, ``too_late``, ``erased``, ``joined_on``."""
    if joining.parted_at:
        return Refusal("already_parted", _("The two records have already been separated."))
    if now > can_be_parted_until(joining.joined_at):
        return Refusal(
            "too_late",
            _("Two weeks have passed, so the records can no longer be separated. Import a list with both children."),
        )
    if kept.erased_at or dropped.erased_at:
        return Refusal("erased", _("The data of this child has been erased, so there is nothing left to separate."))
    if kept.merged_into_id:
        return Refusal(
            "joined_on", _("The record has since been merged into a third one. Separate it from that one first.")
        )
    return None


def same_child(one: Pupil, other: Pupil) -> bool:
    """Whether two records name one child beyond doubt: one number of a shared register, one name, one birthday."""
    return same_number(one, other) and one.search_key == other.search_key and same_birthday(one, other)


def same_number(one: Pupil, other: Pupil) -> bool:
    """A number means one child only in a register that all schools share."""
    numbers = (one.source, one.external_id), (other.source, other.external_id)
    return is_shared_register(one.source) and numbers[0] == numbers[1]


def same_birthday(one: Pupil, other: Pupil) -> bool:
    return one.birth_date is not None and one.birth_date == other.birth_date


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


@dataclass(frozen=True)
class PromotionDays:
    """``last_day`` is that of the ending year: then the last grade leaves. On ``begins`` the new classes begin."""

    last_day: date
    begins: date

    @property
    def leaves(self) -> date:
        return self.last_day + timedelta(days=1)


def promotion_days(year: SchoolYear, next_year: SchoolYear, *, today: date) -> PromotionDays:
    """Over the summer the classes stay as they are; who moves up late does so at once."""
    return PromotionDays(last_day=year.ends_on, begins=max(next_year.starts_on, today))


def taking_back_refusal(*, prepared: int) -> Refusal | None:
    """``nothing_prepared``."""
    if not prepared:
        return Refusal(
            "nothing_prepared",
            _("Nothing is prepared that could be taken back. What has taken effect is corrected with a list."),
        )
    return None


def erased_identifier(*, school_id: int, source: str, external_id: str) -> str:
    """Replaces the identifier: it cannot be reversed, but the next import can recognise it."""
    if external_id.startswith("erased-"):
        return external_id
    digest = salted_hmac("programs.schools.erased", f"{school_id}|{source}|{external_id}", algorithm="sha256")
    return f"erased-{digest.hexdigest()[:32]}"
