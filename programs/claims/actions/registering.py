"""A school is registered, and a returned registration is corrected."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from programs.claims import emails, queries, rules
from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.core.audit import record
from programs.core.locking import locked
from programs.core.refusals import Refused, refuse_if
from programs.schools.choices import SchoolState
from programs.schools.models import School

TYPED = ("full_name", "position", "email", "phone", "message")


@transaction.atomic
def submit_claim(
    *, school_id: int, full_name: str, position: str, email: str, phone: str, message: str, key: str
) -> SchoolClaim:
    """Register a school: ``invited -> claimed``, with the claimant's own secret link.

    The claimant has no account, so the form's key alone tells that the same form was sent again,
    and finds the first registration. Raises ``Refused``: ``claim_open``, ``already_registered``,
    ``school_closed``, ``key_reused``.
    """
    typed = {"full_name": full_name, "position": position, "email": email, "phone": phone, "message": message}
    key_hash = salted_hmac("programs.schools.claim", key, algorithm="sha256").hexdigest()
    earlier = _earlier_claim(key_hash=key_hash, school_id=school_id, typed=typed)
    if earlier:
        return earlier
    if not _reserve(school_id=school_id):
        # a double click that waited for the first one finds it now
        earlier = _earlier_claim(key_hash=key_hash, school_id=school_id, typed=typed)
        if earlier:
            return earlier
        refuse_if(queries.claim_refusal_of(School.objects.get(pk=school_id)))
        raise Refused.because("claim_open", _("Please open the form again."))
    claim = SchoolClaim.objects.create(school_id=school_id, key_hash=key_hash, **typed)
    record(by=None, action="claim.submit", obj=claim, after={"state": claim.state, "school": school_id})
    emails.claim_received(claim=claim, occasion="submitted")
    return claim


def _earlier_claim(*, key_hash: str, school_id: int, typed: dict[str, str]) -> SchoolClaim | None:
    claim = SchoolClaim.objects.filter(key_hash=key_hash).first()
    if claim and (claim.school_id != school_id or any(getattr(claim, name) != typed[name] for name in TYPED)):
        message = _("This form was sent once before, with other details. If you want this one as well, send it again.")
        raise Refused.because("key_reused", message)
    return claim


def _reserve(*, school_id: int) -> bool:
    """Reserve the school for one registration. An active school seeking a coordinator stays active."""
    if move_if_still(school_id=school_id, before=SchoolState.INVITED, after=SchoolState.CLAIMED):
        return True
    school = School.objects.select_for_update(no_key=True).get(pk=school_id)
    return queries.claim_refusal_of(school) is None


def move_if_still(*, school_id: int, before: SchoolState, after: SchoolState) -> bool:
    """The guard: of two concurrent moves, the second finds the school already moved."""
    return School.objects.filter(pk=school_id, state=before).update(state=after) == 1


@transaction.atomic
def correct_claim(
    *, claim: SchoolClaim, full_name: str, position: str, email: str, phone: str, message: str
) -> SchoolClaim:
    """Send a returned registration again: ``returned -> submitted``; the officer's reason stays readable.

    Raises ``Refused``: ``claim_decided``, ``claim_refused``, ``claim_expired``, ``claim_waiting``.
    """
    typed = {"full_name": full_name, "position": position, "email": email, "phone": phone, "message": message}
    claim = locked(SchoolClaim.objects.select_related("school"), pk=claim.pk)
    if claim.state == ClaimState.SUBMITTED and all(getattr(claim, name) == typed[name] for name in TYPED):
        return claim  # the same correction sent twice
    refuse_if(rules.correction_refusal(claim.state))
    changed = [name for name in TYPED if getattr(claim, name) != typed[name]]
    for name in TYPED:
        setattr(claim, name, typed[name])
    claim.state, claim.sent_at = ClaimState.SUBMITTED, timezone.now()
    claim.save(update_fields=[*TYPED, "state", "sent_at"])
    after = {"state": claim.state, "changed": changed}
    record(by=None, action="claim.correct", obj=claim, before={"state": ClaimState.RETURNED}, after=after)
    emails.claim_received(claim=claim, occasion=f"corrected-{secrets.token_hex(6)}")
    return claim
