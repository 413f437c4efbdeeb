"""Whether a lesson or an own activity may be reported, corrected and withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from programs.activities.models import OwnActivity, TaughtActivity
from programs.core.choices import level_of_grade
from programs.core.refusals import Refusal
from programs.curricula.models import Curriculum
from programs.pupils.models import ClassGroup

MOST_WITHOUT_ROLL = 5000  # pupils of one school where the official list does not say
OLDEST = timedelta(days=366)
MOST_WITHOUT_LIST = 60  # pupils of one class where the school has no list of it here
GONE = Refusal("withdrawn", _("This report has been withdrawn. If it was right after all, report it again."))


@dataclass(frozen=True)
class Report:
    """What somebody says was taught; ``on_roll`` is how many pupils the class has on that day (0: no list)."""

    curriculum: Curriculum
    class_group: ClassGroup
    taught_on: date
    pupils: int
    girls: int
    on_roll: int

    @property
    def most(self) -> int:
        """The class, and a tenth more: guests take part, and lists lag behind."""
        return -(-self.on_roll * 11 // 10) if self.on_roll else MOST_WITHOUT_LIST


def report_refusal(report: Report, *, today: date, is_reported: bool) -> Refusal | None:
    """A class belongs to one school year, and so does its lesson."""
    year = report.class_group.school_year
    if report.taught_on > today:
        return Refusal(
            "in_future", _("This day has not come yet. Report the lesson once it has been taught."), "taught_on"
        )
    if not year.starts_on <= report.taught_on <= year.ends_on:
        return Refusal("other_year", _("This day is outside the class's school year."), "taught_on")
    if report.girls > report.pupils:
        return Refusal("girls", _("There cannot be more girls than pupils."), "girls")
    if is_reported:
        return Refusal("reported", _("This lesson has already been reported for this class and day."), "taught_on")
    return _level_refusal(report) or _size_refusal(report)


def _level_refusal(report: Report) -> Refusal | None:
    """Within a level a school may use a lesson of another grade: reports name it, nobody forbids it."""
    if level_of_grade(report.class_group.grade) in report.curriculum.levels:
        return None
    words = _("This lesson is for grades {first} to {last}; class {name} is in grade {grade}. Check both.")
    return Refusal(
        "other_level",
        words.format(
            first=report.curriculum.grade_from, last=report.curriculum.grade_to,
            name=report.class_group.name, grade=report.class_group.grade,
        ),
        "class_group",
    )  # fmt: skip


def _size_refusal(report: Report) -> Refusal | None:
    if report.pupils <= report.most:
        return None
    name = report.class_group.name
    if not report.on_roll:
        words = _("One class has up to {most} pupils. Report each class by itself.")
        return Refusal("too_many", words.format(most=report.most), "pupils")
    words = _(
        "Class {name} has {count} pupils on its list, so up to {most} can be reported. If more belong to it, the "
        "coordinator corrects the list first; report another class by itself."
    )
    return Refusal("too_many", words.format(name=name, count=report.on_roll, most=report.most), "pupils")


def correction_refusal(activity: TaughtActivity | OwnActivity) -> Refusal | None:
    """What lies in a frozen term is corrected too: the next version of the term's report says so."""
    return GONE if activity.withdrawn_at else None


# --- What a school did itself ---------------------------------------------------------------------
@dataclass(frozen=True)
class OwnReport:
    """What somebody says that the school did; ``roll`` is how many pupils the school has (0: not known)."""

    level: str
    held_on: date
    pupils: int
    girls: int
    levels: frozenset[str]
    roll: int

    @property
    def most(self) -> int:
        """The whole school, and a tenth more: guests take part, and the official list is of last September."""
        return -(-self.roll * 11 // 10) if self.roll else MOST_WITHOUT_ROLL


def earliest_day(today: date, reported: date | None = None) -> date:
    """Within a year; what was ``reported`` for an earlier day is still corrected."""
    return min(today - OLDEST, reported or today)


def own_refusal(report: OwnReport, *, today: date, earliest: date, is_reported: bool) -> Refusal | None:
    if report.held_on > today:
        return Refusal(
            "in_future", _("This day has not come yet. Report the activity once it has taken place."), "held_on"
        )
    if report.held_on < earliest:
        return Refusal(
            "too_old", _("This day is more than a year ago, in a school year whose reports are made."), "held_on"
        )
    if report.level not in report.levels:
        return Refusal("other_level", _("The school does not have this level."), "where")
    if report.girls > report.pupils:
        return Refusal("girls", _("There cannot be more girls than pupils."), "girls")
    if report.pupils > report.most:
        words = _("The school has {count} pupils on the official list, so up to {most} can be reported.")
        return Refusal("too_many", words.format(count=report.roll, most=report.most), "pupils")
    if is_reported:
        return Refusal("reported", _("An activity of this kind and name is reported for this day already."), "title")
    return None
