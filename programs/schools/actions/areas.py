"""Import the official units: wards, communes, clusters."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.db import transaction

from programs.core.text import clean_name
from programs.schools.choices import AreaKind, Tree
from programs.schools.models import Area

DATA = Path(__file__).resolve().parent.parent / "data"
KIND_OF_PREFIX = {"Phường ": AreaKind.WARD, "Xã ": AreaKind.COMMUNE, "Đặc khu ": AreaKind.SPECIAL_ZONE}


def import_areas(*, jurisdiction: Mapping | None = None) -> int:
    """Load the city's units and the clusters, mark those of the jurisdiction; return the number of units.

    Repeating it changes nothing; a unit that left the jurisdiction is unmarked, never deleted.
    """
    facts = settings.JURISDICTION if jurisdiction is None else jurisdiction
    with (DATA / facts["units_csv"]).open(encoding="utf-8-sig", newline="") as file:
        units = list(csv.DictReader(file))
    with transaction.atomic():
        city, _created = Area.objects.update_or_create(
            tree=Tree.ADMINISTRATIVE,
            code=facts["city_code"],
            defaults={"kind": AreaKind.CITY, "name": facts["city_vi"]},
        )
        for unit in units:
            _save_unit(unit=unit, city=city, former_province=facts["former_province"])
        _save_clusters(clusters=facts.get("clusters", []))
    return len(units)


def _save_unit(*, unit: Mapping[str, str], city: Area, former_province: str) -> None:
    name = clean_name(unit["name"])
    Area.objects.update_or_create(
        tree=Tree.ADMINISTRATIVE,
        code=unit["gso_code"],
        defaults={
            "kind": _kind_of(name),
            "name": name,
            "parent": city,
            "former_province": unit["former_province"],
            "in_jurisdiction": not former_province or unit["former_province"] == former_province,
        },
    )


def _kind_of(name: str) -> AreaKind:
    for prefix, kind in KIND_OF_PREFIX.items():
        if name.startswith(prefix):
            return kind
    raise ValueError(f"{name!r} begins with none of {', '.join(KIND_OF_PREFIX)}.")


def _save_clusters(*, clusters: list[Mapping[str, str]]) -> None:
    for cluster in clusters:
        Area.objects.update_or_create(
            tree=Tree.PROFESSIONAL,
            code=cluster["code"],
            defaults={"kind": AreaKind.CLUSTER, "name": cluster["name"], "in_jurisdiction": True},
        )
    codes = [cluster["code"] for cluster in clusters]
    Area.objects.filter(tree=Tree.PROFESSIONAL).exclude(code__in=codes).update(in_jurisdiction=False)
