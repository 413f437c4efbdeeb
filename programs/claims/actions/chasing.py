"""Nobody waits for ever: reminders to the authority and to the claimant, and an end after a long silence."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from programs.accounts.models import User
from programs.claims import emails, queries
from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.claims.rules import Waiting
from programs.core.audit import Code, record
from programs.core.calendar import add_working_days
from programs.core.nets import in_turn, one_by_one
from programs.schools.choices import OfficeRole, SchoolState
from programs.schools.models import School


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
        mine = list(queries.claims_to_decide(officer).filter(pk__in=due).order_by("sent_at"))
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
