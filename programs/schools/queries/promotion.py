"""The end of a school year: its classes, and what they are called in the next one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from programs.core.models import SchoolYear
from programs.schools.models import ClassGroup, Enrolment, School
from programs.schools.rules import promotion as rules
from programs.schools.rules.promotion import Plan


@dataclass(frozen=True)
class Suggestion:
    """A class of the ending year and what becomes of it; an empty name means that its pupils leave the school."""

    group: ClassGroup
    next_name: str
    leaves: bool


def ending_year_of(school: School) -> SchoolYear | None:
    """The latest school year in which pupils of the school are in a class now."""
    years = SchoolYear.objects.filter(
        classes__school=school,
        classes__enrolments__ended_on__isnull=True,
        classes__enrolments__pupil__left_on__isnull=True,
    )
    return years.order_by("-starts_on").first()


def year_after(year: SchoolYear | None) -> SchoolYear | None:
    return SchoolYear.objects.filter(starts_on__gt=year.starts_on).order_by("starts_on").first() if year else None


def classes_to_move(school: School, year: SchoolYear | None) -> QuerySet[ClassGroup]:
    """Classes of the year with somebody in them, each with its current places (``places``) and their pupils."""
    current = Q(enrolments__ended_on__isnull=True, enrolments__pupil__left_on__isnull=True)
    classes = ClassGroup.objects.filter(school=school, school_year=year).select_related("homeroom_teacher")
    classes = classes.annotate(pupils=Count("enrolments", filter=current)).filter(pupils__gt=0)
    return classes.order_by("grade", "name").prefetch_related(Prefetch("enrolments", open_places(), to_attr="places"))


def open_places() -> QuerySet[Enrolment]:
    places = Enrolment.objects.filter(ended_on__isnull=True, pupil__left_on__isnull=True)
    return places.select_related("pupil").order_by("pupil__sort_key", "pk")


def suggestions_for(school: School, classes: list[ClassGroup]) -> list[Suggestion]:
    last = rules.last_grade_of(school.levels.values_list("level", flat=True))
    return [
        Suggestion(
            group=group,
            next_name="" if group.grade >= last else rules.next_class_name(group.name, group.grade),
            leaves=group.grade >= last,
        )
        for group in classes
    ]


@dataclass(frozen=True)
class ClassOutlook:
    """What a plan would do with one class."""

    group: ClassGroup
    next_name: str
    moved: int
    repeating: int
    left: int


def outlook(plan: Plan, classes: list[ClassGroup]) -> list[ClassOutlook]:
    """The figures that a person confirms; the action counts the same way on fresh rows."""
    moves = {move.class_id: move for move in plan.moves}
    found = []
    for group in classes:
        pupils = {place.pupil_id for place in group.places}
        leaving, repeating = pupils & plan.leaving, pupils & plan.repeating - plan.leaving
        others = len(pupils) - len(leaving) - len(repeating)
        goes_up = bool(moves[group.pk].next_name)
        found.append(
            ClassOutlook(
                group=group,
                next_name=moves[group.pk].next_name,
                moved=others if goes_up else 0,
                repeating=len(repeating),
                left=len(leaving) + (0 if goes_up else others),
            )
        )
    return found
