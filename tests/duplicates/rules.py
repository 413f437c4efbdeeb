"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.duplicates import rules
from programs.duplicates.models import PupilPair, SchoolMerger
from programs.pupils.models import Pupil
from programs.schools.models import School
from tests.people import make_pupil, make_school


def calls() -> list[partial]:
    schools = [make_school(name).pk for name in ("Trường THCS Chu Văn An", "Trường THCS Trần Phú")]
    source, target = School.objects.filter(pk__in=schools).order_by("pk")
    pupils = [make_pupil("Nguyễn Nhật Minh", school=school).pk for school in (source, target)]
    one, other = Pupil.objects.filter(pk__in=pupils).order_by("pk")
    merger = SchoolMerger(source=source, target=target, was=source.state, target_was=target.state)
    pair = PupilPair(merger=merger, first=one, second=other)
    now = timezone.now()
    return [
        partial(rules.can_be_undone_until, now),
        partial(rules.undo_refusal, merger, source=source, target=target, now=now),
        partial(rules.may_be_one, one, other),
        partial(rules.ground_of, one, other),
        partial(rules.pair_refusal, pair),
        partial(rules.reopen_refusal, pair),
        partial(rules.source_of_former_school, one.source, source.code),
    ]
