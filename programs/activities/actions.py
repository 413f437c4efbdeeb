"""The actions of the activities wing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.activities.choices import OwnKind
from programs.activities.models import OwnActivity, TaughtActivity
from programs.activities.policy import may_correct, may_report_for
from programs.activities.queries import is_own_reported, is_reported, levels_of, pupils_on_roll
from programs.activities.rules import OwnReport, Report, correction_refusal, earliest_day, own_refusal, report_refusal
from programs.core.audit import Code, record
from programs.core.choices import Level
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.versions import refuse_if_stale
from programs.curricula.models import Curriculum
from programs.pupils.models import ClassGroup
from programs.schools.models import School


@transaction.atomic
@once("activity.report", returns=TaughtActivity)
def report_activity(
    *, curriculum: Curriculum, class_group: ClassGroup, taught_on: date, pupils: int, girls: int, by: User, key: str
) -> TaughtActivity:
    """Say that a class was taught a curriculum; the counts are what reports add up.

    Raises PermissionDenied, and ``Refused``: those of ``report_refusal``.
    """
    school = _in_line(class_group.school_id)
    must(may_report_for(by, school))
    typed = {"curriculum": curriculum, "class_group": class_group, "taught_on": taught_on}
    typed |= {"pupils": pupils, "girls": girls}
    _refuse_report(typed)
    activity = TaughtActivity.objects.create(school=school, grade=class_group.grade, reported_by=by, **typed)
    record(by=by, action="activity.report", obj=activity, after=_written(activity))
    return activity


@transaction.atomic
def correct_activity(
    *,
    activity_id: int,
    curriculum: Curriculum,
    class_group: ClassGroup,
    taught_on: date,
    pupils: int,
    girls: int,
    version: str,
    by: User,
) -> TaughtActivity:
    """Mend what was entered wrongly, of a class of the same school; the same again changes nothing.

    Raises PermissionDenied, and ``Refused``: ``withdrawn``, ``changed_meanwhile``, those of ``report_refusal``.
    """
    activity = _to_correct(activity_id, by)
    typed = {"curriculum": curriculum, "class_group": class_group, "taught_on": taught_on}
    typed |= {"pupils": pupils, "girls": girls}
    must(class_group.school_id == activity.school_id)
    if activity.reported == typed:
        return activity
    refuse_if_stale(version, activity.reported)
    _refuse_report(typed, but=activity.pk)
    before = _written(activity)
    for name, value in typed.items():
        setattr(activity, name, value)
    activity.grade = class_group.grade
    activity.save(update_fields=[*typed, "grade"])
    record(by=by, action="activity.correct", obj=activity, before=before, after=_written(activity))
    return activity


@transaction.atomic
def withdraw_activity(*, activity_id: int, reason: str, by: User) -> TaughtActivity:
    """It counts no more; the row and the log stay, and the lesson can be reported again.

    Raises PermissionDenied, and ``Refused``: ``withdrawn``.
    """
    activity = _to_correct(activity_id, by)
    activity.withdrawn_at = timezone.now()
    activity.save(update_fields=["withdrawn_at"])
    record(by=by, action="activity.withdraw", obj=activity, before=_written(activity), reason=reason)
    return activity


# --- What a school did itself ---------------------------------------------------------------------
@transaction.atomic
@once("own_activity.report", returns=OwnActivity)
def report_own(*, where: str, by: User, key: str, **typed: Any) -> OwnActivity:
    """``where`` is the school's number and the level; ``typed`` are the other columns of ``OwnActivity.WRITTEN``.

    Raises PermissionDenied, and ``Refused``: those of ``own_refusal``.
    """
    school_id, level = where.split(":")
    school = _in_line(int(school_id))
    must(may_report_for(by, school))
    _refuse_own(school, level, typed, earliest=earliest_day(timezone.localdate()))
    activity = OwnActivity.objects.create(school=school, level=level, reported_by=by, **typed)
    record(by=by, action="own_activity.report", obj=activity, after=_own_written(activity))
    return activity


@transaction.atomic
def correct_own(*, activity_id: int, where: str, version: str, by: User, **typed: Any) -> OwnActivity:
    """Mend what was entered wrongly, of the same school; the same again changes nothing.

    Raises PermissionDenied, and ``Refused``: ``withdrawn``, ``changed_meanwhile``, those of ``own_refusal``.
    """
    activity = _own_to_correct(activity_id, by)
    school_id, level = where.split(":")
    must(int(school_id) == activity.school_id)
    if activity.reported == {"where": where, **typed}:
        return activity
    refuse_if_stale(version, activity.reported)
    earliest = earliest_day(timezone.localdate(), activity.held_on)
    _refuse_own(activity.school, level, typed, earliest=earliest, but=activity.pk)
    before = _own_written(activity)
    for name, value in {"level": level, **typed}.items():
        setattr(activity, name, value)
    activity.save(update_fields=["level", *typed])
    record(by=by, action="own_activity.correct", obj=activity, before=before, after=_own_written(activity))
    return activity


@transaction.atomic
def withdraw_own(*, activity_id: int, reason: str, by: User) -> OwnActivity:
    """It counts no more; the row and the log stay, and it can be reported again.

    Raises PermissionDenied, and ``Refused``: ``withdrawn``.
    """
    activity = _own_to_correct(activity_id, by)
    activity.withdrawn_at = timezone.now()
    activity.save(update_fields=["withdrawn_at"])
    record(by=by, action="own_activity.withdraw", obj=activity, before=_own_written(activity), reason=reason)
    return activity


def _own_to_correct(activity_id: int, by: User) -> OwnActivity:
    """Under the lock of its school."""
    school = _in_line(OwnActivity.objects.values_list("school", flat=True).get(pk=activity_id))
    activity = OwnActivity.objects.get(pk=activity_id)
    activity.school = school
    must(may_correct(by, activity))
    refuse_if(correction_refusal(activity))
    return activity


def _refuse_own(school: School, level: str, typed: dict[str, Any], *, earliest: date, but: int | None = None) -> None:
    levels = frozenset(row.level for row in levels_of(school))
    facts = {name: typed[name] for name in ("held_on", "pupils", "girls")}
    same = {name: typed[name] for name in ("kind", "title", "held_on")}
    report = OwnReport(level=level, levels=levels, roll=school.pupil_count, **facts)
    known = is_own_reported(school=school, but=but, **same)
    refuse_if(own_refusal(report, today=timezone.localdate(), earliest=earliest, is_reported=known))


def _own_written(activity: OwnActivity) -> dict[str, Any]:
    names = ("held_on", "minutes", "pupils", "girls", "teachers")
    words = {"kind": OwnKind(activity.kind), "level": Level(activity.level), "title": activity.title}
    return words | {name: getattr(activity, name) for name in names}


# --- Parts ----------------------------------------------------------------------------------------
def _in_line(school_id: int) -> School:
    """The school's row serialises two people who report or mend the same lesson at once."""
    return School.objects.select_for_update().get(pk=school_id)


def _to_correct(activity_id: int, by: User) -> TaughtActivity:
    """Under the lock of its school."""
    school = _in_line(TaughtActivity.objects.values_list("school", flat=True).get(pk=activity_id))
    activity = TaughtActivity.objects.select_related("curriculum", "class_group").get(pk=activity_id)
    activity.school = school
    must(may_correct(by, activity))
    refuse_if(correction_refusal(activity))
    return activity


def _refuse_report(typed: dict[str, Any], *, but: int | None = None) -> None:
    lesson = {name: typed[name] for name in ("curriculum", "class_group", "taught_on")}
    report = Report(**typed, on_roll=pupils_on_roll(typed["class_group"], typed["taught_on"]))
    refuse_if(report_refusal(report, today=timezone.localdate(), is_reported=is_reported(**lesson, but=but)))


def _written(activity: TaughtActivity) -> dict[str, Any]:
    return {
        "curriculum": Code(activity.curriculum.code), "class": activity.class_group_id,
        "taught_on": activity.taught_on, "pupils": activity.pupils, "girls": activity.girls,
    }  # fmt: skip
