"""Registrations that wait: the authority and the claimant are reminded, and a silent claimant frees the school.

How long is data of the jurisdiction. Every step is a conditional write, so a second run in the same hour does nothing.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.calendar import add_working_days
from programs.schools import emails, queries
from programs.schools.choices import ClaimState, OfficeRole, SchoolState
from programs.schools.models import School, SchoolClaim
from programs.schools.rules.deadlines import Waiting


def chase_registrations() -> dict[str, int]:
    """Everything that is due today; the number of each step."""
    waiting = Waiting.from_settings(settings.JURISDICTION)
    return {
        "authority": remind_authorities(waiting=waiting),
        "claimant": remind_claimants(waiting=waiting),
        "expired": expire_registrations(waiting=waiting),
    }


def remind_authorities(*, waiting: Waiting) -> int:
    """One letter to each officer who may decide, with all registrations that have waited too long."""
    today = timezone.localdate()
    due = [claim.pk for claim in _submitted() if _authority_is_due(claim, waiting, today)]
    if not due:
        return 0
    with transaction.atomic():
        for officer in _deciding_officers():
            mine = list(queries.claims_to_decide(officer).filter(pk__in=due).order_by("sent_at"))
            if mine:
                emails.claims_wait(officer=officer, claims=mine, today=today)
        SchoolClaim.objects.filter(pk__in=due).update(reminded_at=timezone.now())
        for claim in SchoolClaim.objects.filter(pk__in=due):
            record(by=None, action="claim.remind", obj=claim, after={"whom": Code("authority")})
    return len(due)


def _submitted() -> QuerySet[SchoolClaim]:
    return SchoolClaim.objects.filter(state=ClaimState.SUBMITTED)


def _authority_is_due(claim: SchoolClaim, waiting: Waiting, today: date) -> bool:
    sent = timezone.localdate(claim.sent_at)
    reminded = timezone.localdate(claim.reminded_at) if claim.reminded_at else None
    if reminded is None or reminded < sent:  # a corrected one begins to wait anew
        return add_working_days(sent, waiting.remind_authority_after) <= today
    return add_working_days(reminded, waiting.remind_authority_again) <= today


def _deciding_officers() -> QuerySet[User]:
    return User.objects.filter(
        is_active=True, officer_posts__role__in=(OfficeRole.WARD, OfficeRole.DEPARTMENT)
    ).distinct()


def remind_claimants(*, waiting: Waiting) -> int:
    """A returned registration waits for its claimant, who may have overlooked the letter."""
    now = timezone.now()
    first, again = timedelta(days=waiting.remind_claimant_after), timedelta(days=waiting.remind_claimant_again)
    expiring = timedelta(days=waiting.expire_after)
    not_reminded = Q(claimant_reminded_at=None) | Q(claimant_reminded_at__lte=now - again)
    due = _returned().filter(decided_at__lte=now - first, decided_at__gt=now - expiring).filter(not_reminded)
    count = 0
    for claim in due.select_related("school"):
        with transaction.atomic():
            same = SchoolClaim.objects.filter(
                pk=claim.pk, state=ClaimState.RETURNED, claimant_reminded_at=claim.claimant_reminded_at
            )
            if not same.update(claimant_reminded_at=now):
                continue
            emails.claim_reminder(claim=claim, until=timezone.localdate(claim.decided_at + expiring), now=now)
            record(by=None, action="claim.remind", obj=claim, after={"whom": Code("claimant")})
            count += 1
    return count


def _returned() -> QuerySet[SchoolClaim]:
    return SchoolClaim.objects.filter(state=ClaimState.RETURNED)


def expire_registrations(*, waiting: Waiting) -> int:
    """After a long silence the registration ends, and the school is free to be registered by somebody else."""
    until = timezone.now() - timedelta(days=waiting.expire_after)
    count = 0
    for claim in _returned().filter(decided_at__lte=until).select_related("school"):
        with transaction.atomic():
            if not _returned().filter(pk=claim.pk).update(state=ClaimState.EXPIRED):
                continue
            claim.state = ClaimState.EXPIRED
            _free_school(claim.school)
            with override(settings.LANGUAGE_CODE):
                reason = _("Returned for correction, and no answer came within {days} days.").format(
                    days=waiting.expire_after
                )
            before, after = {"state": ClaimState.RETURNED}, {"state": claim.state}
            record(by=None, action="claim.expire", obj=claim, before=before, after=after, reason=reason)
            emails.claim_expired(claim=claim, reason=reason)
            count += 1
    return count


def _free_school(school: School) -> None:
    """A school at work whose coordinator was sought stays at work."""
    if School.objects.filter(pk=school.pk, state=SchoolState.CLAIMED).update(state=SchoolState.INVITED):
        before, after = {"state": SchoolState.CLAIMED}, {"state": SchoolState.INVITED}
        record(by=None, action="school.move", obj=school, before=before, after=after)
