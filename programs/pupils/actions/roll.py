"""Classes are made, pupils leave and come back."""

from __future__ import annotations

from datetime import date

from django.db import models, transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.idempotency import once
from programs.core.models import SchoolYear
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.versions import refuse_if_stale
from programs.pupils import rules
from programs.pupils.actions.places import end_places
from programs.pupils.hooks import LEAVING
from programs.pupils.models import ClassGroup, Pupil
from programs.pupils.policy import may_keep_pupil, may_keep_roll
from programs.pupils.rules import class_refusal
from programs.schools.actions.staff import school_begins
from programs.schools.models import Membership, School


@transaction.atomic
@once("class.add", returns=ClassGroup)
def add_class(
    *, school: School, school_year: SchoolYear, name: str, grade: int, teacher: User | None, by: User, key: str
) -> ClassGroup:
    """A new class of the year, still without pupils.

    Raises PermissionDenied, and ``Refused``: ``class_exists``, ``not_staff``.
    """
    _lock_school(school.pk, by=by)
    group = ClassGroup(school=school, school_year=school_year, name=name, grade=grade, homeroom_teacher=teacher)
    _check(group)
    group.save()
    record(by=by, action="class.add", obj=group, after=_seen(group))
    school_begins(school_id=school.pk, by=by)
    return group


@transaction.atomic
def change_class(
    *, class_group: ClassGroup, name: str, grade: int, teacher: User | None, version: str, by: User
) -> ClassGroup:
    """Another name, grade or class teacher. The same again changes nothing.

    Raises as ``add_class`` does, and ``Refused("changed_meanwhile")`` when the class is not what was read at
    ``version``.
    """
    _lock_school(class_group.school_id, by=by)
    group = ClassGroup.objects.select_for_update().get(pk=class_group.pk)
    before = _seen(group)
    group.name, group.grade, group.homeroom_teacher = name, grade, teacher
    _check(group)
    if _seen(group) == before:
        return group
    refuse_if_stale(version, before)
    group.save(update_fields=["name", "grade", "homeroom_teacher"])
    record(by=by, action="class.change", obj=group, before=before, after=_seen(group))
    return group


def _lock_school(school_id: int, *, by: User) -> None:
    """The school's row is the lock of its classes: two of one name queue up here, before the constraint."""
    must(may_keep_roll(by, School.objects.select_for_update(no_key=True).get(pk=school_id)))


def _check(group: ClassGroup) -> None:
    """Whether ``group`` may be saved as it is now."""
    same_name = ClassGroup.objects.filter(school=group.school_id, school_year=group.school_year_id, name=group.name)
    teacher = group.homeroom_teacher_id
    is_staff = teacher is None or Membership.objects.current().filter(school=group.school_id, user=teacher).exists()
    refuse_if(class_refusal(exists=same_name.exclude(pk=group.pk).exists(), teacher_is_staff=is_staff))


def _seen(group: ClassGroup) -> dict:
    """As the form names them."""
    return {"name": group.name, "grade": group.grade, "teacher": group.homeroom_teacher_id}


@transaction.atomic
def mark_left(*, school: School, pupils: list[Pupil], left_on: date, by: User) -> list[Pupil]:
    """These pupils have left the school: they keep their history, their place in the class ends; gives those who left.

    Schools whose lists wait for one of them are told. Whoever had left already is passed over.
    Raises PermissionDenied, and ``Refused("left_in_future")``.
    """
    must(may_keep_roll(by, school))
    refuse_if(rules.leaving_refusal(left_on=left_on, today=timezone.localdate()))
    leaving = list(_locked(school, [pupil.pk for pupil in pupils]).filter(left_on=None))
    Pupil.objects.filter(pk__in=[pupil.pk for pupil in leaving]).update(left_on=left_on)
    end_places(pupils=leaving, on=left_on)
    for pupil in leaving:
        record(by=by, action="pupil.leave", obj=pupil, after={"left_on": left_on})
    for follow in LEAVING:
        follow(leaving)
    return leaving


def _locked(school: School, pupil_ids: list[int]) -> models.QuerySet[Pupil]:
    pupils = Pupil.objects.select_for_update().filter(school=school, pk__in=pupil_ids)
    return pupils.filter(merged_into=None, erased_at=None).order_by("pk")


@transaction.atomic
def take_back(*, pupil: Pupil, by: User) -> Pupil:
    """Take back a pupil who had left; the class comes with the next list. A second time changes nothing.

    Raises PermissionDenied.
    """
    must(may_keep_pupil(by, pupil))
    fresh = _locked(pupil.school, [pupil.pk]).get()
    if fresh.left_on:
        before = {"left_on": fresh.left_on}
        Pupil.objects.filter(pk=fresh.pk).update(left_on=None)
        record(by=by, action="pupil.return", obj=fresh, before=before)
    return fresh
