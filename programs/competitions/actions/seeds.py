"""The rules of competitions that ship as data: each version is loaded and published once."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from programs.competitions.choices import RuleSetState
from programs.competitions.models import Criterion, ProjectField, Round, RuleSet, Slot
from programs.core.calendar import current_school_year

DATA = Path(__file__).resolve().parent.parent / "data"
FILES = ("khkt.toml", "ideas.toml", "primary.toml", "challenge.toml")


@transaction.atomic
def load_rule_sets() -> list[RuleSet]:
    """Load the fields and rule sets of ``data/``; what is there already is left unchanged."""
    fields = [
        ProjectField.objects.get_or_create(code=row["code"], defaults={**row, "position": position})[0]
        for position, row in enumerate(_read("fields.toml")["fields"])
    ]
    return [_load(row, fields) for name in FILES for row in _read(name)["rule_sets"]]


def _read(name: str) -> dict:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def _load(row: dict, all_fields: list[ProjectField]) -> RuleSet:
    """A version that nobody has is written as a draft with its parts and then published."""
    fields, slots, rounds = row.pop("fields", ""), row.pop("slots"), row.pop("rounds")
    identity = {"code": row.pop("code"), "version": row.pop("version")}
    now = timezone.now()
    facts = row | {"school_year": current_school_year(timezone.localdate(now))}
    rule_set, created = RuleSet.objects.get_or_create(**identity, defaults=facts)
    if not created:
        return rule_set
    if fields == "all":
        rule_set.fields.set(all_fields)
    Slot.objects.bulk_create(Slot(rule_set=rule_set, position=place, **slot) for place, slot in enumerate(slots))
    for each in rounds:
        criteria = each.pop("criteria", [])
        held = Round.objects.create(rule_set=rule_set, **each)
        Criterion.objects.bulk_create(
            Criterion(round=held, position=place, **criterion) for place, criterion in enumerate(criteria)
        )
    rule_set.state, rule_set.published_at = RuleSetState.PUBLISHED, now
    rule_set.save(update_fields=["state", "published_at"])
    return rule_set
