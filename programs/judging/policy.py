"""Who holds the roles of the projects wing now."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import ngettext

from programs.accounts.models import User
from programs.core.permissions import Holders, Role


def _judges() -> QuerySet[User]:
    judges = User.objects.annotate(sheets=Count("score_sheets")).filter(sheets__gt=0)
    return judges.order_by("sort_key", "pk")


def _sheets(judge: Any) -> str:
    return ngettext("{count} score sheet", "{count} score sheets", judge.sheets).format(count=judge.sheets)


HOLDERS = [
    Holders(
        role=Role.JUDGE,
        rows=_judges,
        person="",
        scope=_sheets,
        title=lambda row: Role.JUDGE.label,
        since=lambda row: None,
    )
]
