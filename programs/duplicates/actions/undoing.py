"""A merger of two schools is undone: what moved returns, what happened since stays where it happened."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.duplicates import emails
from programs.duplicates.actions.merging import Parts, lock_two
from programs.duplicates.choices import PairState
from programs.duplicates.models import SchoolMerger
from programs.duplicates.policy import may_undo
from programs.duplicates.queries.merging import joinings_between, rows_to_return
from programs.duplicates.rules import source_of_former_school, undo_refusal
from programs.pupils.actions.joining import lock_both, part
from programs.pupils.actions.places import end_places, reopen, stay
from programs.pupils.models import ClassGroup, Enrolment, Joining, Pupil
from programs.schools.choices import SchoolState
from programs.schools.models import Invitation, Membership, School, SchoolLevel
from programs.schools.queries.roles import forget_roles
from programs.schools.queries.schools import tables_of_schools


@transaction.atomic
def undo_merge(*, merger: SchoolMerger, reason: str, by: User) -> School:
    """Make the merged school a school of its own again, and return it.

    Raises PermissionDenied, and ``Refused``: ``already_undone``, ``too_late``, ``moved_on``, ``not_working``.
    """
    must(may_undo(by, merger))
    source, target = lock_two(source=merger.source, target=merger.target, by=by)
    fresh = SchoolMerger.objects.select_for_update().get(pk=merger.pk)
    refuse_if(undo_refusal(fresh, source=source, target=target, now=timezone.now()))
    fresh.source, fresh.target = source, target
    parts = Parts(**fresh.parts)
    emails.merger_undone(merger=fresh, reason=reason)
    fresh.pairs.filter(state=PairState.WAITING).delete()
    _part_children(fresh, by=by, reason=reason)
    returned = _return_rows(fresh, parts)
    _name_as_before(fresh, parts)
    _prepare_for_nobody_else(fresh)
    _leave_each_others_classes(fresh, parts)
    _return_staff(fresh, parts)
    _restore_target(fresh, parts, by=by)
    _reopen_source(fresh, returned, by=by, reason=reason)
    fresh.undone_at, fresh.undone_by = timezone.now(), by
    fresh.save(update_fields=["undone_at", "undone_by"])
    return source


def _part_children(merger: SchoolMerger, *, by: User, reason: str) -> None:
    """Each school gets its own record of a child back, the last joined first."""
    for joining in joinings_between(merger).values_list("pk", "kept", "dropped"):
        pk, kept_id, dropped_id = joining
        kept, dropped = lock_both(keep_id=kept_id, drop_id=dropped_id)
        fresh = Joining.objects.select_for_update().get(pk=pk)
        if not fresh.parted_at and not kept.erased_at and not dropped.erased_at:
            part(joining=fresh, kept=kept, dropped=dropped, by=by, reason=reason)


def _return_rows(merger: SchoolMerger, parts: Parts) -> dict[str, int]:
    returned = {}
    for model, column, moves in tables_of_schools():
        if model is Membership:
            continue
        if number := rows_to_return(model, column, moves, merger).update(**{column: merger.source}):
            returned[str(model._meta.model_name)] = number
    Invitation.objects.filter(pk__in=parts.withdrawn, accepted_at=None).update(withdrawn_at=None)
    return returned


def _name_as_before(merger: SchoolMerger, parts: Parts) -> None:
    """A class or a source that somebody has changed since keeps what it was given."""
    names = ClassGroup.objects.filter(school=merger.source)
    for pk, (before, after) in parts.class_names.items():
        group = names.filter(pk=pk, name=after).first()
        if group and not names.filter(school_year=group.school_year_id, name=before).exists():
            names.filter(pk=pk).update(name=before)
    for pk, before in parts.sources.items():
        given = source_of_former_school(before, merger.source.code)
        Pupil.objects.filter(pk=pk, source=given, school=merger.source).update(source=before)


def _prepare_for_nobody_else(merger: SchoolMerger) -> None:
    """What was prepared since for the classes of both leads nobody into a class of the other school."""
    pair = [merger.source_id, merger.target_id]
    ahead = Enrolment.objects.to_come().filter(pupil__school__in=pair, class_group__school__in=pair)
    pupils = list(ahead.exclude(class_group__school=F("pupil__school")).values_list("pupil", flat=True))
    groups = ClassGroup.objects.filter(school__in=pair, moves_up_to__school__in=pair, moves_on__gt=timezone.localdate())
    classes = list(groups.exclude(moves_up_to__school=F("school")).values_list("pk", flat=True))
    ClassGroup.objects.filter(pk__in=classes).update(moves_on=None, moves_up_to=None)
    prepared = Q(class_group__in=classes) & ~Q(then="")
    stay(places=Enrolment.objects.in_force().filter(prepared | Q(pupil__in=pupils)))
    Enrolment.objects.to_come().filter(pupil__in=pupils).exclude(class_group__school=F("pupil__school")).delete()


def _leave_each_others_classes(merger: SchoolMerger, parts: Parts) -> None:
    """Nobody is in a class of the other school; who is in none then is in the class of before the merger."""
    today, pair = timezone.localdate(), [merger.source_id, merger.target_id]
    crossing = Enrolment.objects.not_over().filter(pupil__school__in=pair, class_group__school__in=pair)
    crossing = crossing.exclude(class_group__school=F("pupil__school"))
    end_places(pupils=list(crossing.values_list("pupil", flat=True)), on=today)
    before = Enrolment.objects.filter(pk__in=parts.places, pupil__left_on=None, pupil__merged_into=None)
    before = before.filter(pupil__school=merger.source, class_group__school=merger.source)
    in_class = Enrolment.objects.not_over().values("pupil")
    reopen(place_ids=list(before.exclude(pupil__in=in_class).values_list("pk", flat=True)))


def _return_staff(merger: SchoolMerger, parts: Parts) -> None:
    """Those who still work at the school that took over get their roles back; what they had become ends."""
    ended = Membership.objects.filter(pk__in=parts.ended).select_related("user")
    still = set(Membership.objects.current().filter(school=merger.target).values_list("user", flat=True))
    Membership.objects.current().filter(pk__in=parts.began).update(ended_on=timezone.localdate())
    back = [member for member in ended if member.user_id in still and member.user.is_active]
    Membership.objects.bulk_create(
        Membership(school=merger.source, user=member.user, role=member.role) for member in back
    )
    for member in ended:
        forget_roles(member.user)


def _restore_target(merger: SchoolMerger, parts: Parts, *, by: User) -> None:
    target = merger.target
    SchoolLevel.objects.filter(school=target, level__in=parts.levels).delete()
    before, after = parts.authority
    if target.authority == after:
        target.authority = before
    state = target.state
    if merger.target_was == SchoolState.INVITED and not Membership.objects.current().filter(school=target).exists():
        target.state = SchoolState.INVITED  # it had been at work only through the people who came
    target.save(update_fields=["authority", "state"])
    if target.state != state:
        record(by=by, action="school.move", obj=target, before={"state": state}, after={"state": target.state})


def _reopen_source(merger: SchoolMerger, returned: dict[str, int], *, by: User, reason: str) -> None:
    source, target = merger.source, merger.target
    source.state, source.merged_into, source.ended_on, source.state_reason = merger.was, None, None, ""
    source.save(update_fields=["state", "merged_into", "ended_on", "state_reason"])
    before, after = {"state": SchoolState.MERGED}, {"state": merger.was, "returned": returned}
    record(by=by, action="school.merge_undo", obj=source, before=before, after=after, reason=reason)
    gone = {"school": source.pk, "code": Code(source.code)}
    record(by=by, action="school.hand_back", obj=target, after=gone, reason=reason)
