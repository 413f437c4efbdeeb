"""How long a visit's contacts are kept."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.retention import retention_rule
from programs.visits.choices import LIVE
from programs.visits.models import Booking
from programs.visits.personal import wipe_contacts


@retention_rule(
    "visits.contacts",
    label=_("Telephones, notes, access and medical needs of bookings"),
    days=30,
    basis=_("They only served the day of the visit."),
    purge=wipe_contacts,
)
def contacts(limit: datetime) -> QuerySet[Booking]:
    over = Booking.objects.exclude(state__in=LIVE).filter(session__ends_at__lt=limit)
    return over.exclude(contact_phone="", needs="", note="")
