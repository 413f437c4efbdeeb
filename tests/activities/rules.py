"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.activities import rules
from programs.activities.queries import classes_to_report_for
from programs.curricula.models import Curriculum
from tests.participation.make import make_lesson
from tests.people import make_class, make_teacher


def calls() -> list[partial]:
    year = make_class("8A1").school_year
    [class_group] = classes_to_report_for(make_teacher(), year)
    today = timezone.localdate()
    curriculum = Curriculum(title="Bình lọc nước", grade_from=6, grade_to=8)
    report = rules.Report(curriculum, class_group, today, pupils=30, girls=15, on_roll=28)
    own = rules.OwnReport("primary", today, pupils=30, girls=15, levels=frozenset({"primary"}), roll=20)
    lesson = make_lesson(class_group.school, today)
    return [
        partial(rules.report_refusal, report, today=today, is_reported=True),
        partial(rules.report_refusal, report, today=today, is_reported=False),
        partial(rules.correction_refusal, lesson),
        partial(rules.earliest_day, today, today),
        partial(rules.own_refusal, own, today=today, earliest=today, is_reported=True),
    ]
