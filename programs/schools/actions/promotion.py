"""A school year ends: every class moves up in one act, and the last grade leaves."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import perform_once
from programs.core.models import SchoolYear
from programs.core.refusals import refuse_if
from programs.schools import queries
from programs.schools.models import ClassGroup, Enrolment, Pupil, School
from programs.schools.queries import promotion as promotion_queries
from programs.schools.rules import promotion as rules
from programs.schools.rules.promotion import Move, Plan
from programs.schools.rules.pupils import can_keep_roll


def promote_school(*, school: School, year: SchoolYear, plan: Plan, by: User, key: str) -> School:
    """Move the classes of ``year`` into the year after it. A second time finds nobody left to move.

    Raises ``Refused``: ``not_allowed``, ``no_classes``, ``no_next_year``, ``too_early``.
    """
    with transaction.atomic():
        return perform_once(
            user=by,
            action="school.promote",
            key=key,
            body={"school": school.pk, "year": year.pk, **plan.as_body()},
            perform=lambda: _promote(school_id=school.pk, year=year, plan=plan, by=by),
            find=lambda pk: School.objects.get(pk=pk),
        )


def _promote(*, school_id: int, year: SchoolYear, plan: Plan, by: User) -> School:
    school = School.objects.select_for_update().get(pk=school_id)  # two people who press at once queue here
    next_year = promotion_queries.year_after(year)
    classes = list(promotion_queries.classes_to_move(school, year))
    refuse_if(
        rules.promotion_refusal(
            may=can_keep_roll(queries.standing_of(by), school),
            ends_on=year.ends_on,
            next_year=next_year.name if next_year else "",
            today=timezone.localdate(),
            pupils=sum(group.pupils for group in classes),
        )
    )
    moves = {move.class_id: move for move in plan.moves}
    figures = {"classes": 0, "moved": 0, "repeating": 0, "left": 0}
    today = timezone.localdate()
    for group in classes:
        if group.pk in moves:
            _move_class(group, moves[group.pk], plan, next_year, today, figures)
    record(
        by=by,
        action="school.promote",
        obj=school,
        before={"year": Code(year.name)},
        after={"year": Code(next_year.name), **figures},
    )
    return school


def _move_class(
    group: ClassGroup, move: Move, plan: Plan, next_year: SchoolYear, today: date, figures: dict[str, int]
) -> None:
    places = {place.pupil_id: place for place in group.places}
    repeating = places.keys() & plan.repeating - plan.leaving
    going = places.keys() - repeating - plan.leaving
    leaving = places.keys() & plan.leaving
    if not move.next_name:
        leaving, going = leaving | going, set()
    Enrolment.objects.filter(pk__in=[place.pk for place in group.places]).update(ended_on=today)
    Pupil.objects.filter(pk__in=leaving).update(left_on=today)
    if going:
        teacher = group.homeroom_teacher_id if move.keeps_teacher else None
        _enrol(going, _class_of(group, next_year, move.next_name, group.grade + 1, teacher), today)
    if repeating:
        _enrol(repeating, _class_of(group, next_year, group.name, group.grade, None), today)
    figures["classes"] += 1
    figures["moved"] += len(going)
    figures["repeating"] += len(repeating)
    figures["left"] += len(leaving)


def _class_of(old: ClassGroup, year: SchoolYear, name: str, grade: int, teacher_id: int | None) -> ClassGroup:
    """The class of the new year; made where it is missing, given the teacher where it has none."""
    group, _created = ClassGroup.objects.get_or_create(
        school_id=old.school_id, school_year=year, name=name, defaults={"grade": rules.grade_of_class(name) or grade}
    )
    if teacher_id and group.homeroom_teacher_id is None:
        group.homeroom_teacher_id = teacher_id
        group.save(update_fields=["homeroom_teacher"])
    return group


def _enrol(pupil_ids, group: ClassGroup, today: date) -> None:
    Enrolment.objects.bulk_create(
        Enrolment(pupil_id=pupil_id, class_group=group, started_on=today) for pupil_id in sorted(pupil_ids)
    )
