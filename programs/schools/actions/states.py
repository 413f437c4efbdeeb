"""A school is renamed, gets another code, is suspended, resumes, closes; what others do then."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.text import clean_name
from programs.schools import emails
from programs.schools.choices import SchoolState
from programs.schools.hooks import AFTERWARDS, ENDINGS
from programs.schools.models import (
    Invitation,
    Membership,
    School,
    SchoolAlias,
    SchoolName,
)
from programs.schools.policy import may_keep
from programs.schools.queries.roles import forget_roles
from programs.schools.queries.schools import code_is_taken
from programs.schools.rules import code_refusal, move_refusal, rename_refusal


def lock_school(*, school_id: int, by: User) -> School:
    """The school's row, locked; only for an officer who keeps it. Raises PermissionDenied."""
    school = School.objects.select_for_update(no_key=True).get(pk=school_id)
    must(may_keep(by, school))
    return school


@transaction.atomic
@once("school.rename", returns=School)
def rename_school(*, school: School, name: str, reason: str, by: User, key: str) -> School:
    """Rename the school; it is found under both names, and documents keep the name valid at the time.

    Raises PermissionDenied, and ``Refused("same_name")``.
    """
    fresh = lock_school(school_id=school.pk, by=by)
    before, after = fresh.name, clean_name(name)
    refuse_if(rename_refusal(before=before, after=after))
    keep_former_name(school=fresh)
    fresh.name = after
    fresh.save(update_fields=["name", "sort_key", "search_key"])
    record(by=by, action="school.rename", obj=fresh, before={"name": before}, after={"name": after}, reason=reason)
    return fresh


def keep_former_name(*, school: School) -> None:
    """Keep the school's current name as a former name; a name that returns is no longer a former one."""
    SchoolName.objects.get_or_create(school=school, name=school.name, used_until=timezone.localdate())


@transaction.atomic
@once("school.recode", returns=School)
def change_code(*, school: School, code: str, reason: str, by: User, key: str) -> School:
    """Change the school's code; the old one leads to it permanently.

    Raises PermissionDenied, and ``Refused``: ``same_code``, ``code_taken``.
    """
    fresh = lock_school(school_id=school.pk, by=by)
    before = fresh.code
    refuse_if(code_refusal(before=before, after=code, is_taken=code_is_taken(code, by_other_than=fresh)))
    SchoolAlias.objects.filter(school=fresh, code=code).delete()  # a code that returns is no longer an alias
    SchoolAlias.objects.create(school=fresh, code=before)
    fresh.code = code
    fresh.save(update_fields=["code", "search_key"])
    seen, now_is = {"code": Code(before)}, {"code": Code(code)}
    record(by=by, action="school.recode", obj=fresh, before=seen, after=now_is, reason=reason)
    return fresh


@transaction.atomic
@once("school.suspend", returns=School)
def suspend_school(*, school: School, reason: str, by: User, key: str) -> School:
    """From now on its people may read but not act.

    Raises PermissionDenied, and ``Refused``: ``wrong_state``, ``claim_open``.
    """
    return _move(school_id=school.pk, to=SchoolState.SUSPENDED, action="school.suspend", reason=reason, by=by)


@transaction.atomic
@once("school.resume", returns=School)
def resume_school(*, school: School, reason: str, by: User, key: str) -> School:
    """End a suspension: its people may act again.

    Raises PermissionDenied, and ``Refused``: ``wrong_state``, ``claim_open``.
    """
    return _move(school_id=school.pk, to=SchoolState.ACTIVE, action="school.resume", reason=reason, by=by)


def _move(*, school_id: int, to: SchoolState, action: str, reason: str, by: User) -> School:
    school = lock_school(school_id=school_id, by=by)
    move_school(school=school, to=to, action=action, reason=reason, by=by)
    emails.school_moved(school=school, occasion=to, reason=reason)
    return school


def move_school(*, school: School, to: SchoolState, action: str, reason: str, by: User | None, **more) -> None:
    """Move a locked school along its table of states. Raises ``Refused``: ``wrong_state``, ``claim_open``."""
    refuse_if(move_refusal(school.state, to=to))
    before = school.state
    school.state, school.state_reason = to, reason
    for name, value in more.items():
        setattr(school, name, value)
    school.save(update_fields=["state", "state_reason", *more])
    record(by=by, action=action, obj=school, before={"state": before}, after={"state": to}, reason=reason)


@transaction.atomic
@once("school.close", returns=School)
def close_school(*, school: School, reason: str, by: User, key: str) -> School:
    """Close the school permanently: roles end, visits are cancelled, the history stays readable.

    Raises PermissionDenied, and ``Refused``: ``wrong_state``, ``claim_open``.
    """
    for ending in ENDINGS:
        ending(school=school, by=by, reason=reason)
    fresh = lock_school(school_id=school.pk, by=by)
    today = timezone.localdate()
    emails.school_moved(school=fresh, occasion=SchoolState.CLOSED, reason=reason)
    move_school(school=fresh, to=SchoolState.CLOSED, action="school.close", reason=reason, by=by, ended_on=today)
    end_staff(school=fresh)
    Invitation.objects.filter(school=fresh, accepted_at=None, withdrawn_at=None).update(withdrawn_at=timezone.now())
    for follow in AFTERWARDS:
        follow(fresh)
    return fresh


def end_staff(*, school: School) -> list[Membership]:
    """All roles in the school end today; the rows stay."""
    ended = list(Membership.objects.current().filter(school=school).select_related("user"))
    Membership.objects.filter(pk__in=[member.pk for member in ended]).update(ended_on=timezone.localdate())
    for member in ended:
        forget_roles(member.user)
    return ended
