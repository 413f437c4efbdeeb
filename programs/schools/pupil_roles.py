"""Which pupils sign in now."""

from __future__ import annotations

from django.db.models import QuerySet

from programs.core.permissions import Holders, Role
from programs.schools.models import Pupil
from programs.schools.roles import school_of


def _pupils() -> QuerySet[Pupil]:
    pupils = Pupil.objects.filter(user__isnull=False, left_on__isnull=True).select_related("user", "school__ward")
    return pupils.order_by("sort_key", "pk")


HOLDERS = [
    Holders(
        role=Role.PUPIL,
        rows=_pupils,
        person="user",
        scope=school_of,
        title=lambda row: Role.PUPIL.label,
        since=lambda row: row.imported_at,
    ),
]
