"""A registration is verified, returned or refused."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.actions import create_person, first_password_path
from programs.accounts.models import User
from programs.accounts.queries import person_with_email
from programs.claims import emails, rules
from programs.claims.actions.registering import move_if_still, take_school
from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.claims.policy import may_decide
from programs.core.audit import record
from programs.core.idempotency import once
from programs.core.locking import locked
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.schools.choices import SchoolRole, SchoolState
from programs.schools.models import Membership, School
from programs.schools.queries import roles as role_queries
from programs.schools.queries import staff as staff_queries

DECISIONS = {
    ClaimState.VERIFIED: "claim.verify",
    ClaimState.RETURNED: "claim.return",
    ClaimState.REFUSED: "claim.refuse",
}


@transaction.atomic
@once("claim.verify", returns=SchoolClaim)
def verify_claim(*, claim: SchoolClaim, by: User, key: str) -> SchoolClaim:
    """Verify a registration: the school becomes active, and the claimant becomes its coordinator with an account.

    Raises PermissionDenied, and ``Refused``: ``claim_decided``, ``has_coordinator``, ``account_closed``.
    """
    claim = _claim_to_decide(claim_id=claim.pk, by=by, to=ClaimState.VERIFIED)
    if staff_queries.coordinators_of(claim.school).exists():
        raise Refused.because("has_coordinator", _("This school already has a coordinator."))
    person = person_with_email(claim.email)
    if person and not person.is_active:
        message = _(
            "The account with this address is closed. Refuse the registration: the school registers with another address."
        )
        raise Refused.because("account_closed", message)
    if person is None:
        person = create_person(full_name=claim.full_name, email=claim.email, language="vi", by=by)
    Membership.objects.create(school=claim.school, user=person, role=SchoolRole.COORDINATOR)
    role_queries.forget_roles(person)
    _decide(claim=claim, state=ClaimState.VERIFIED, by=by, coordinator=person)
    # From here on its coordinator may act; the school is active when a second person works there or a class is there.
    _settle(school=claim.school, to=SchoolState.VERIFIED, by=by)
    is_new = not person.has_usable_password()
    link = first_password_path(user=person) if is_new else reverse("desk")
    emails.claim_verified(claim=claim, person=person, link=link, is_new=is_new)
    return claim


@transaction.atomic
@once("claim.return", returns=SchoolClaim)
def return_claim(*, claim: SchoolClaim, reason: str, by: User, key: str) -> SchoolClaim:
    """Return a registration to the claimant with the reason; the school stays reserved for the correction.

    Raises PermissionDenied, and ``Refused``: ``claim_decided``, ``reason_missing``.
    """
    claim = _claim_to_decide(claim_id=claim.pk, by=by, to=ClaimState.RETURNED)
    if not reason:
        raise Refused.because("reason_missing", _("Say what needs to be corrected."), field="reason")
    _decide(claim=claim, state=ClaimState.RETURNED, by=by, reason=reason)
    emails.claim_returned(claim=claim)
    return claim


@transaction.atomic
@once("claim.refuse", returns=SchoolClaim)
def refuse_claim(*, claim: SchoolClaim, reason: str, by: User, key: str) -> SchoolClaim:
    """Refuse a registration permanently, sent or returned: someone else can register the school.

    Raises PermissionDenied, and ``Refused("claim_decided")``.
    """
    claim = _claim_to_decide(claim_id=claim.pk, by=by, to=ClaimState.REFUSED)
    _decide(claim=claim, state=ClaimState.REFUSED, by=by, reason=reason)
    _settle(school=claim.school, to=SchoolState.INVITED, by=by)
    emails.claim_refused(claim=claim)
    return claim


@transaction.atomic
@once("claim.reopen", returns=SchoolClaim)
def reopen_claim(*, claim: SchoolClaim, reason: str, by: User, key: str) -> SchoolClaim:
    """Take up a registration again that was refused by mistake or expired too early, if its school is still free.

    Raises PermissionDenied, and ``Refused``: ``not_ended``, ``claim_emptied``, ``claim_open``,
    ``already_registered``, ``school_closed``.
    """
    claim = locked(SchoolClaim.objects.select_related("school__ward"), pk=claim.pk)
    must(may_decide(by, claim))
    refuse_if(rules.reopening_refusal(claim.state, is_empty=not claim.email))
    take_school(school_id=claim.school_id)
    before = {"state": claim.state}
    claim.state, claim.reason, claim.sent_at = ClaimState.SUBMITTED, "", timezone.now()
    claim.decided_by = claim.decided_at = None
    claim.save(update_fields=["state", "reason", "sent_at", "decided_by", "decided_at"])
    record(by=by, action="claim.reopen", obj=claim, before=before, after={"state": claim.state}, reason=reason)
    emails.claim_reopened(claim=claim)
    return claim


def _settle(*, school: School, to: SchoolState, by: User) -> None:
    """Move the school out of ``claimed``; one that was active while it sought a coordinator is left unchanged."""
    before = SchoolState.CLAIMED
    if move_if_still(school_id=school.pk, before=before, after=to):
        record(by=by, action="school.move", obj=school, before={"state": before}, after={"state": to})
        school.state = to
        return
    school.refresh_from_db(fields=["state"])
    if not school.is_working:
        raise Refused(rules.CLAIM_DECIDED)


def _claim_to_decide(*, claim_id: int, by: User, to: ClaimState) -> SchoolClaim:
    claim = locked(SchoolClaim.objects.select_related("school__ward"), pk=claim_id)
    must(may_decide(by, claim))
    refuse_if(rules.decision_refusal(claim.state, to=to))
    return claim


def _decide(
    *, claim: SchoolClaim, state: ClaimState, by: User, reason: str = "", coordinator: User | None = None
) -> None:
    before = claim.state
    claim.state, claim.decided_by, claim.decided_at = state, by, timezone.now()
    claim.coordinator = coordinator
    claim.reason = reason or claim.reason
    claim.save(update_fields=["state", "decided_by", "decided_at", "coordinator", "reason"])
    record(by=by, action=DECISIONS[state], obj=claim, before={"state": before}, after={"state": state}, reason=reason)
