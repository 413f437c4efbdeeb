"""Lessons that a teacher reported."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from programs.activities.models import TaughtActivity
from programs.core.personal import Erasure, Fact, Section, Subject, forgets, rows_of, tells


@tells("activities.TaughtActivity")
def reported_lessons(subject: Subject) -> Iterator[Section]:
    rows = TaughtActivity.objects.filter(reported_by=subject.user_id).select_related("curriculum", "school")
    yield Section(
        code="reported_lessons",
        label=_("Lessons that you reported"),
        purpose=_("Counting what schools teach."),
        source=_("Yourself."),
        kept=_("The figures stay; your name goes with your account."),
        rows=rows_of(rows.order_by("taught_on") if subject.user_id else [], _of_lesson),
    )


def _of_lesson(row: TaughtActivity) -> list[Fact]:
    return [
        Fact("curriculum", _("Curriculum"), row.curriculum.title),
        Fact("school", _("School"), row.school.name),
        Fact("taught_on", _("Taught on"), row.taught_on),
    ]


@forgets("activities.TaughtActivity")
def forget_reporter(subject: Subject) -> Iterator[Erasure]:
    yield Erasure(
        label=_("Reported lessons"),
        count=TaughtActivity.objects.filter(reported_by=subject.user_id).count() if subject.user_id else 0,
        outcome=Erasure.KEPT,
        why=_("They are counts of a class and point at an account without a name."),
    )
