"""Emails of the schools wing: plain values in, one outbox row out, in the caller's transaction."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.notices.actions import write_message
from programs.schools.models import Invitation, Membership, School
from programs.schools.queries import staff as staff_queries


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
