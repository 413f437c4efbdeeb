"""Registrations of a person: told, erased, purged."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.core.emptying import purge_rows, still_to_purge
from programs.core.personal_tables import erased, told
from programs.core.retention import retention_rule
from programs.schools.personal import REGISTRATIONS


@retention_rule(
    "claims.unconfirmed",
    label=_("Registrations of schools whose address nobody confirmed"),
    days=7,
    basis=_("They were never sent; a week is enough to answer somebody who asks what became of the letter."),
)
def unconfirmed_claims(limit: datetime) -> QuerySet[SchoolClaim]:
    return SchoolClaim.objects.filter(state=ClaimState.UNCONFIRMED, confirm_until__lt=limit)


@retention_rule(
    "claims.refused",
    label=_("Names and addresses in registrations of schools that were refused or have expired"),
    days=90,
    basis=_("Long enough for an objection; it is still known that the registration was refused."),
)
def refused_claims(limit: datetime) -> QuerySet[SchoolClaim]:
    return SchoolClaim.objects.filter(state__in=[ClaimState.REFUSED, ClaimState.EXPIRED], decided_at__lt=limit)


@retention_rule(
    "claims.verified",
    label=_("Names and addresses in registrations of schools that were verified"),
    days=730,
    basis=_("Two school years, for questions about who registered the school; the coordinator's account is kept."),
    purge=lambda rows: purge_rows(rows, "claims.refused"),
)
def verified_claims(limit: datetime) -> QuerySet[SchoolClaim]:
    rows = SchoolClaim.objects.filter(state=ClaimState.VERIFIED, decided_at__lt=limit)
    return still_to_purge(rows, "claims.refused")


told(
    SchoolClaim,
    REGISTRATIONS,
    "school",
    "full_name",
    "position",
    ("email", _("Email"), "email"),
    "phone",
    ("message", _("Message"), "message"),
    "state",
    ("sent", _("Sent"), "created_at"),
    order="created_at",
)


erased(
    SchoolClaim,
    loses=(
        _("Registrations of a school"),
        _("The name, address, phone number and message are deleted; how the school was verified is kept."),
    ),
    masked=(_("Registrations of schools that mention the name"), _("The name is removed from their text.")),
)
