"""Registrations that wait for an officer's check."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.claims import policy, queries
from programs.claims.choices import ClaimState
from programs.core.desk import DeskLink, DeskTask


def tasks(user) -> list[DeskTask]:
    count = _waiting_for(user)
    if not count:
        return []
    title = ngettext(
        "{count} school registration is waiting for your check",
        "{count} school registrations are waiting for your check",
        count,
    )
    return [
        DeskTask(
            title=title.format(count=count),
            detail=_("A school can only act on the portal once its authority has verified the coordinator."),
            url=reverse("claim_queue"),
            action=_("Check"),
            weight=20,
        )
    ]


def _waiting_for(user) -> int:
    if not policy.may_see_claims(user):
        return 0
    return queries.claims_to_decide(user).filter(state=ClaimState.SUBMITTED).count()


def links(user) -> list[DeskLink]:
    if not policy.may_see_claims(user):
        return []
    return [DeskLink(_("School registrations"), reverse("claim_queue"), count=_waiting_for(user), weight=20)]
