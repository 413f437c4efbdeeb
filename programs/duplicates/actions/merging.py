"""Merging two schools (docs/decisions/010-schools-merge.md): work in progress moves, history stays."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.refusals import refuse_if
from programs.duplicates.models import PupilPair, SchoolMerger
from programs.duplicates.queries.merging import (
    MergePlan,
    column_key,
    merge_plan,
    newest_rows,
    sources_apart,
)
from programs.duplicates.queries.pairs import Twin
from programs.pupils.actions.joining import join, lock_both
from programs.pupils.models import ClassGroup, Enrolment, Pupil
from programs.pupils.rules import same_child
from programs.rosters.models import RosterImport
from programs.schools import emails
from programs.schools.actions.states import end_staff, lock_school, move_school
from programs.schools.choices import ImportState, SchoolState
from programs.schools.models import Invitation, Membership, School, SchoolLevel
from programs.schools.queries.schools import rows_that_move, tables_of_schools
from programs.schools.rules import authority_of, merge_refusal

OWN_WAY = (Membership, Invitation, ClassGroup, Pupil)  # these need more than another value in a column
UNFINISHED_IMPORTS = (ImportState.UPLOADED, ImportState.PREVIEWING, ImportState.READY, ImportState.APPLYING)


@dataclass
class Parts:
    """What a merger did, as ``SchoolMerger.parts`` keeps it: numbers of rows, and names that were not a person's."""

    rows: dict[str, list[int]] = field(default_factory=dict)  # column → the rows that moved
    newest: dict[str, int] = field(default_factory=dict)  # column → the youngest row of its table then
    ended: list[int] = field(default_factory=list)  # roles
    began: list[int] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)  # invitations
    class_names: dict[str, list[str]] = field(default_factory=dict)  # class → name before and after
    sources: dict[str, str] = field(default_factory=dict)  # pupil → source before
    places: list[int] = field(default_factory=list)  # of the pupils who moved
    levels: list[str] = field(default_factory=list)  # that were new to the school taking over
    authority: list[str] = field(default_factory=list)  # of the school taking over, before and after


@transaction.atomic
@once("school.merge", returns=School)
def merge_schools(*, source: School, target: School, reason: str, by: User, key: str) -> School:
    """Merge ``source`` into ``target``, which is returned. Only for officers responsible for both.

    Children whom a shared register names in both are joined; who may be one child becomes a pair for a person.
    Raises PermissionDenied, and ``Refused``: ``same_school``, ``claim_open``, ``target_not_working``,
    ``wrong_state``.
    """
    source, target = lock_two(source=source, target=target, by=by)
    refuse_if(merge_refusal(source=source, target=target))
    plan = merge_plan(source, target)
    merger = SchoolMerger.objects.create(
        source=source, target=target, was=source.state, target_was=target.state, merged_by=by
    )
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
    parts = Parts(newest=newest_rows())
    _move_rows(merger, plan=plan, parts=parts, by=by)
    _join_levels(target=target, plan=plan, parts=parts)
    _take_over_state(target=target, was=SchoolState(merger.was), by=by)
    merger.parts = asdict(parts)
    merger.save(update_fields=["parts"])
    moved = {name.split(".")[1]: len(rows) for name, rows in parts.rows.items()} | {"membership": len(parts.began)}
    after = {"school": source.pk, "code": Code(source.code), "moved": moved}
    record(by=by, action="school.take_over", obj=target, after=after, reason=reason)
    return target


def lock_two(*, source: School, target: School, by: User) -> tuple[School, School]:
    """Always in the order of their keys: two officers who merge crosswise queue up instead of blocking each other."""
    locked = {pk: lock_school(school_id=pk, by=by) for pk in sorted({source.pk, target.pk})}
    return locked[source.pk], locked[target.pk]


