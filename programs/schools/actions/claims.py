"""A school is claimed, verified, returned or refused, and nobody waits permanently."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from programs.accounts.actions import create_person, first_password_path
from programs.accounts.models import User
from programs.accounts.queries import person_with_email
from programs.core.audit import Code, record
from programs.core.calendar import add_working_days
from programs.core.idempotency import once
from programs.core.locking import locked
from programs.core.nets import in_turn, one_by_one
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.schools import emails, rules
from programs.schools.choices import ClaimState, OfficeRole, SchoolRole, SchoolState
from programs.schools.models import Membership, School, SchoolClaim
from programs.schools.policy import may_decide
from programs.schools.queries import roles as role_queries
from programs.schools.queries import schools as school_queries
from programs.schools.queries import staff as staff_queries
from programs.schools.rules import Waiting

DECISIONS = {
    ClaimState.VERIFIED: "claim.verify",
    ClaimState.RETURNED: "claim.return",
    ClaimState.REFUSED: "claim.refuse",
}
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
        refuse_if(school_queries.claim_refusal_of(School.objects.get(pk=school_id)))
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
    if _move_school(school_id=school_id, before=SchoolState.INVITED, after=SchoolState.CLAIMED):
        return True
    school = School.objects.select_for_update(no_key=True).get(pk=school_id)
    return school_queries.claim_refusal_of(school) is None


def _move_school(*, school_id: int, before: SchoolState, after: SchoolState) -> bool:
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
        message = _("The account with this address is closed. Return the registration and ask for another address.")
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


def _settle(*, school: School, to: SchoolState, by: User) -> None:
    """Move the school out of ``claimed``; one that was active while it sought a coordinator is left unchanged."""
    before = SchoolState.CLAIMED
    if _move_school(school_id=school.pk, before=before, after=to):
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


def chase_registrations() -> dict[str, int]:
    """Everything that is due today; the number of each step."""
    waiting = Waiting.from_settings(settings.JURISDICTION)
    steps = {"authority": remind_authorities, "claimant": remind_claimants, "expired": expire_registrations}
    return in_turn("registrations", {name: partial(step, waiting=waiting) for name, step in steps.items()})


def remind_authorities(*, waiting: Waiting) -> int:
    """Send one email to each officer who may decide, listing all registrations that have waited too long."""
    today = timezone.localdate()
    due = [claim.pk for claim in _submitted() if _authority_is_due(claim, waiting, today)]
    if not due:
        return 0

    @transaction.atomic
    def write(officer: User) -> None:
        mine = list(school_queries.claims_to_decide(officer).filter(pk__in=due).order_by("sent_at"))
        if mine:
            emails.claims_wait(officer=officer, claims=mine, today=today)

    one_by_one("registrations authority: officer", _deciding_officers(), write)
    return one_by_one("registrations authority", SchoolClaim.objects.filter(pk__in=due), _note_authority_reminded)


@transaction.atomic
def _note_authority_reminded(claim: SchoolClaim) -> bool:
    record(by=None, action="claim.remind", obj=claim, after={"whom": Code("authority")})
    return SchoolClaim.objects.filter(pk=claim.pk).update(reminded_at=timezone.now()) == 1


def _submitted() -> QuerySet[SchoolClaim]:
    return SchoolClaim.objects.filter(state=ClaimState.SUBMITTED)


def _authority_is_due(claim: SchoolClaim, waiting: Waiting, today: date) -> bool:
    sent = timezone.localdate(claim.sent_at)
    reminded = timezone.localdate(claim.reminded_at) if claim.reminded_at else None
    if reminded is None or reminded < sent:  # a corrected one starts waiting again
        return add_working_days(sent, waiting.remind_authority_after) <= today
    return add_working_days(reminded, waiting.remind_authority_again) <= today


def _deciding_officers() -> QuerySet[User]:
    return User.objects.filter(
        is_active=True, officer_posts__role__in=(OfficeRole.WARD, OfficeRole.DEPARTMENT)
    ).distinct()


def remind_claimants(*, waiting: Waiting) -> int:
    """Remind the claimants of returned registrations, who may have overlooked the email."""
    now = timezone.now()
    first, again = timedelta(days=waiting.remind_claimant_after), timedelta(days=waiting.remind_claimant_again)
    expiring = timedelta(days=waiting.expire_after)
    not_reminded = Q(claimant_reminded_at=None) | Q(claimant_reminded_at__lte=now - again)
    due = _returned().filter(decided_at__lte=now - first, decided_at__gt=now - expiring).filter(not_reminded)

    @transaction.atomic
    def remind(claim: SchoolClaim) -> bool:
        same = _returned().filter(pk=claim.pk, claimant_reminded_at=claim.claimant_reminded_at)
        if not same.update(claimant_reminded_at=now):
            return False
        emails.claim_reminder(claim=claim, until=timezone.localdate((claim.decided_at or now) + expiring), now=now)
        record(by=None, action="claim.remind", obj=claim, after={"whom": Code("claimant")})
        return True

    return one_by_one("registrations claimant", due.select_related("school"), remind)


def _returned() -> QuerySet[SchoolClaim]:
    return SchoolClaim.objects.filter(state=ClaimState.RETURNED)


def expire_registrations(*, waiting: Waiting) -> int:
    """Without a reply the registration eventually expires, and someone else can register the school."""
    until = timezone.now() - timedelta(days=waiting.expire_after)
    due = _returned().filter(decided_at__lte=until).select_related("school")
    return one_by_one("registrations expired", due, partial(_expire, days=waiting.expire_after))


@transaction.atomic
def _expire(claim: SchoolClaim, *, days: int) -> bool:
    if not _returned().filter(pk=claim.pk).update(state=ClaimState.EXPIRED):
        return False
    claim.state = ClaimState.EXPIRED
    _free_school(claim.school)
    with override(settings.LANGUAGE_CODE):
        reason = _("Returned for correction, and there was no reply within {days} days.").format(days=days)
    before, after = {"state": ClaimState.RETURNED}, {"state": claim.state}
    record(by=None, action="claim.expire", obj=claim, before=before, after=after, reason=reason)
    emails.claim_expired(claim=claim, reason=reason)
    return True


def _free_school(school: School) -> None:
    """An active school that was seeking a coordinator stays active."""
    if School.objects.filter(pk=school.pk, state=SchoolState.CLAIMED).update(state=SchoolState.INVITED):
        before, after = {"state": SchoolState.CLAIMED}, {"state": SchoolState.INVITED}
        record(by=None, action="school.move", obj=school, before=before, after=after)
