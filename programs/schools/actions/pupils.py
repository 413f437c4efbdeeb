"""A pupil leaves, comes back, or turns out to be two records of one child: always a person's own decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.idempotency import perform_once
from programs.core.refusals import refuse_if
from programs.schools import queries
from programs.schools.models import Enrolment, Pupil, School
from programs.schools.queries.cards import has_office
from programs.schools.rules import pupils as rules

Leaving = Callable[[list[Pupil]], None]
Merging = Callable[[Pupil, Pupil], None]

LEAVING: list[Leaving] = []
MERGING: list[Merging] = []


def when_pupils_leave(follow: Leaving) -> Leaving:
    """Registers ``follow(pupils)``; it runs in the transaction in which they leave."""
    LEAVING.append(follow)
    return follow


def when_pupils_merge(follow: Merging) -> Merging:
    """Registers ``follow(kept, dropped)``; it runs under the lock of both, before their rows are joined."""
    MERGING.append(follow)
    return follow


def mark_left(*, school: School, pupils: list[Pupil], left_on: date, by: User, key: str) -> School:
    """These pupils have left the school: they keep their history, their place in the class ends.

    Schools whose lists wait for one of them are told. Raises ``Refused``: ``not_allowed``, ``left_in_future``.
    """

    def perform() -> School:
        may = rules.can_keep_roll(queries.standing_of(by), school)
        refuse_if(rules.leaving_refusal(may=may, left_on=left_on, today=timezone.localdate()))
        fresh = _locked(school, [pupil.pk for pupil in pupils]).filter(left_on=None)
        leaving = list(fresh)
        Pupil.objects.filter(pk__in=[pupil.pk for pupil in leaving]).update(left_on=left_on)
        Enrolment.objects.filter(pupil__in=leaving, ended_on=None).update(ended_on=left_on)
        for pupil in leaving:
            record(by=by, action="pupil.leave", obj=pupil, after={"left_on": left_on})
        for follow in LEAVING:
            follow(leaving)
        return school

    body = {"pupils": sorted(pupil.pk for pupil in pupils), "left_on": str(left_on)}
    with transaction.atomic():
        return perform_once(
            user=by,
            action="pupil.leave",
            key=key,
            body=body,
            perform=perform,
            find=lambda pk: School.objects.get(pk=pk),
        )


def _locked(school: School, pupil_ids: list[int]) -> models.QuerySet[Pupil]:
    pupils = Pupil.objects.select_for_update(of=("self",)).filter(school=school, pk__in=pupil_ids)
    return pupils.filter(merged_into=None, erased_at=None).order_by("pk")


def take_back(*, pupil: Pupil, by: User, key: str) -> Pupil:
    """A pupil who had left is here again; the class comes with the next list. Raises ``Refused``: ``not_allowed``."""

    def perform() -> Pupil:
        may = rules.can_keep_roll(queries.standing_of(by), pupil.school)
        refuse_if(rules.leaving_refusal(may=may, left_on=None, today=timezone.localdate()))
        fresh = _locked(pupil.school, [pupil.pk]).get()
        if fresh.left_on:
            before = {"left_on": fresh.left_on}
            Pupil.objects.filter(pk=fresh.pk).update(left_on=None)
            record(by=by, action="pupil.return", obj=fresh, before=before)
        return fresh

    with transaction.atomic():
        return perform_once(
            user=by, action="pupil.return", key=key, body={"pupil": pupil.pk}, perform=perform,
            find=lambda pk: Pupil.objects.get(pk=pk),
        )  # fmt: skip


# --- Two records of one child ---------------------------------------------------------------------
def merge_pupils(*, keep: Pupil, drop: Pupil, by: User, key: str) -> Pupil:
    """Everything that belongs to ``drop`` belongs to ``keep`` from now on; the address of ``drop`` leads there.

    Nothing is deleted: what both have (the same visit, the same competition) stays with the old record.
    Raises ``Refused``: ``not_allowed``, ``same_record``, ``other_school``, ``already_merged``.
    """

    def perform() -> Pupil:
        rows = {
            pupil.pk: pupil
            for pupil in Pupil.objects.select_for_update().filter(pk__in=[keep.pk, drop.pk]).order_by("pk")
        }
        kept, dropped = rows[keep.pk], rows[drop.pk] if drop.pk in rows else rows[keep.pk]
        may = rules.can_keep_roll(queries.standing_of(by), keep.school)
        refuse_if(rules.merge_refusal(kept, dropped, may=may))
        moved = _follow(kept, dropped)
        _close(kept, dropped)
        record(by=by, action="pupil.merge", obj=kept, after={"merged": dropped.pk, "moved": moved})
        record(by=by, action="pupil.merge", obj=dropped, after={"into": kept.pk})
        return kept

    with transaction.atomic():
        return perform_once(
            user=by, action="pupil.merge", key=key, body={"keep": keep.pk, "drop": drop.pk}, perform=perform,
            find=lambda pk: Pupil.objects.get(pk=pk),
        )  # fmt: skip


def belongings() -> list[models.ForeignKey]:
    """Every column of the portal that points at a pupil, whichever wing it is in: they all follow a merged pupil."""
    relations = Pupil._meta.get_fields(include_hidden=True)
    return [relation.field for relation in relations if relation.one_to_many and relation.auto_created]


def _follow(kept: Pupil, dropped: Pupil) -> dict[str, int]:
    """Point everything at the kept record; table → rows moved."""
    moved: dict[str, int] = {}
    _leave_second_class(kept, dropped)
    for follow in MERGING:
        follow(kept, dropped)
    for column in belongings():
        number = _repoint(column, kept, dropped)
        if number:
            moved[column.model._meta.label] = number
    return moved


def _repoint(column: models.ForeignKey, kept: Pupil, dropped: Pupil) -> int:
    rows = column.model._base_manager.filter(**{column.name: dropped})
    try:
        with transaction.atomic():
            return rows.update(**{column.name: kept})
    except IntegrityError:
        return sum(_repoint_one(column, pk, kept) for pk in rows.values_list("pk", flat=True))


def _repoint_one(column: models.ForeignKey, pk: int, kept: Pupil) -> int:
    """One row; where the kept record has the same already (the same visit), the old one stays where it is."""
    try:
        with transaction.atomic():
            return column.model._base_manager.filter(pk=pk).update(**{column.name: kept})
    except IntegrityError:
        return 0


def _leave_second_class(kept: Pupil, dropped: Pupil) -> None:
    """One child sits in one class: the place of the record that goes ends."""
    if Enrolment.objects.filter(pupil=kept, ended_on=None).exists():
        Enrolment.objects.filter(pupil=dropped, ended_on=None).update(ended_on=timezone.localdate())


def _close(kept: Pupil, dropped: Pupil) -> None:
    account = dropped.user
    dropped.merged_into, dropped.user = kept, None
    dropped.left_on = dropped.left_on or timezone.localdate()
    dropped.save(update_fields=["merged_into", "user", "left_on"])
    if account and kept.user_id is None:
        kept.user = account
        kept.save(update_fields=["user"])
    elif account and not has_office(account):  # that one's other desk is not the school's to close
        account.is_active = False  # the child signs in with the account of the record that stays
        account.save(update_fields=["is_active"])
