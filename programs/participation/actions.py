"""The words of the figures are loaded; what was taken away is noted."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.db import models, transaction

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.participation.models import Indicator, IndicatorTarget
from programs.participation.queries import Filters

INDICATORS = Path(__file__).parent / "data" / "indicators.toml"


@transaction.atomic
def note_download(*, obj: models.Model, by: User, filters: Filters, rows: int) -> None:
    """One audit row for each file that leaves; ``obj`` is the term or the report that it shows."""
    asked = filters.narrowing() | {"school": Code(filters.school), "term": filters.term and filters.term.pk}
    record(by=by, action="report.download", obj=obj, after={"filters": asked, "rows": rows})


@transaction.atomic
def load_indicators() -> int:
    """Load the definitions of the figures from the project's own file, replacing earlier ones."""
    entries = tomllib.loads(INDICATORS.read_text(encoding="utf-8"))["indicator"]
    for entry in entries:
        targets = entry.pop("targets", [])
        indicator, _created = Indicator.objects.update_or_create(code=entry.pop("code"), defaults=entry)
        for target in targets:
            values = {"value": target["value"], "source": target["source"]}
            IndicatorTarget.objects.update_or_create(indicator=indicator, year=target["year"], defaults=values)
    return len(entries)
