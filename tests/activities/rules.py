"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.activities import rules
from programs.activities.queries import classes_to_report_for
from tests.people import make_class, make_teacher


def calls() -> list[partial]:
    year = make_class("8A1").school_year
    [class_group] = classes_to_report_for(make_teacher(), year)
    today = timezone.localdate()
    return [
        partial(
            rules.report_refusal,
            class_group,
            taught_on=today,
            today=today,
            pupils=30,
            girls=15,
            is_reported=reported,
        )
        for reported in (False, True)
    ]
