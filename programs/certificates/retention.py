"""How long the name on an award is held after its holder had it erased."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.certificates.models import Certificate
from programs.certificates.rules import HELD_BY_LAW
from programs.core.retention import retention_rule
from programs.schools.choices import RequestKind, RequestState


def take_names_out(rows: QuerySet[Certificate]) -> None:
    rows.update(printed_name="", class_name="", sort_key="")


@retention_rule(
    "certificates.held_names",
    label=_("Names on awards whose holder had the data erased"),
    days=3650,
    basis=_(
        "Whoever gives an award keeps the decision with its name (Law on Emulation and Commendation 06/2022/QH15)."
    ),
    purge=take_names_out,
    doubt=_("How long the decision must be kept is to be confirmed; until then the name stays."),
)
def held_names(limit: datetime) -> QuerySet[Certificate]:
    held = Certificate.objects.filter(kind__in=HELD_BY_LAW, issued_at__lt=limit).exclude(printed_name="")
    erased = {"pupil__data_requests__kind": RequestKind.ERASE, "pupil__data_requests__state": RequestState.DONE}
    return held.filter(**erased).distinct()
