"""A school has one coordinator and one deputy: the role is handed over, taken back by the authority, or sought anew."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.idempotency import perform_once
from programs.core.refusals import Refused, refuse_if
from programs.schools import emails
from programs.schools.actions.life import lock_school
from programs.schools.choices import SchoolRole
from programs.schools.models import Membership, School
from programs.schools.queries import coordinators_of, forget_standing, standing_of
from programs.schools.rules.handover import can_change_role, can_hand_over, role_refusal, successor_refusal


def hand_over(*, school: School, to: User, stays: bool, by: User, key: str) -> School:
    """The coordinator gives the role to a colleague, and stays as a teacher or leaves.

    Raises ``Refused``: ``not_allowed``, ``not_staff``, ``same_person``.
    """

    def perform() -> School:
        fresh = School.objects.select_for_update(no_key=True).get(pk=school.pk)
        if not can_hand_over(standing_of(by), fresh):
            raise Refused.because("not_allowed", _("Only the school's coordinator may do this."))
        _change(school=fresh, to=to, stays=stays, by=by, reason="")
        return fresh

    return _once(school=school, by=by, key=key, body={"to": to.pk, "stays": stays}, perform=perform)


def replace_coordinator(*, school: School, to: User | None, reason: str, by: User, key: str) -> School:
    """The authority names another coordinator from the staff; with nobody, the school looks for one by registration.

    The school stays at work: its teachers lose nothing while it has no coordinator.
    """

    def perform() -> School:
        fresh = lock_school(school_id=school.pk, by=by)
        if not fresh.is_working:
            raise Refused.because("school_not_working", _("This school is not at work in the portal."))
        if to is None and not coordinators_of(fresh).exists():
            raise Refused.because("no_coordinator", _("This school has no coordinator; it can be registered already."))
        _change(school=fresh, to=to, stays=False, by=by, reason=reason)
        return fresh

    body = {"to": to.pk if to else None, "reason": reason}
    return _once(school=school, by=by, key=key, body=body, perform=perform)


def _once(*, school: School, by: User, key: str, body: dict, perform) -> School:
    with transaction.atomic():
        return perform_once(
            user=by,
            action="staff.hand_over",
            key=key,
            body={"school": school.pk} | body,
            perform=perform,
            find=lambda pk: School.objects.get(pk=pk),
        )


def _change(*, school: School, to: User | None, stays: bool, by: User, reason: str) -> None:
    today = timezone.localdate()
    current = Membership.objects.current().filter(school=school)
    old = current.filter(role=SchoolRole.COORDINATOR).select_related("user").first()
    if to is not None:
        is_staff = current.filter(user=to).exists()
        refuse_if(successor_refusal(is_staff=is_staff, is_same=old is not None and old.user_id == to.pk))
        # One who coordinates is not also deputy: the place of the deputy comes free.
        current.filter(user=to, role=SchoolRole.DEPUTY).update(ended_on=today)
    if old:
        current.filter(pk=old.pk).update(ended_on=today)
        if stays:
            Membership.objects.get_or_create(school=school, user=old.user, role=SchoolRole.TEACHER, ended_on=None)
        forget_standing(old.user)
    if to is not None:
        Membership.objects.create(school=school, user=to, role=SchoolRole.COORDINATOR)
        forget_standing(to)
    record(
        by=by,
        action="staff.hand_over" if to else "staff.reopen",
        obj=school,
        before={"user": old.user_id if old else None},
        after={"user": to.pk if to else None},
        reason=reason,
    )
    emails.coordinator_changed(school=school, old=old.user if old else None, new=to, reason=reason)


def change_role(*, membership: Membership, role: str, by: User, key: str) -> Membership:
    """Give a colleague another role: the old row ends, a new one begins. Raises ``Refused``: ``not_allowed``,
    ``same_role``, ``deputy_taken``, ``already_member``, ``role_not_given``."""
    with transaction.atomic():
        return perform_once(
            user=by,
            action="staff.role",
            key=key,
            body={"membership": membership.pk, "role": role},
            perform=lambda: _change_role(membership_id=membership.pk, role=role, by=by),
            find=lambda pk: Membership.objects.select_related("school", "user").get(pk=pk),
        )


def _change_role(*, membership_id: int, role: str, by: User) -> Membership:
    school_id = Membership.objects.values_list("school_id", flat=True).get(pk=membership_id)
    school = School.objects.select_for_update(no_key=True).get(pk=school_id)
    member = Membership.objects.select_related("user", "school").get(pk=membership_id)
    current = Membership.objects.current().filter(school=school)
    standing = standing_of(by)
    refuse_if(
        role_refusal(
            standing,
            member,
            may=can_change_role(standing, member),
            role=role,
            has_role=current.filter(user=member.user_id, role=role).exists(),
            deputy_taken=current.filter(role=SchoolRole.DEPUTY).exclude(pk=member.pk).exists(),
        )
    )
    current.filter(pk=member.pk).update(ended_on=timezone.localdate())
    new = Membership.objects.create(school=school, user=member.user, role=role)
    forget_standing(member.user)
    before, after = {"user": member.user_id, "role": member.role}, {"user": member.user_id, "role": role}
    record(by=by, action="staff.role", obj=school, before=before, after=after)
    return new
