"""Merging two schools (docs/decisions/010-schools-merge.md): work in progress moves, history stays."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.duplicates.policy import may_tell_apart
from programs.duplicates.queries import MergePlan, merge_plan
from programs.pupils.models import ClassGroup, Enrolment, Pupil
from programs.rosters.models import RosterImport
from programs.schools import emails
from programs.schools.actions.states import end_staff, lock_school, move_school
from programs.schools.choices import ImportState, SchoolState
from programs.schools.models import Invitation, Membership, School, SchoolLevel, SchoolsApart
from programs.schools.queries.schools import rows_that_move, tables_of_schools
from programs.schools.rules import authority_of, merge_refusal

OWN_WAY = (Membership, Invitation, ClassGroup, Pupil)  # these need more than another value in a column
UNFINISHED_IMPORTS = (ImportState.UPLOADED, ImportState.PREVIEWING, ImportState.READY)


@transaction.atomic
@once("school.merge", returns=School)
def merge_schools(*, source: School, target: School, reason: str, by: User, key: str) -> School:
    """Merge ``source`` into ``target``, which is returned. Only for officers responsible for both.

    Raises PermissionDenied, and ``Refused``: ``same_school``, ``claim_open``, ``target_not_working``,
    ``wrong_state``.
    """
    # Always in the order of their keys: two officers who merge crosswise queue up instead of blocking each other.
    locked = {pk: lock_school(school_id=pk, by=by) for pk in sorted({source.pk, target.pk})}
    source, target = locked[source.pk], locked[target.pk]
    refuse_if(merge_refusal(source=source, target=target))
    plan = merge_plan(source, target)
    was = SchoolState(source.state)
    emails.school_moved(school=source, occasion=SchoolState.MERGED, reason=reason, into=target)
    move_school(
        school=source,
        to=SchoolState.MERGED,
        action="school.merge",
        reason=reason,
        by=by,
        merged_into=target,
        ended_on=timezone.localdate(),
    )
    moved = _move_rows(source=source, target=target, plan=plan)
    _join_levels(target=target, plan=plan)
    _take_over_state(target=target, was=was, by=by)
    after = {"school": source.pk, "code": Code(source.code), "moved": moved}
    record(by=by, action="school.take_over", obj=target, after=after, reason=reason)
    return target


def _move_rows(*, source: School, target: School, plan: MergePlan) -> dict[str, int]:
    """Table by table; what a table moves is said by its model."""
    RosterImport.objects.filter(school=source, state__in=UNFINISHED_IMPORTS).update(state=ImportState.CANCELLED)
    moved = {
        "membership": _move_staff(source=source, target=target, plan=plan),
        "invitation": _move_invitations(source=source, target=target),
        "pupil": _move_pupils(source=source, target=target, plan=plan),
        "classgroup": _move_classes(source=source, target=target, plan=plan),
    }
    for model, column, rows in tables_of_schools():
        if model not in OWN_WAY and rows is not None:
            moving = rows_that_move(model, column, rows, source)
            moved[str(model._meta.model_name)] = moving.update(**{column: target})
    return moved


def _move_staff(*, source: School, target: School, plan: MergePlan) -> int:
    end_staff(school=source)
    new = [Membership(school=target, user=move.membership.user, role=move.role) for move in plan.staff if move.role]
    return len(Membership.objects.bulk_create(new))


def _move_invitations(*, source: School, target: School) -> int:
    """People invited by both schools keep the invitation of the one that stays."""
    open_ones = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    there = set(open_ones.filter(school=target).values_list("email", "role"))
    mine = list(open_ones.filter(school=source))
    twice = [each.pk for each in mine if (each.email, each.role) in there]
    open_ones.filter(pk__in=twice).update(withdrawn_at=timezone.now())
    return open_ones.filter(school=source).update(school=target)


def _move_pupils(*, source: School, target: School, plan: MergePlan) -> int:
    for old, kept in plan.pupils_twice:
        _join_pupil(old=old, kept=kept)
    return rows_that_move(Pupil, "school", Pupil.MOVES_WITH_SCHOOL, source).update(school=target)


def _join_pupil(*, old: Pupil, kept: Pupil) -> None:
    """The same child in both registers: keep the record of the remaining school, with the place and the account of the
    other where it has none."""
    today = timezone.localdate()
    places = Enrolment.objects.filter(pupil=old, ended_on__isnull=True)
    if Enrolment.objects.filter(pupil=kept, ended_on__isnull=True).exists():
        places.update(ended_on=today)
    else:
        places.update(pupil=kept)
    account = None if kept.user_id else old.user_id
    gives_account = {"user": None} if account else {}
    Pupil.objects.filter(pk=old.pk).update(merged_into=kept, left_on=today, **gives_account)
    Pupil.objects.filter(pk=kept.pk).update(left_on=None, user=kept.user_id or account)


def _move_classes(*, source: School, target: School, plan: MergePlan) -> int:
    for pk, (_before, after) in plan.class_names.items():
        ClassGroup.objects.filter(pk=pk).update(name=after)
    return rows_that_move(ClassGroup, "school", ClassGroup.MOVES_WITH_SCHOOL, source).update(school=target)


def _join_levels(*, target: School, plan: MergePlan) -> None:
    """It teaches what both taught; the authority follows the highest level."""
    SchoolLevel.objects.bulk_create(
        [SchoolLevel(school=target, level=level) for level in plan.levels], ignore_conflicts=True
    )
    target.authority = authority_of(plan.levels)
    target.save(update_fields=["authority"])


def _take_over_state(*, target: School, was: SchoolState, by: User) -> None:
    """A school that nobody had registered takes over the state of the one that brings its coordinator."""
    if target.state != SchoolState.INVITED or was not in (SchoolState.VERIFIED, SchoolState.ACTIVE):
        return
    School.objects.filter(pk=target.pk).update(state=was)
    record(by=by, action="school.move", obj=target, before={"state": target.state}, after={"state": was})
    target.state = was


@transaction.atomic
def tell_apart(*, one: School, other: School, by: User) -> None:
    """Record that two similar schools are different; repeating it changes nothing. Raises PermissionDenied."""
    must(may_tell_apart(by, one, other))
    first, second = sorted((one, other), key=lambda school: school.pk)
    _pair, is_new = SchoolsApart.objects.get_or_create(
        first=first, second=second, defaults={"decided_by": by, "decided_at": timezone.now()}
    )
    if is_new:
        for school, twin in ((first, second), (second, first)):
            record(by=by, action="school.tell_apart", obj=school, after={"other": twin.pk})
