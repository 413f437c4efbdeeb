"""Two records that are parted are a question again; pairs that wait stand on the school's page."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.desk import DeskTask
from programs.duplicates.choices import PairState
from programs.duplicates.models import PupilPair
from programs.duplicates.queries.pairs import pairs_at
from programs.pupils.hooks import when_pupils_part
from programs.pupils.models import Pupil
from programs.schools.desk import waits_at_school
from programs.schools.models import School


@when_pupils_part
def ask_again(kept: Pupil, dropped: Pupil) -> None:
    both = Q(first=kept, second=dropped) | Q(first=dropped, second=kept)
    decided = PupilPair.objects.filter(both, state=PairState.SAME)
    decided.update(state=PairState.WAITING, joining=None, decided_by=None, decided_at=None)


@waits_at_school
def pairs_to_decide(school: School, page: dict, today: date) -> list[DeskTask]:
    count = pairs_at(school).count()
    return [task_of(school, count)] if count else []


def task_of(school: School, count: int) -> DeskTask:
    words = ngettext("{count} pair of pupils may be one child", "{count} pairs of pupils may be one child", count)
    return DeskTask(
        title=words.format(count=count),
        detail=_(
            "They came together when a school became part of {school}. Both records stay until you decide."
        ).format(school=school),
        url=reverse("pupil_pairs", args=[school.code]),
        action=_("Compare"),
        weight=42,
    )
