"""The actions of the activities wing."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.activities.models import TaughtActivity
from programs.activities.policy import may_report_for
from programs.activities.queries import is_reported
from programs.activities.rules import report_refusal
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.curricula.models import Curriculum
from programs.pupils.models import ClassGroup
from programs.schools.models import School


@transaction.atomic
@once("activity.report", returns=TaughtActivity)
def report_activity(
    *, curriculum: Curriculum, class_group: ClassGroup, taught_on: date, pupils: int, girls: int, by: User, key: str
) -> TaughtActivity:
    """Say that a class was taught a curriculum; the counts are what reports add up.

    Raises PermissionDenied, and ``Refused``: ``in_future``, ``other_year``, ``girls``, ``reported``.
    """
    # The school's row serialises two teachers who report the same lesson at once.
    school = School.objects.select_for_update().get(pk=class_group.school_id)
    must(may_report_for(by, school))
    already = is_reported(curriculum=curriculum, class_group=class_group, taught_on=taught_on)
    today = timezone.localdate()
    refuse_if(
        report_refusal(class_group, taught_on=taught_on, today=today, pupils=pupils, girls=girls, is_reported=already)
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
