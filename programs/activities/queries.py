"""Reads of the activities wing."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from programs.activities.models import OwnActivity, TaughtActivity
from programs.core.choices import Level
from programs.core.models import SchoolYear
from programs.core.queries import held_by, met_by_one
from programs.curricula.models import Curriculum
from programs.pupils.models import ClassGroup, Enrolment
from programs.pupils.queries import classes_to_act_for
from programs.schools.models import School, SchoolLevel
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import in_scope_of


def activities_visible_to(user) -> QuerySet[TaughtActivity]:
    """What the person's own schools taught; an officer sees the schools in scope (counts, no pupil)."""
    own = held_by("school", roles_of(user).school_ids)
    activities = met_by_one(TaughtActivity.objects.all(), own, in_scope_of(user))
    return activities.select_related("school", "curriculum", "class_group", "reported_by")


def own_activities_visible_to(user) -> QuerySet[OwnActivity]:
    """What the person's own schools did; an officer sees the schools in scope (counts, no pupil)."""
    own = held_by("school", roles_of(user).school_ids)
    activities = met_by_one(OwnActivity.objects.all(), own, in_scope_of(user))
    return activities.select_related("school", "reported_by")


def levels_to_report_for(user) -> list[SchoolLevel]:
    """The schools that the person acts for, each with its levels but preschool."""
    schools = [school.pk for school in roles_of(user).working_schools]
    levels = SchoolLevel.objects.filter(school__in=schools).exclude(level=Level.PRESCHOOL)
    return sorted(levels.select_related("school"), key=lambda row: (row.school.sort_key, Level.values.index(row.level)))


def levels_of(school: School) -> list[SchoolLevel]:
    levels = SchoolLevel.objects.filter(school=school).exclude(level=Level.PRESCHOOL).select_related("school")
    return sorted(levels, key=lambda row: Level.values.index(row.level))


def is_own_reported(*, school: School, kind: str, title: str, held_on: date, but: int | None = None) -> bool:
    """Whether it stands in another row than ``but``."""
    same = OwnActivity.objects.in_force().filter(school=school, kind=kind, title__iexact=title, held_on=held_on)
    return same.exclude(pk=but).exists()


def figures_of(activities: QuerySet) -> dict[str, int]:
    """How many of a list, and their pupils, but for what was withdrawn; pupils count once for each."""
    return (
        activities.in_force()
        .order_by()
        .aggregate(activities=Count("pk"), pupils=Sum("pupils", default=0), girls=Sum("girls", default=0))
    )


def classes_to_report_for(user, school_year: SchoolYear | None) -> QuerySet[ClassGroup]:
    """This year's classes of the schools that the person acts for."""
    classes = classes_to_act_for(user).filter(school_year=school_year).select_related("school", "school_year")
    return classes.order_by("school__sort_key", "grade", "name")


def classes_to_correct_to(activity: TaughtActivity) -> QuerySet[ClassGroup]:
    """The classes of its school in its school year: in a wrong year it is withdrawn and reported anew."""
    year = activity.class_group.school_year_id if activity.class_group else None
    of_day = Q(school_year__starts_on__lte=activity.taught_on, school_year__ends_on__gte=activity.taught_on)
    classes = ClassGroup.objects.filter(Q(school_year=year) if year else of_day, school=activity.school)
    return classes.select_related("school", "school_year").order_by("grade", "name")


def curricula_to_report() -> QuerySet[Curriculum]:
    return Curriculum.objects.order_by("grade_from", "title")


def is_reported(*, curriculum: Curriculum, class_group: ClassGroup, taught_on: date, but: int | None = None) -> bool:
    """Whether it stands in another row than ``but``."""
    same = TaughtActivity.objects.in_force().filter(curriculum=curriculum, class_group=class_group, taught_on=taught_on)
    return same.exclude(pk=but).exists()


def pupils_on_roll(class_group: ClassGroup, day: date) -> int:
    """How many the school has written down in this class on ``day``; 0 where it keeps no list of it here."""
    return Enrolment.objects.in_force(day).filter(class_group=class_group).count()
