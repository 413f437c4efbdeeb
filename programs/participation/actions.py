"""The words of the figures are loaded; what was taken away is noted; schools without any activity are reminded."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import cast

from django.db import models, transaction
from django.urls import reverse

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.models import Term
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.notices.actions import write_message
from programs.participation.models import Indicator, IndicatorTarget
from programs.participation.policy import may_remind
from programs.participation.queries import (
    REMINDER,
    Filters,
    idle_schools,
    leaders_to_remind,
    reminded_this_week,
    reminder_key,
)
from programs.participation.rules import remind_refusal

INDICATORS = Path(__file__).parent / "data" / "indicators.toml"


@transaction.atomic
def note_download(*, obj: models.Model, by: User, filters: Filters, rows: int) -> None:
    """One audit row for each file that leaves; ``obj`` is the term or the report that it shows."""
    asked = filters.narrowing() | {"school": Code(filters.school), "term": filters.term and filters.term.pk}
    record(by=by, action="report.download", obj=obj, after={"filters": asked, "rows": rows})


@transaction.atomic
@once("participation.remind")
def remind_idle(*, filters: Filters, words: str, by: User, key: str) -> dict[str, int]:
    """Write to who answers for the schools of ``filters`` that had no activity in its term, each once a week.

    Which schools these are is read now, in the officer's scope. Returns how many schools were written to
    (``written``), had been this week (``before``), and have nobody on the portal (``nobody``).
    Raises PermissionDenied, and ``Refused``: those of ``remind_refusal``.
    """
    must(may_remind(by))
    idle = idle_schools(by, filters)
    refuse_if(remind_refusal(filters.term is not None, len(idle)))
    term = cast(Term, filters.term)
    leaders, before = leaders_to_remind(idle), reminded_this_week(term)
    fresh = [school for school in idle if leaders[school.pk] and school.pk not in before]
    for school in fresh:
        for person in leaders[school.pk]:
            write_message(
                kind=REMINDER,
                to=person,
                dedupe_key=reminder_key(term, school.pk) + str(person.pk),
                context={"school": school.name, "term": term, "words": words, "by": by},
                link=reverse("participation"),
            )
    record(by=by, action="participation.remind", obj=term, after={"schools": len(fresh)}, reason=words)
    counts = {"written": len(fresh), "before": len([each for each in idle if each.pk in before])}
    return counts | {"nobody": len(idle) - sum(counts.values())}


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
