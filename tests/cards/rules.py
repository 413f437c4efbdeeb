"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.cards import rules
from programs.cards.queries import class_with_code
from programs.pupils.models import ClassGroup, Pupil
from tests.people import make_class, make_pupil

CODE = "ABCD2345"


def calls() -> list[partial]:
    group = make_class("8A1")
    ClassGroup.objects.filter(pk=group.pk).update(join_code=CODE)
    pupil = Pupil.objects.select_related("school").get(pk=make_pupil(with_account=True).pk)
    return [
        partial(rules.card_expiry, timezone.now()),
        partial(rules.issue_refusal, chosen=2, found=2, closed=[pupil.full_name]),
        partial(rules.issue_refusal, chosen=2, found=2, closed=[], in_office=[pupil.full_name]),
        partial(rules.joining_refusal, pupil, class_with_code(CODE), group.school_year),
    ]
