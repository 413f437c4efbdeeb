"""The actions of the activities wing."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.activities import queries, rules
from programs.activities.models import TaughtActivity
from programs.core.audit import Code, record
from programs.core.idempotency import perform_once
from programs.core.refusals import refuse_if
from programs.curricula.models import Curriculum
from programs.pupils.models import ClassGroup
from programs.schools.models import School
from programs.schools.policy import can_act_for
from programs.schools.queries.roles import roles_of


def report_activity(
    *,
    curriculum: Curriculum,
    class_group: ClassGroup,
    taught_on: date,
    pupils: int,
    girls: int,
    by: User,
    key: str,
) -> TaughtActivity:
    """Say that a class was taught a curriculum; the counts are what reports add up.

    Raises ``Refused``: ``not_allowed``, ``in_future``, ``other_year``, ``girls``, ``reported``.
    """
    body = {
        "curriculum": curriculum.pk,
        "class_group": class_group.pk,
        "taught_on": taught_on,
        "pupils": pupils,
        "girls": girls,
    }
    with transaction.atomic():
        return perform_once(
            user=by,
            action="activity.report",
            key=key,
            body=body,
            perform=lambda: _report(
                curriculum=curriculum, class_group=class_group, taught_on=taught_on, pupils=pupils, girls=girls, by=by
            ),
            find=lambda pk: TaughtActivity.objects.get(pk=pk),
        )


def _report(
    *, curriculum: Curriculum, class_group: ClassGroup, taught_on: date, pupils: int, girls: int, by: User
) -> TaughtActivity:
    # The school's row serialises two teachers who report the same lesson at once.
    school = School.objects.select_for_update().get(pk=class_group.school_id)
    refuse_if(
        rules.report_refusal(
            may=can_act_for(roles_of(by), school),
            taught_on=taught_on,
            today=timezone.localdate(),
            school_year=class_group.school_year,
            pupils=pupils,
            girls=girls,
            is_reported=queries.is_reported(curriculum=curriculum, class_group=class_group, taught_on=taught_on),
        )
    )
    activity = TaughtActivity.objects.create(
        school=school,
        curriculum=curriculum,
        class_group=class_group,
        grade=class_group.grade,
        taught_on=taught_on,
        pupils=pupils,
        girls=girls,
        reported_by=by,
    )
    after = {"curriculum": Code(curriculum.code), "class": class_group.pk, "pupils": pupils, "girls": girls}
    record(by=by, action="activity.report", obj=activity, after=after)
    return activity
