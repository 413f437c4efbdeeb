"""Emails about registrations: plain values in, one outbox row out, in the caller's transaction."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from programs.accounts.models import User
from programs.claims.models import SchoolClaim
from programs.notices.actions import write_message


def _claim_facts(claim: SchoolClaim) -> dict:
    return {"full_name": claim.full_name, "school": claim.school.name, "code": claim.school.code}


def claim_to_confirm(*, claim: SchoolClaim) -> None:
    """To an address that anybody may have typed: the school, the link, and nothing of what was typed."""
    write_message(
        kind="account/claim_confirm",
        to=None,
        address=claim.email,
        dedupe_key=f"claim:{claim.pk}:confirm:{claim.letters}",
        context={"school": claim.school.name, "code": claim.school.code, "until": claim.confirm_until},
        link=reverse("claim_confirm", args=[claim.confirm_token]),
    )


def claim_received(*, claim: SchoolClaim, occasion: str) -> None:
    """To the claimant, with the link to the registration."""
    write_message(
        kind="claim_received",
        to=None,
        address=claim.email,
        dedupe_key=f"claim:{claim.pk}:{occasion}",
        context={"school": claim.school.name, "code": claim.school.code},
        link=reverse("claim_status", args=[claim.link_token]),
    )


def claim_returned(*, claim: SchoolClaim) -> None:
    # The claimant has no account and so no language: use the portal's, not the officer's.
    with translation.override(settings.LANGUAGE_CODE):
        write_message(
            kind="claim_returned",
            to=None,
            address=claim.email,
            dedupe_key=f"claim:{claim.pk}:returned:{claim.decided_at.timestamp()}",
            context=_claim_facts(claim) | {"reason": claim.reason},
            link=reverse("claim_status", args=[claim.link_token]),
        )


def claim_refused(*, claim: SchoolClaim) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        write_message(
            kind="claim_refused",
            to=None,
            address=claim.email,
            dedupe_key=f"claim:{claim.pk}:refused",
            context=_claim_facts(claim) | {"reason": claim.reason},
        )


def claim_reopened(*, claim: SchoolClaim) -> None:
    """To the claimant: the registration is being checked after all."""
    with translation.override(settings.LANGUAGE_CODE):
        write_message(
            kind="claim_reopened",
            to=None,
            address=claim.email,
            dedupe_key=f"claim:{claim.pk}:reopened:{claim.sent_at.timestamp()}",
            context=_claim_facts(claim),
            link=reverse("claim_status", args=[claim.link_token]),
        )


def claim_verified(*, claim: SchoolClaim, person: User, link: str, is_new: bool) -> None:
    """To the new coordinator; somebody without an account chooses a password behind ``link``."""
    write_message(
        kind="account/claim_verified" if is_new else "claim_verified",
        to=person,
        address=claim.email,
        dedupe_key=f"claim:{claim.pk}:verified",
        context=_claim_facts(claim) | {"username": person.username},
        link=link,
    )


def claims_wait(*, officer: User, claims: list[SchoolClaim], today: date) -> None:
    """To an officer: these registrations have waited too long."""
    write_message(
        kind="claims_wait",
        to=officer,
        dedupe_key=f"claims-wait:{officer.pk}:{today}",
        context={"claims": [(claim.school.name, timezone.localdate(claim.sent_at)) for claim in claims]},
        link=reverse("claim_queue"),
    )


def claim_reminder(*, claim: SchoolClaim, until: date, now: datetime) -> None:
    """To the claimant of a returned registration, in the portal's own language."""
    with translation.override(settings.LANGUAGE_CODE):
        write_message(
            kind="claim_reminder",
            to=None,
            address=claim.email,
            dedupe_key=f"claim:{claim.pk}:reminder:{now.timestamp()}",
            context=_claim_facts(claim) | {"reason": claim.reason, "until": until},
            link=reverse("claim_status", args=[claim.link_token]),
        )


def claim_expired(*, claim: SchoolClaim, reason: str) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        write_message(
            kind="claim_expired",
            to=None,
            address=claim.email,
            dedupe_key=f"claim:{claim.pk}:expired",
            context=_claim_facts(claim) | {"reason": reason},
            link=reverse("school_claim", args=[claim.school.code]),
        )
