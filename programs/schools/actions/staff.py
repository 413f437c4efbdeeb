"""People join a school by invitation and leave it by an end date."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.actions import create_person, prove_address
from programs.accounts.models import User
from programs.core.audit import record
from programs.core.idempotency import perform_once
from programs.core.refusals import Refused, refuse_if
from programs.schools import emails, queries, rules
from programs.schools.choices import SchoolRole, SchoolState
from programs.schools.models import Invitation, Membership, School
from programs.schools.rules.handover import deputy_refusal

INVITATION_LASTS = timedelta(days=14)


def invite_staff(*, school: School, full_name: str, email: str, role: str, by: User, key: str) -> Invitation:
    """Invite somebody by e-mail; the link in the letter is the only copy of the token.

    Raises ``Refused``: ``not_allowed``, ``role_not_invited``, ``already_member``, ``already_invited``.
    """
    email = email.lower()
    with transaction.atomic():
        return perform_once(
            user=by,
            action="staff.invite",
            key=key,
            body={"school": school.pk, "full_name": full_name, "email": email, "role": role},
            perform=lambda: _invite(school_id=school.pk, full_name=full_name, email=email, role=role, by=by),
            find=lambda pk: Invitation.objects.get(pk=pk),
        )


def _invite(*, school_id: int, full_name: str, email: str, role: str, by: User) -> Invitation:
    # The school's row is the lock: two invitations of one person queue here.
    school = School.objects.select_for_update().get(pk=school_id)
    now = timezone.now()
    open_ones = Invitation.objects.filter(
        school=school, email=email, role=role, accepted_at__isnull=True, withdrawn_at__isnull=True
    )
    open_ones.filter(expires_at__lte=now).update(withdrawn_at=now)
    if role == SchoolRole.DEPUTY:
        refuse_if(deputy_refusal(is_taken=queries.has_deputy(school)))
    refuse_if(
        rules.invitation_refusal(
            may=rules.can_coordinate(queries.standing_of(by), school),
            role=role,
            is_member=queries.staff_of(school).filter(user__email__iexact=email, role=role).exists(),
            is_invited=open_ones.filter(expires_at__gt=now).exists(),
        )
    )
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        school=school,
        email=email,
        full_name=full_name,
        role=role,
        token_hash=queries.hash_of_token(token),
        invited_by=by,
        expires_at=now + INVITATION_LASTS,
    )
    record(by=by, action="staff.invite", obj=school, after={"role": role, "invitation": invitation.pk})
    emails.staff_invited(invitation=invitation, token=token, by=by)
    return invitation


def withdraw_invitation(*, invitation: Invitation, by: User) -> Invitation:
    """Make an open invitation's link useless; withdrawing it again changes nothing."""
    with transaction.atomic():
        fresh = Invitation.objects.select_for_update(of=("self",)).select_related("school").get(pk=invitation.pk)
        if not rules.can_coordinate(queries.standing_of(by), fresh.school):
            raise Refused.because("not_allowed", _("Only the school's coordinator may do this."))
        if fresh.accepted_at:
            raise Refused.because("invitation_accepted", _("This invitation was already accepted."))
        if not fresh.withdrawn_at:
            fresh.withdrawn_at = timezone.now()
            fresh.save(update_fields=["withdrawn_at"])
            record(by=by, action="staff.withdraw_invitation", obj=fresh.school, after={"invitation": fresh.pk})
    return fresh


def accept_invitation(
    *, token: str, user: User | None, full_name: str = "", password: str = "", language: str = "vi"
) -> Membership:
    """Join the school: ``user`` is signed in, or None for a person who is new here and brings a password.

    Whoever holds the letter proves the address. A known address must sign in first. Raises ``Refused``:
    ``invitation_missing``, ``invitation_used``, ``invitation_withdrawn``, ``invitation_expired``,
    ``other_account``, ``sign_in_first``.
    """
    with transaction.atomic():
        invitation = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("school")
            .filter(token_hash=queries.hash_of_token(token))
            .first()
        )
        refuse_if(rules.acceptance_refusal(invitation, now=timezone.now()))
        refuse_if(
            rules.acceptor_refusal(
                invited=invitation.email,
                signed_in=user.email or "" if user else None,
                is_known=queries.person_with_email(invitation.email) is not None,
            )
        )
        person = user or _new_member(
            full_name=full_name or invitation.full_name, email=invitation.email, password=password, language=language
        )
        # The school's row is the lock: of two invited deputies one comes first.
        school = School.objects.select_for_update(no_key=True).get(pk=invitation.school_id)
        if invitation.role == SchoolRole.DEPUTY:
            refuse_if(deputy_refusal(is_taken=queries.has_deputy(school, other_than=person)))
        membership, _created = Membership.objects.get_or_create(
            school=invitation.school, user=person, role=invitation.role, ended_on=None
        )
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        queries.forget_standing(person)
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
    prove_address(user=person)  # who holds the letter has read it at this address
    return person


def end_membership(*, membership: Membership, by: User, reason: str = "") -> Membership:
    """End a person's part in a school today; what they did there keeps their name. Never deletes."""
    with transaction.atomic():
        fresh = (
            Membership.objects.select_for_update(of=("self",)).select_related("school", "user").get(pk=membership.pk)
        )
        standing = queries.standing_of(by)
        if not rules.can_end_membership(standing, fresh):
            raise Refused.because(
                "not_allowed", _("You cannot end this role. A coordinator changes through the authority.")
            )
        if fresh.ended_on is None:
            fresh.ended_on = timezone.localdate()
            fresh.save(update_fields=["ended_on"])
            after = {"role": fresh.role, "user": fresh.user_id, "ended_on": fresh.ended_on}
            record(by=by, action="staff.end", obj=fresh.school, after=after, reason=reason)
            emails.membership_ended(membership=fresh)
    return fresh
