"""Who holds the roles of the visits wing now."""

from __future__ import annotations

from django.db.models import QuerySet

from programs.core.permissions import Holders, Role
from programs.visits.models import CentreStaff


def _staff() -> QuerySet[CentreStaff]:
    staff = CentreStaff.objects.filter(ended_on__isnull=True).select_related("user", "centre")
    return staff.order_by("user__sort_key", "pk")


HOLDERS = [
    Holders(
        role=Role.CENTRE_STAFF,
        rows=_staff,
        person="user",
        scope=lambda row: row.centre.name,
        title=lambda row: row.get_role_display(),
        since=lambda row: None,
    )
]
