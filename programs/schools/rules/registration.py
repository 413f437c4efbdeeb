"""Whether a school may be registered and staff may join it now."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from programs.core.refusals import Refusal
from programs.schools.choices import ClaimState, SchoolRole, SchoolState
from programs.schools.models import Invitation

INVITED_ROLES = (SchoolRole.TEACHER, SchoolRole.DEPUTY, SchoolRole.PRINCIPAL)


def claim_refusal(state: str, *, seeks_coordinator: bool = False, is_claimed: bool = False) -> Refusal | None:
    """Why a school in ``state`` cannot be registered. ``seeks_coordinator``: it is at work without one."""
    if state == SchoolState.INVITED or (seeks_coordinator and not is_claimed):
        return None
    if state == SchoolState.CLAIMED or is_claimed:
        return Refusal(
            "claim_open",
            _(
                "Somebody has already registered this school, and its authority is checking that registration. "
                "If this is a surprise to you, please tell the authority."
            ),
        )
    if state in (SchoolState.CLOSED, SchoolState.MERGED):
        return Refusal("school_closed", _("This school is closed or has become part of another one."))
    return Refusal(
        "already_registered",
        _("This school is already registered. Ask its coordinator to invite you."),
    )


def flood_refusal(*, is_exhausted: bool) -> Refusal | None:
    if not is_exhausted:
        return None
    return Refusal(
        "too_many_claims",
        _("Very many registrations came from your network within an hour. Nothing is lost: wait, then send it again."),
    )


def correction_refusal(state: str) -> Refusal | None:
    if state == ClaimState.RETURNED:
        return None
    if state == ClaimState.VERIFIED:
        return Refusal("claim_decided", _("This registration was already verified. Please sign in."))
    if state == ClaimState.REFUSED:
        return Refusal("claim_refused", _("This registration was refused and cannot be changed any more."))
    if state == ClaimState.EXPIRED:
        return Refusal("claim_expired", _("This registration has ended. The school can be registered anew."))
    return Refusal("claim_waiting", _("This registration is waiting for the authority and cannot be changed now."))


def decision_refusal(state: str, *, to: str) -> Refusal | None:
    """A returned registration waits for the claimant, but an invented one must not block its school for ever."""
    if state == ClaimState.SUBMITTED or (state == ClaimState.RETURNED and to == ClaimState.REFUSED):
        return None
    return Refusal("claim_decided", _("This registration was already decided. Look at its history below."))


def invitation_refusal(*, may: bool, role: str, is_member: bool, is_invited: bool) -> Refusal | None:
    if not may:
        return Refusal("not_allowed", _("Only the school's coordinator may do this."))
    if role not in INVITED_ROLES:
        return Refusal("role_not_invited", _("A coordinator comes through the school's registration."), "role")
    if is_member:
        return Refusal("already_member", _("This person already has this role in your school."), "email")
    if is_invited:
        return Refusal("already_invited", _("This address already has an open invitation to this role."), "email")
    return None


def acceptance_refusal(invitation: Invitation | None, *, now: datetime) -> Refusal | None:
    """Why an invitation's link no longer opens anything."""
    if invitation is None:
        return Refusal("invitation_missing", _("This invitation does not exist. Check that the whole link was copied."))
    if invitation.accepted_at:
        return Refusal("invitation_used", _("This invitation was already accepted. You can sign in."))
    if invitation.withdrawn_at:
        return Refusal("invitation_withdrawn", _("The school has withdrawn this invitation."))
    if invitation.expires_at <= now:
        return Refusal("invitation_expired", _("This invitation has expired. Ask the school to invite you again."))
    if not invitation.school.is_working:
        return Refusal("school_not_working", _("This school cannot take on staff in the portal at the moment."))
    return None


def acceptor_refusal(*, invited: str, signed_in: str | None, is_known: bool) -> Refusal | None:
    """``signed_in`` is the address of the signed-in account, None for a visitor."""
    if signed_in is None:
        message = _("This address already has an account. Sign in first, then accept the invitation.")
        return Refusal("sign_in_first", message) if is_known else None
    if signed_in.lower() != invited.lower():
        message = _("You are signed in with another account. Sign out, then open the link from the letter again.")
        return Refusal("other_account", message)
    return None
