"""The classes move up: prepared from April on, taken back or prepared again until the days come.

Nothing runs on the first day of the new year: places hold from day to day. Only that the last grade has left the
school is written by the net ``let_leavers_go``.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any, cast

from django.db import models, transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.models import SchoolYear
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.pupils import queries, rules
from programs.pupils.actions.places import move_on
from programs.pupils.choices import Then
from programs.pupils.hooks import LEAVING
from programs.pupils.models import ClassGroup, Enrolment, Pupil
from programs.pupils.policy import may_keep_roll
from programs.pupils.rules import Move, Plan
from programs.schools.models import School


@transaction.atomic
@once("school.promote", returns=School)
def promote_school(*, school: School, year: SchoolYear, plan: Plan, by: User, key: str) -> School:
    """Prepare that the classes of ``year`` move into the following year; what was prepared before is replaced.

    Raises PermissionDenied, and ``Refused``: ``no_classes``, ``no_next_year``, ``too_early``.
    """
    school = _locked_school(school.pk, by=by)
    next_year = queries.year_after(year)
    today = timezone.localdate()
    _take_back(school)
    classes: list[Any] = list(queries.classes_to_move(school, year))
    pupils = sum(group.pupils for group in classes)
    refuse_if(rules.promotion_refusal(year, next_year, pupils=pupils, today=today))
    next_year = cast(SchoolYear, next_year)  # refused without it
    days = rules.promotion_days(year, next_year, today=today)
    moves = {move.class_id: move for move in plan.moves}
    figures = {"classes": 0, "moved": 0, "repeating": 0, "left": 0}
    for group in classes:
        if group.pk in moves:
            _move_class(group, moves[group.pk], plan, next_year, days, figures)
    _let_go(school, day=today, by=by)
    _drop_unused_classes(school)
    after = {"year": Code(next_year.name), "starts_on": days.begins, "leave_on": days.last_day, **figures}
    record(by=by, action="school.promote", obj=school, before={"year": Code(year.name)}, after=after)
    return school


@transaction.atomic
def take_promotion_back(*, school: School, by: User) -> School:
    """Nothing is prepared any more: every class stays as it is. What has taken effect is not touched.

    Raises PermissionDenied, and ``Refused("nothing_prepared")``.
    """
    school = _locked_school(school.pk, by=by)
    prepared = queries.prepared_of(school)
    refuse_if(rules.taking_back_refusal(prepared=len(prepared)))
    _take_back(school)
    _drop_unused_classes(school)
    record(by=by, action="school.promote_back", obj=school, before={"classes": len(prepared)})
    return school


def leave_as_prepared(*, school_id: int) -> int:
    """Whose last place at the school has ended as prepared has left it; gives how many. Again it finds nobody."""
    with transaction.atomic():
        school = School.objects.select_for_update(no_key=True).get(pk=school_id)
        return _let_go(school, day=timezone.localdate(), by=None)


def follow_calendar(*, year: SchoolYear, starts_on: date, ends_on: date) -> None:
    """The days of ``year`` were ``starts_on`` and ``ends_on``: what is prepared for them moves along."""
    days = ((starts_on, year.starts_on), (ends_on + timedelta(days=1), year.ends_on + timedelta(days=1)))
    coming = {"class_group__school_year": year, "started_on": starts_on}
    pupils = Enrolment.objects.to_come().filter(**coming).values("pupil")
    prepared = Enrolment.objects.in_force()
    if starts_on != year.starts_on:
        prepared.filter(pupil__in=pupils, ended_on=starts_on).update(ended_on=year.starts_on)
        Enrolment.objects.to_come().filter(**coming).update(started_on=year.starts_on)
        ClassGroup.objects.filter(moves_up_to__school_year=year, moves_on=starts_on).update(moves_on=year.starts_on)
    was, becomes = days[1]
    of_year = {"class_group__school_year": year, "ended_on": was, "then": Then.LEAVES}
    prepared.filter(**of_year).update(ended_on=becomes)
    ClassGroup.objects.filter(school_year=year, moves_up_to=None, moves_on=was).update(moves_on=becomes)


def _locked_school(pk: int, *, by: User) -> School:
    """The school's row serialises two people who press at once."""
    school = School.objects.select_for_update().get(pk=pk)
    must(may_keep_roll(by, school))
    return school


