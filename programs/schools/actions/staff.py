"""People join a school by invitation, hand over their role and leave it by an end date."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.actions import create_person, prove_address
from programs.accounts.models import User
from programs.accounts.queries import person_with_email
from programs.core.audit import record
from programs.core.idempotency import once
from programs.core.locking import locked
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.schools import emails, rules
from programs.schools.actions.states import lock_school
from programs.schools.choices import SchoolRole, SchoolState
from programs.schools.models import Invitation, Membership, School
from programs.schools.policy import may_change_role, may_coordinate, may_end_membership, may_hand_over
from programs.schools.queries import staff as staff_queries
from programs.schools.queries.roles import forget_roles, roles_of
from programs.schools.queries.staff import coordinators_of
from programs.schools.rules import deputy_refusal, role_refusal, successor_refusal


@transaction.atomic
@once("staff.hand_over", returns=School)
def hand_over(*, school: School, to: User, stays: bool, by: User, key: str) -> School:
    """The coordinator gives the role to a colleague, and stays as a teacher or leaves.

    Raises PermissionDenied, and ``Refused``: ``not_staff``, ``same_person``.
    """
    fresh = School.objects.select_for_update(no_key=True).get(pk=school.pk)
    must(may_hand_over(by, fresh))
    _change(school=fresh, to=to, stays=stays, by=by, reason="")
    return fresh


@transaction.atomic
@once("staff.replace", returns=School)
def replace_coordinator(*, school: School, to: User | None, reason: str, by: User, key: str) -> School:
    """The authority appoints another coordinator from the staff, or nobody: then anyone may register for the role.

    The school stays active: its teachers lose nothing while it has no coordinator.
    Raises PermissionDenied, and ``Refused``: ``school_not_working``, ``no_coordinator``, ``not_staff``,
    ``same_person``.
    """
    fresh = lock_school(school_id=school.pk, by=by)
    if not fresh.is_working:
        raise Refused.because("school_not_working", _("This school is not active on the portal."))
    if to is None and not coordinators_of(fresh).exists():
        raise Refused.because("no_coordinator", _("This school has no coordinator; it can already be registered."))
    _change(school=fresh, to=to, stays=False, by=by, reason=reason)
    return fresh


def _change(*, school: School, to: User | None, stays: bool, by: User, reason: str) -> None:
    today = timezone.localdate()
    current = Membership.objects.current().filter(school=school)
    old = current.filter(role=SchoolRole.COORDINATOR).select_related("user").first()
    if to is not None:
        is_staff = current.filter(user=to).exists()
        refuse_if(successor_refusal(is_staff=is_staff, is_same=old is not None and old.user_id == to.pk))
        # A coordinator cannot also be deputy, so the deputy's place becomes vacant.
        current.filter(user=to, role=SchoolRole.DEPUTY).update(ended_on=today)
    if old:
        current.filter(pk=old.pk).update(ended_on=today)
        if stays:
            Membership.objects.get_or_create(school=school, user=old.user, role=SchoolRole.TEACHER, ended_on=None)
        forget_roles(old.user)
    if to is not None:
        Membership.objects.create(school=school, user=to, role=SchoolRole.COORDINATOR)
        forget_roles(to)
    record(
        by=by,
        action="staff.hand_over" if to else "staff.reopen",
        obj=school,
        before={"user": old.user_id if old else None},
        after={"user": to.pk if to else None},
        reason=reason,
    )
    emails.coordinator_changed(school=school, old=old.user if old else None, new=to, reason=reason)


@transaction.atomic
@once("staff.role", returns=Membership)
def change_role(*, membership: Membership, role: str, by: User, key: str) -> Membership:
    """Give a colleague another role: the old row ends, a new one begins.

    Raises PermissionDenied, and ``Refused``: ``role_ended``, ``role_not_given``, ``same_role``, ``not_allowed``,
    ``already_member``, ``deputy_taken``.
    """
    school = _lock(membership.school_id)
    member = Membership.objects.select_related("user", "school").get(pk=membership.pk)
    must(may_change_role(by, member))
    current = Membership.objects.current().filter(school=school)
    refuse_if(
        role_refusal(
            roles_of(by),
            member,
            role=role,
            has_role=current.filter(user=member.user_id, role=role).exists(),
            deputy_taken=current.filter(role=SchoolRole.DEPUTY).exclude(pk=member.pk).exists(),
        )
    )
    current.filter(pk=member.pk).update(ended_on=timezone.localdate())
    new = Membership.objects.create(school=school, user=member.user, role=role)
    forget_roles(member.user)
    before, after = {"user": member.user_id, "role": member.role}, {"user": member.user_id, "role": role}
    record(by=by, action="staff.role", obj=school, before=before, after=after)
    return new


def _lock(school_id: int) -> School:
    """The school's row is the lock of all its roles: each is read after it."""
    return School.objects.select_for_update(no_key=True).get(pk=school_id)


INVITATION_LASTS = timedelta(days=14)


