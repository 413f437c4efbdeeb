"""A school is registered, its address confirmed, and a returned registration corrected."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.claims import emails, queries, rules
from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.claims.rules import Waiting
from programs.core.audit import record
from programs.core.locking import locked
from programs.core.refusals import Refused, refuse_if
from programs.schools.choices import SchoolState
from programs.schools.models import School

CORRECTED = ("full_name", "position", "phone", "message")
TYPED = (*CORRECTED, "email")


@transaction.atomic
def submit_claim(
    *, school_id: int, full_name: str, position: str, email: str, phone: str, message: str, key: str
) -> SchoolClaim:
    """Keep what somebody typed and ask the address by letter: until it is confirmed, the school stays free.

    The claimant has no account, so the form's key alone tells that the same form was sent again,
    and finds the first registration. Raises ``Refused``: ``claim_open``, ``already_registered``,
    ``school_closed``, ``key_reused``.
    """
    typed = {"full_name": full_name, "position": position, "email": email, "phone": phone, "message": message}
    if earlier := _earlier_claim(key=key, school_id=school_id, typed=typed):
        return earlier
    refuse_if(queries.claim_refusal_of(School.objects.get(pk=school_id)))
    hours = Waiting.from_settings(settings.JURISDICTION).confirm_within
    until = timezone.now() + timedelta(hours=hours)
    new = SchoolClaim(school_id=school_id, key_hash=queries.hash_of_key(key), confirm_until=until, **typed)
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError:  # a double click: the first one was faster
        earlier = _earlier_claim(key=key, school_id=school_id, typed=typed)
        if earlier is None:
            raise
        return earlier
    record(by=None, action="claim.submit", obj=new, after={"state": new.state, "school": school_id})
    emails.claim_to_confirm(claim=new)
    return new


def _earlier_claim(*, key: str, school_id: int, typed: dict[str, str]) -> SchoolClaim | None:
    claim = queries.claim_of_form(key)
    if claim and (claim.school_id != school_id or any(getattr(claim, name) != typed[name] for name in TYPED)):
        message = _("This form was sent once before, with other details. If you want this one as well, send it again.")
        raise Refused.because("key_reused", message)
    return claim


@transaction.atomic
def send_letter_again(*, claim: SchoolClaim) -> SchoolClaim:
    """Send the letter with the link once more, to the address that was typed; the link lives as long as before.

    Raises ``Refused``: ``claim_confirmed``, ``link_expired``, ``enough_letters``.
    """
    claim = locked(SchoolClaim.objects.select_related("school"), pk=claim.pk)
    until, now = claim.confirm_until, timezone.now()
    refuse_if(rules.letter_refusal(claim.state, until=until, letters=claim.letters, now=now))
    claim.letters += 1
    claim.save(update_fields=["letters"])
    record(by=None, action="claim.letter", obj=claim, after={"letters": claim.letters})
    emails.claim_to_confirm(claim=claim)
    return claim


@transaction.atomic
def confirm_claim(*, claim: SchoolClaim) -> SchoolClaim:
    """Send the registration to the authority, because the link of the letter was used: only now the school is taken.

    The link once more finds it sent. Raises ``Refused``: ``link_expired``, ``claim_open``, ``already_registered``,
    ``school_closed``; it stays unconfirmed then, and may be confirmed when the school is free again in time.
    """
    claim = locked(SchoolClaim.objects.select_related("school__ward"), pk=claim.pk)
    if claim.state != ClaimState.UNCONFIRMED:
        return claim
    refuse_if(rules.confirmation_refusal(claim.state, until=claim.confirm_until, now=timezone.now()))
    take_school(school_id=claim.school_id)
    claim.state, claim.sent_at = ClaimState.SUBMITTED, timezone.now()
    claim.save(update_fields=["state", "sent_at"])
    before, after = {"state": ClaimState.UNCONFIRMED}, {"state": claim.state}
    record(by=None, action="claim.confirm", obj=claim, before=before, after=after)
    emails.claim_received(claim=claim, occasion="submitted")
    return claim


def take_school(*, school_id: int) -> None:
    """Reserve the school for one registration; an active school seeking a coordinator stays active.

    Raises ``Refused``: ``claim_open``, ``already_registered``, ``school_closed``.
    """
    if move_if_still(school_id=school_id, before=SchoolState.INVITED, after=SchoolState.CLAIMED):
        return
    school = School.objects.select_for_update(no_key=True).get(pk=school_id)
    refuse_if(queries.claim_refusal_of(school))


def move_if_still(*, school_id: int, before: SchoolState, after: SchoolState) -> bool:
    """The guard: of two concurrent moves, the second finds the school already moved."""
    return School.objects.filter(pk=school_id, state=before).update(state=after) == 1


@transaction.atomic
def correct_claim(*, claim: SchoolClaim, full_name: str, position: str, phone: str, message: str) -> SchoolClaim:
    """Send a returned registration again: ``returned -> submitted``; the officer's reason stays readable.

    The address stays: it is the one that was confirmed. Raises ``Refused``: ``claim_decided``, ``claim_refused``,
    ``claim_expired``, ``claim_waiting``.
    """
    typed = {"full_name": full_name, "position": position, "phone": phone, "message": message}
    claim = locked(SchoolClaim.objects.select_related("school"), pk=claim.pk)
    changed = [name for name in CORRECTED if getattr(claim, name) != typed[name]]
    if claim.state == ClaimState.SUBMITTED and not changed:
        return claim  # the same correction sent twice
    refuse_if(rules.correction_refusal(claim.state))
    for name in CORRECTED:
        setattr(claim, name, typed[name])
    claim.state, claim.sent_at = ClaimState.SUBMITTED, timezone.now()
    claim.save(update_fields=[*CORRECTED, "state", "sent_at"])
    after = {"state": claim.state, "changed": changed}
    record(by=None, action="claim.correct", obj=claim, before={"state": ClaimState.RETURNED}, after=after)
    emails.claim_received(claim=claim, occasion=f"corrected-{secrets.token_hex(6)}")
    return claim
