"""Pairs of pupils who may be one child, and mergers: told, erased, purged."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.personal_tables import Kind, erased, told
from programs.core.retention import retention_rule
from programs.duplicates.models import PupilPair


@retention_rule(
    "duplicates.pairs",
    label=_("Pairs of pupils of merged schools who may be one child"),
    days=365,
    basis=_("One school year in which the school decides; after that, every pupil's page still shows who is alike."),
)
def old_pairs(limit: datetime) -> QuerySet[PupilPair]:
    return PupilPair.objects.filter(merger__merged_at__lt=limit)


told(
    PupilPair,
    Kind(
        code="pairs",
        label=_("Whether another record is the same pupil"),
        purpose=_("So that one child has one record, and two children never share one."),
        source=_("The portal compared two schools that became one; the school decided."),
        kept="duplicates.pairs",
    ),
    "ground",
    "state",
    ("decided", _("Decided on"), "decided_at"),
)


erased(PupilPair, removed=(_("Whether another record is the same pupil"), _("There is nothing left to compare.")))