@transaction.atomic
@once("staff.invite", returns=Invitation)
def invite_staff(*, school: School, full_name: str, email: str, role: str, by: User, key: str) -> Invitation:
    """Invite someone by email; the emailed link is the only copy of the token.

    Raises PermissionDenied, and ``Refused``: ``role_not_invited``, ``deputy_taken``, ``already_member``,
    ``already_invited``.
    """
    # The school's row is the lock: two invitations of one person queue here.
    school = School.objects.select_for_update().get(pk=school.pk)
    must(may_coordinate(by, school))
    email = email.lower()
    now = timezone.now()
    open_ones = Invitation.objects.filter(
        school=school, email=email, role=role, accepted_at__isnull=True, withdrawn_at__isnull=True
    )
    open_ones.filter(expires_at__lte=now).update(withdrawn_at=now)
    if role == SchoolRole.DEPUTY:
        refuse_if(deputy_refusal(is_taken=staff_queries.has_deputy(school)))
    refuse_if(
        rules.invitation_refusal(
            role=role,
            is_member=staff_queries.staff_of(school).filter(user=person_with_email(email), role=role).exists(),
            is_invited=open_ones.filter(expires_at__gt=now).exists(),
        )
    )
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        school=school,
        email=email,
        full_name=full_name,
        role=role,
        token_hash=staff_queries.hash_of_token(token),
        invited_by=by,
        expires_at=now + INVITATION_LASTS,
    )
    record(by=by, action="staff.invite", obj=school, after={"role": role, "invitation": invitation.pk})
    emails.staff_invited(invitation=invitation, token=token, by=by)
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User) -> Invitation:
    """Withdraw an open invitation; repeating this changes nothing.

    Raises PermissionDenied, and ``Refused("invitation_accepted")``.
    """
    fresh = locked(Invitation.objects.select_related("school"), pk=invitation.pk)
    must(may_coordinate(by, fresh.school))
    if fresh.accepted_at:
        raise Refused.because("invitation_accepted", _("This invitation has already been accepted."))
    if not fresh.withdrawn_at:
        fresh.withdrawn_at = timezone.now()
        fresh.save(update_fields=["withdrawn_at"])
        record(by=by, action="staff.withdraw_invitation", obj=fresh.school, after={"invitation": fresh.pk})
    return fresh


@transaction.atomic
def accept_invitation(
    *, token: str, user: User | None, full_name: str = "", password: str = "", language: str = "vi"
) -> Membership:
    """Join the school: ``user`` is signed in, or None for a person who is new here and brings a password.

    Holding the emailed link proves the address. A known address must sign in first. Raises ``Refused``:
    ``invitation_missing``, ``invitation_used``, ``invitation_withdrawn``, ``invitation_expired``,
    ``account_closed``, ``other_account``, ``not_your_address``, ``sign_in_first``.
    """
    try:
        token_hash = staff_queries.hash_of_token(token)
        invitation = locked(Invitation.objects.select_related("school"), token_hash=token_hash)
    except Invitation.DoesNotExist:
        raise Refused(rules.NO_INVITATION) from None
    refuse_if(rules.acceptance_refusal(invitation, now=timezone.now()))
    refuse_if(rules.acceptor_refusal(acceptor=user, owner=person_with_email(invitation.email)))
    person = user or _new_member(
        full_name=full_name or invitation.full_name, email=invitation.email, password=password, language=language
    )
    # The school's row is the lock: of two invited deputies one comes first.
    school = School.objects.select_for_update(no_key=True).get(pk=invitation.school_id)
    if invitation.role == SchoolRole.DEPUTY:
        refuse_if(deputy_refusal(is_taken=staff_queries.has_deputy(school, other_than=person)))
    membership, _created = Membership.objects.get_or_create(
        school=invitation.school, user=person, role=invitation.role, ended_on=None
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    forget_roles(person)
    after = {"role": invitation.role, "user": person.pk}
    record(by=person, action="staff.join", obj=invitation.school, after=after)
    school_begins(school_id=school.pk, by=person)
    return membership


def school_begins(*, school_id: int, by: User) -> None:
    """The first act after the verification makes a school active: a second person joins, or a class is there."""
    before, after = SchoolState.VERIFIED, SchoolState.ACTIVE
    if School.objects.filter(pk=school_id, state=before).update(state=after):
        school = School.objects.get(pk=school_id)
        record(by=by, action="school.move", obj=school, before={"state": before}, after={"state": after})


def _new_member(*, full_name: str, email: str, password: str, language: str) -> User:
    person = create_person(full_name=full_name, email=email, language=language, by=None)
    person.set_password(password)
    person.save(update_fields=["password"])
    prove_address(user=person)  # anyone with the emailed link received it at this address
    return person


@transaction.atomic
def end_membership(*, membership: Membership, by: User, reason: str = "") -> Membership:
    """End a person's role at a school today; what they did there keeps their name. Nothing is deleted.

    Ending it again changes nothing. Raises PermissionDenied, and ``Refused("role_changed")``.
    """
    _lock(membership.school_id)
    fresh = locked(Membership.objects.select_related("school", "user"), pk=membership.pk)
    must(may_end_membership(by, fresh))
    refuse_if(rules.ending_refusal(fresh, is_replaced=staff_queries.was_replaced(fresh)))
    if fresh.ended_on is None:
        fresh.ended_on = timezone.localdate()
        fresh.save(update_fields=["ended_on"])
        after = {"role": fresh.role, "user": fresh.user_id, "ended_on": fresh.ended_on}
        record(by=by, action="staff.end", obj=fresh.school, after=after, reason=reason)
        emails.membership_ended(membership=fresh)
    return fresh
