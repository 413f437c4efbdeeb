"""Emails of the schools wing: plain values in, one outbox row out, in the caller's transaction."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from programs.accounts.models import User
from programs.notices.actions import write_message
from programs.schools.models import Invitation, Membership, School, SchoolClaim
from programs.schools.queries import staff as staff_queries


def _claim_facts(claim: SchoolClaim) -> dict:
    return {"full_name": claim.full_name, "school": claim.school.name, "code": claim.school.code}


def claim_received(*, claim: SchoolClaim, occasion: str) -> None:
    """To the claimant, with the link to the registration; nothing that a stranger typed, nobody proved the address."""
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


def staff_invited(*, invitation: Invitation, token: str, by: User) -> None:
    write_message(
        kind="account/staff_invited",
        to=None,
        address=invitation.email,
        dedupe_key=f"invitation:{invitation.pk}",
        context={
            "full_name": invitation.full_name,
            "school": invitation.school.name,
            "role": invitation.get_role_display(),
            "inviter": by.full_name,
            "expires_at": invitation.expires_at,
        },
        link=reverse("invitation_accept", args=[token]),
    )


def membership_ended(*, membership: Membership) -> None:
    write_message(
        kind="membership_ended",
        to=membership.user,
        dedupe_key=f"membership:{membership.pk}:ended",
        context={"school": membership.school.name, "role": membership.get_role_display()},
        link=reverse("desk"),
    )


def school_moved(*, school: School, occasion: str, reason: str, into: School | None = None) -> None:
    """To everybody who works for the school: suspended, at work again, closed or merged."""
    for member in {member.user_id: member for member in staff_queries.staff_of(school)}.values():
        write_message(
            kind="school_moved",
            to=member.user,
            dedupe_key=f"school:{school.pk}:{occasion}:{timezone.now().timestamp()}:{member.user_id}",
            context={"school": school.name, "occasion": occasion, "reason": reason, "into": into.name if into else ""},
            link=reverse("desk"),
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


def coordinator_changed(*, school: School, old: User | None, new: User | None, reason: str) -> None:
    """To both: who looks after the school from now on."""
    moment = timezone.now().timestamp()
    for person in {each.pk: each for each in (old, new) if each}.values():
        write_message(
            kind="coordinator_changed",
            to=person,
            dedupe_key=f"coordinator:{school.pk}:{moment}:{person.pk}",
            context={
                "school": school.name,
                "new": new.full_name if new else "",
                "old": old.full_name if old else "",
                "is_new": person == new,
                "reason": reason,
            },
            link=reverse("desk"),
        )
