"""What the pupils' wing adds to a school's page, and what becomes of the pupils when the school closes."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.desk import DeskTask
from programs.schools.endings import when_school_has_closed
from programs.schools.models import Enrolment, Pupil, School
from programs.schools.queries.people import classes_of
from programs.schools.queries.school_desk import pupils_on_roll
from programs.schools.school_desk import adds_to_school_page, waits_at_school


@when_school_has_closed
def let_pupils_leave(school: School) -> None:
    """Every pupil leaves today; the records stay."""
    today = timezone.localdate()
    Enrolment.objects.filter(pupil__school=school, ended_on__isnull=True).update(ended_on=today)
    Pupil.objects.filter(school=school, left_on__isnull=True).update(left_on=today)


@adds_to_school_page
def classes_and_pupils(school: School, page: dict) -> dict:
    classes = list(classes_of(school, page["school_year"]))
    return {"classes": classes, "pupils": pupils_on_roll(school)}


@waits_at_school
def classes_without_teacher(school: School, page: dict, today: date) -> list[DeskTask]:
    count = sum(group.homeroom_teacher_id is None for group in page["classes"])
    if not count:
        return []
    words = ngettext("{count} class has no homeroom teacher", "{count} classes have no homeroom teacher", count)
    detail = _("A homeroom teacher prints the cards and records the consents of the class.")
    return [DeskTask(title=words.format(count=count), detail=detail, url="#classes", action=_("Choose"))]
