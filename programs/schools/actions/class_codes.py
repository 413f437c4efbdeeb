"""A class code enrols a signed-in pupil in the class; it never signs anybody in."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.calendar import current_school_year
from programs.core.idempotency import perform_once
from programs.core.references import TYPED_ALPHABET, random_code
from programs.core.refusals import refuse_if
from programs.schools.models import ClassGroup, Enrolment, Pupil
from programs.schools.queries.cards import class_with_code
from programs.schools.queries.standing import forget_standing, standing_of
from programs.schools.rules.cards import CLASS_CODE_LENGTH, can_issue_cards, issue_refusal, joining_refusal


def set_class_code(*, class_group: ClassGroup, on: bool, by: User, key: str) -> ClassGroup:
    """A new code for the class, or none; the one before opens nothing any more. Raises ``Refused("not_allowed")``."""
    with transaction.atomic():
        return perform_once(
            user=by,
            action="class.code",
            key=key,
            body={"class": class_group.pk, "on": on},
            perform=lambda: _set_code(class_id=class_group.pk, on=on, by=by),
            find=lambda pk: ClassGroup.objects.select_related("school").get(pk=pk),
        )


def _set_code(*, class_id: int, on: bool, by: User) -> ClassGroup:
    class_group = ClassGroup.objects.select_for_update(of=("self",)).select_related("school").get(pk=class_id)
    refuse_if(issue_refusal(may=can_issue_cards(standing_of(by), class_group), chosen=1, found=1, closed=[]))
    before = {"on": class_group.join_code is not None}
    class_group.join_code = random_code(CLASS_CODE_LENGTH, alphabet=TYPED_ALPHABET) if on else None
    class_group.save(update_fields=["join_code"])
    record(by=by, action="class.code", obj=class_group, before=before, after={"on": on})
    return class_group


def join_class(*, code: str, by: User, key: str) -> ClassGroup:
    """Enrol the signed-in pupil in the class of this code; the place in another class of the year ends today.

    Raises ``Refused``: ``not_a_pupil``, ``class_code_opens_nothing``.
    """
    with transaction.atomic():
        return perform_once(
            user=by,
            action="class.join",
            key=key,
            body={"code": code},
            perform=lambda: _join(code=code, by=by),
            find=lambda pk: ClassGroup.objects.get(pk=pk),
        )


def _join(*, code: str, by: User) -> ClassGroup:
    pupil = standing_of(by).pupil
    if pupil is not None:  # the pupil's row is the lock: two codes typed at once end in one class
        pupil = Pupil.objects.select_for_update(of=("self",)).select_related("school").get(pk=pupil.pk)
    class_group, today = class_with_code(code), timezone.localdate()
    year = current_school_year(today)
    refuse_if(joining_refusal(pupil=pupil, class_group=class_group, year_id=year.pk if year else None))
    places = Enrolment.objects.filter(pupil=pupil, ended_on__isnull=True, class_group__school_year=year)
    if places.filter(class_group=class_group).exists():
        return class_group
    left = list(places.values_list("class_group_id", flat=True))
    places.update(ended_on=today)
    Enrolment.objects.create(pupil=pupil, class_group=class_group, started_on=today)
    forget_standing(by)
    record(by=by, action="class.join", obj=pupil, before={"classes": left}, after={"class": class_group.pk})
    return class_group
