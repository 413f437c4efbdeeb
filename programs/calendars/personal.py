"""Calendar addresses: told, erased, purged."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.calendars.models import CalendarFeed
from programs.core.personal_tables import Kind, erased, told
from programs.core.retention import retention_rule

told(
    CalendarFeed,
    Kind(
        code="calendar_feeds",
        label=_("Calendar feed addresses"),
        purpose=_("Your calendar reads the visits there."),
        source=_("You."),
        kept=_("Until a year after you revoked it."),
    ),
    "centre",
    ("made", _("Created"), "created_at"),
    ("last_read", _("Last read"), "last_read_on"),
    ("revoked", _("Revoked"), "revoked_at"),
    order="created_at",
)


erased(CalendarFeed, removed=(_("Calendar feed addresses"), _("No one reads them any more.")))


@retention_rule(
    "visits.feeds",
    label=_("Revoked calendar feed addresses"),
    days=365,
    basis=_("So that we know for a year who had an address."),
)
def revoked_feeds(limit: datetime) -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.filter(revoked_at__lt=limit)