def _move_rows(merger: SchoolMerger, *, plan: MergePlan, parts: Parts, by: User) -> None:
    """Table by table; what a table moves is said by its model."""
    source, target = merger.source, merger.target
    RosterImport.objects.filter(school=source, state__in=UNFINISHED_IMPORTS).update(state=ImportState.CANCELLED)
    _move_staff(source=source, target=target, plan=plan, parts=parts)
    _withdraw_double_invitations(source=source, target=target, parts=parts)
    _join_and_pair(merger, twins=plan.twins, by=by)
    _set_sources_apart(source=source, target=target, parts=parts)
    _rename_classes(plan=plan, parts=parts)
    for model, column, rows in tables_of_schools():
        if model is Membership or rows is None:
            continue
        keys = list(rows_that_move(model, column, rows, source).values_list("pk", flat=True))
        if model is Pupil:
            places = Enrolment.objects.in_force().filter(pupil__in=keys)
            parts.places = list(places.values_list("pk", flat=True))
        if keys:
            model._default_manager.filter(pk__in=keys).update(**{column: target})
            parts.rows[column_key(model, column)] = keys


def _move_staff(*, source: School, target: School, plan: MergePlan, parts: Parts) -> None:
    parts.ended = [member.pk for member in end_staff(school=source)]
    new = [Membership(school=target, user=move.membership.user, role=move.role) for move in plan.staff if move.role]
    parts.began = [member.pk for member in Membership.objects.bulk_create(new)]


def _withdraw_double_invitations(*, source: School, target: School, parts: Parts) -> None:
    """People invited by both schools keep the invitation of the one that stays."""
    open_ones = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    there = set(open_ones.filter(school=target).values_list("email", "role"))
    mine = list(open_ones.filter(school=source))
    parts.withdrawn = [each.pk for each in mine if (each.email, each.role) in there]
    open_ones.filter(pk__in=parts.withdrawn).update(withdrawn_at=timezone.now())


def _join_and_pair(merger: SchoolMerger, *, twins: list[Twin], by: User) -> None:
    """Who is one child beyond doubt, on the rows under their locks; the others wait for a person."""
    pairs = []
    for twin in twins:
        kept, comes = lock_both(keep_id=twin.there.pk, drop_id=twin.comes.pk)
        if twin.ground is None and same_child(kept, comes):
            join(kept=kept, dropped=comes, by=by)
        elif twin.ground is not None:
            pairs.append(PupilPair(merger=merger, first=comes, second=kept, ground=twin.ground))
    PupilPair.objects.bulk_create(pairs)


def _set_sources_apart(*, source: School, target: School, parts: Parts) -> None:
    for pk, (before, after) in sources_apart(source, target).items():
        Pupil.objects.filter(pk=pk).update(source=after)
        parts.sources[str(pk)] = before


def _rename_classes(*, plan: MergePlan, parts: Parts) -> None:
    for pk, (before, after) in plan.class_names.items():
        ClassGroup.objects.filter(pk=pk).update(name=after)
        parts.class_names[str(pk)] = [before, after]


def _join_levels(*, target: School, plan: MergePlan, parts: Parts) -> None:
    """It teaches what both taught; the authority follows the highest level."""
    parts.levels = sorted(set(plan.levels) - set(target.levels.values_list("level", flat=True)))
    SchoolLevel.objects.bulk_create(SchoolLevel(school=target, level=level) for level in parts.levels)
    parts.authority = [target.authority, authority_of(plan.levels)]
    target.authority = parts.authority[1]
    target.save(update_fields=["authority"])


def _take_over_state(*, target: School, was: SchoolState, by: User) -> None:
    """A school that nobody had registered takes over the state of the one that brings its coordinator."""
    if target.state != SchoolState.INVITED or was not in (SchoolState.VERIFIED, SchoolState.ACTIVE):
        return
    School.objects.filter(pk=target.pk).update(state=was)
    record(by=by, action="school.move", obj=target, before={"state": target.state}, after={"state": was})
    target.state = was