def _take_back(school: School) -> None:
    """As if nothing had been prepared for a day to come."""
    today = timezone.localdate()
    prepared = Enrolment.objects.in_force().filter(pupil__school=school, ended_on__gt=today).exclude(then="")
    Enrolment.objects.to_come().filter(pupil__in=prepared.values("pupil")).delete()
    prepared.update(ended_on=None, then="")
    ClassGroup.objects.filter(school=school, moves_on__gt=today).update(moves_on=None, moves_up_to=None)


def _drop_unused_classes(school: School) -> None:
    """Classes of a year to come that were made for what is no longer prepared."""
    unused = ClassGroup.objects.filter(
        school=school, school_year__starts_on__gt=timezone.localdate(), enrolments=None, moves_from=None
    )
    for group in unused:
        if not _is_used(group):
            group.delete()


def _is_used(group: ClassGroup) -> bool:
    relations: list[Any] = ClassGroup._meta.get_fields(include_hidden=True)
    columns = [relation.field for relation in relations if relation.auto_created and not relation.concrete]
    return any(column.model._base_manager.filter(**{column.name: group}).exists() for column in columns)


def _move_class(
    group: Any, move: Move, plan: Plan, next_year: SchoolYear, days: rules.PromotionDays, figures: dict[str, int]
) -> None:
    places = {place.pupil_id: place for place in group.places}
    repeating = places.keys() & plan.repeating - plan.leaving
    going = places.keys() - repeating - plan.leaving
    leaving = places.keys() & plan.leaving
    if not move.next_name:
        leaving, going = leaving | going, set()
    group.moves_up_to = None
    if move.next_name:
        teacher = group.homeroom_teacher_id if move.keeps_teacher else None
        group.moves_up_to = _class_of(group, next_year, move.next_name, group.grade + 1, teacher)
        move_on(places=[places[pk] for pk in going], to=group.moves_up_to.pk, on=days.begins)
    group.moves_on = days.begins if move.next_name else days.leaves
    group.save(update_fields=["moves_on", "moves_up_to"])
    if repeating:
        again = _class_of(group, next_year, group.name, group.grade, None)
        move_on(places=[places[pk] for pk in repeating], to=again.pk, on=days.begins)
    move_on(places=[places[pk] for pk in leaving], to=None, on=days.leaves)
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


def _let_go(school: School, *, day: date, by: User | None) -> int:
    over = Enrolment.objects.filter(then=Then.LEAVES, ended_on__lte=day, pupil__school=school)
    last_days: dict[date, list[int]] = defaultdict(list)
    in_class = Enrolment.objects.not_over().values("pupil")  # a record that was joined since brought another place
    leaving = over.filter(pupil__left_on=None).exclude(pupil__in=in_class)
    for pupil_id, ended_on in leaving.values_list("pupil", "ended_on"):
        if ended_on:
            last_days[ended_on - timedelta(days=1)].append(pupil_id)
    gone: list[Pupil] = []
    for last_day, pupil_ids in last_days.items():
        pupils: models.QuerySet[Pupil] = Pupil.objects.filter(pk__in=pupil_ids, left_on=None)
        gone += pupils
        Pupil.objects.filter(pk__in=pupil_ids, left_on=None).update(left_on=last_day)
        record(by=by, action="school.left", obj=school, after={"left_on": last_day, "pupils": len(pupil_ids)})
    over.update(then="")
    for follow in LEAVING:
        if gone:
            follow(gone)
    return len(gone)
