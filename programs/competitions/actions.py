"""The rules of competitions come from data files, each version once."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.db import transaction

from programs.competitions.models import Criterion, ProjectField, RuleSet

DATA = Path(__file__).resolve().parent / "data"


@transaction.atomic
def load_rule_sets() -> list[RuleSet]:
    """Load the fields and rule sets of ``data/``; existing versions are left unchanged."""
    for position, row in enumerate(_read("fields.toml")["fields"]):
        ProjectField.objects.update_or_create(code=row["code"], defaults={**row, "position": position})
    described = _read("khkt.toml")["rule_sets"]
    sheets = {row["code"]: row["criteria"] for row in described if "criteria" in row}
    return [_load(row, sheets[row.get("criteria_of", row["code"])]) for row in described]


def _read(name: str) -> dict:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def _load(row: dict, criteria: list[dict]) -> RuleSet:
    facts = {name: value for name, value in row.items() if name not in ("code", "version", "criteria", "criteria_of")}
    rule_set, created = RuleSet.objects.get_or_create(code=row["code"], version=row["version"], defaults=facts)
    if created:
        Criterion.objects.bulk_create(
            Criterion(rule_set=rule_set, position=position, **criterion) for position, criterion in enumerate(criteria)
        )
    return rule_set
