"""Classes are added and changed by hand where no register has brought them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.idempotency import perform_once
from programs.core.models import SchoolYear
from programs.core.refusals import Refused, refuse_if
from programs.schools.actions.staff import school_begins
from programs.schools.models import ClassGroup, Membership, School
from programs.schools.queries import standing_of
from programs.schools.rules import can_coordinate
from programs.schools.rules.classes import class_refusal


def add_class(
    *, school: School, school_year: SchoolYear, name: str, grade: int, teacher: User | None, by: User, key: str
) -> ClassGroup:
    """A new class of the year, still without pupils. Raises ``Refused``: ``not_allowed``, ``class_exists``,
    ``not_staff``."""

    def perform() -> ClassGroup:
        _check(school=school, school_year=school_year, name=name, teacher=teacher, by=by)
        group = ClassGroup.objects.create(
            school=school, school_year=school_year, name=name, grade=grade, homeroom_teacher=teacher
        )
        record(by=by, action="class.add", obj=group, after=_seen(group))
        school_begins(school_id=school.pk, by=by)
        return group

    body = {"school": school.pk, "year": school_year.pk, "name": name, "grade": grade, "teacher": _pk(teacher)}
    return _once("class.add", by, key, body, perform)


def change_class(
    *, class_group: ClassGroup, name: str, grade: int, teacher: User | None, by: User, key: str
) -> ClassGroup:
    """Another name, grade or homeroom teacher. Raises ``Refused`` as ``add_class`` does."""

    def perform() -> ClassGroup:
        group = ClassGroup.objects.select_related("school", "school_year").get(pk=class_group.pk)
        _check(school=group.school, school_year=group.school_year, name=name, teacher=teacher, by=by, group=group)
        before = _seen(group)
        group.name, group.grade, group.homeroom_teacher = name, grade, teacher
        group.save(update_fields=["name", "grade", "homeroom_teacher"])
        record(by=by, action="class.change", obj=group, before=before, after=_seen(group))
        return group

    body = {"class": class_group.pk, "name": name, "grade": grade, "teacher": _pk(teacher)}
    return _once("class.change", by, key, body, perform)


def _once(action: str, by: User, key: str, body: dict, perform) -> ClassGroup:
    with transaction.atomic():
        find = ClassGroup.objects.select_related("school").get
        return perform_once(user=by, action=action, key=key, body=body, perform=perform, find=lambda pk: find(pk=pk))


def _check(
    *,
    school: School,
    school_year: SchoolYear,
    name: str,
    teacher: User | None,
    by: User,
    group: ClassGroup | None = None,
) -> None:
    # The school's row is the lock: two classes of one name queue up here, before the constraint.
    fresh = School.objects.select_for_update(no_key=True).get(pk=school.pk)
    if not can_coordinate(standing_of(by), fresh):
        raise Refused.because("not_allowed", _("Only the school's coordinator may do this."))
    same_name = ClassGroup.objects.filter(school=fresh, school_year=school_year, name=name)
    is_staff = teacher is None or Membership.objects.current().filter(school=fresh, user=teacher).exists()
    refuse_if(
        class_refusal(exists=same_name.exclude(pk=group.pk if group else None).exists(), teacher_is_staff=is_staff)
    )


def _seen(group: ClassGroup) -> dict:
    return {"name": group.name, "grade": group.grade, "teacher": group.homeroom_teacher_id}


def _pk(user: User | None) -> int | None:
    return user.pk if user else None
