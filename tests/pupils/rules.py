"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.pupils import rules
from programs.pupils.models import Joining, Pupil
from programs.pupils.queries import ending_year_of
from tests.people import make_class, make_pupil


def calls() -> list[partial]:
    group = make_class("8A1")
    pks = [make_pupil(name, class_group=group).pk for name in ("Nguyễn Nhật Minh", "Nguyễn Minh")]
    keep, drop = Pupil.objects.filter(pk__in=pks).order_by("pk")
    year, today = ending_year_of(group.school), timezone.localdate()
    return [
        partial(rules.class_refusal, exists=False, teacher_is_staff=False),
        partial(rules.leaving_refusal, left_on=today, today=today),
        partial(rules.merge_refusal, keep, drop),
        partial(rules.part_refusal, Joining(kept=keep, dropped=drop), keep, drop, now=timezone.now()),
        partial(rules.can_be_parted_until, timezone.now()),
        partial(rules.same_child, keep, drop),
        partial(rules.same_number, keep, drop),
        partial(rules.same_birthday, keep, drop),
        partial(rules.grade_of_class, group.name),
        partial(rules.next_class_name, group.name, group.grade),
        partial(rules.last_grade_of, list(group.school.levels.values_list("level", flat=True))),
        partial(rules.promotion_refusal, year, year, pupils=2, today=year.starts_on),
        partial(rules.promotion_refusal, year, None, pupils=2, today=today),
        partial(rules.promotion_days, year, year, today=today),
        partial(rules.taking_back_refusal, prepared=0),
        partial(rules.erased_identifier, school_id=keep.school_id, source=keep.source, external_id=keep.external_id),
    ]
