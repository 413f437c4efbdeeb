"""The official lists come in: administrative units, clusters, schools."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.choices import Level
from programs.core.phones import normalise_phone
from programs.core.refusals import Refused
from programs.core.text import clean_name, clean_text, fold
from programs.schools.choices import AreaKind, Ownership, Tree
from programs.schools.models import Area, School, SchoolLevel
from programs.schools.rules import authority_of

DATA = Path(__file__).resolve().parent.parent / "data"
KIND_OF_PREFIX = {"Phường ": AreaKind.WARD, "Xã ": AreaKind.COMMUNE, "Đặc khu ": AreaKind.SPECIAL_ZONE}
LEVEL_OF_WORD = {level.value: level for level in Level} | {
    "mn": Level.PRESCHOOL,
    "th": Level.PRIMARY,
    "thcs": Level.LOWER_SECONDARY,
    "thpt": Level.UPPER_SECONDARY,
    "gdtx": Level.CONTINUING,
}
OWNERSHIP_OF_WORD = {kind.value: kind for kind in Ownership} | {
    "cong lap": Ownership.PUBLIC,
    "tu thuc": Ownership.PRIVATE,
    "dan lap": Ownership.PRIVATE,
    "co von nuoc ngoai": Ownership.FOREIGN,
}
COPIED = ("name", "ward_id", "cluster_id", "ownership", "authority", "address", "phone", "pupil_count")


@dataclass(frozen=True)
class ImportResult:
    """What an import did; schools that the file does not name stay as they are."""

    created: int
    updated: int
    unchanged: int


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


def import_schools(*, rows: Iterable[Mapping[str, str]], by: User | None) -> ImportResult:
    """Create or update schools by their code, all rows or none.

    Columns: code, name, ward (official code), levels (``TH; THCS``), ownership, pupil_count, cluster,
    address, phone. Raises ``Refused("bad_rows")`` that names every bad line; the header is line 1.
    """
    wards = {area.code: area for area in Area.objects.filter(tree=Tree.ADMINISTRATIVE, in_jurisdiction=True)}
    clusters = {area.code: area for area in Area.objects.filter(tree=Tree.PROFESSIONAL)}
    facts, problems, seen = [], [], set()
    for line, row in enumerate(rows, start=2):
        try:
            fact = _read_row(row=row, wards=wards, clusters=clusters)
            if fact["code"] in seen:
                raise ValueError(_("the code {code} stands twice in the file").format(code=fact["code"]))
            seen.add(fact["code"])
            facts.append(fact)
        except ValueError as problem:
            problems.append(_("Line {line}: {problem}.").format(line=line, problem=problem))
    if problems:
        raise Refused.because("bad_rows", "\n".join(problems))
    with transaction.atomic():
        return _save_schools(facts=facts, by=by)


def _save_schools(*, facts: list[dict], by: User | None) -> ImportResult:
    codes = [fact["code"] for fact in facts]
    known = {
        school.code: school
        for school in School.objects.select_for_update().filter(code__in=codes).prefetch_related("levels")
    }
    created = updated = 0
    for fact in facts:
        school = known.get(fact["code"])
        before = _snapshot(school) if school else {}
        after = {name: fact[name] for name in (*COPIED, "levels")}
        if before == after:
            continue
        created, updated = (created, updated + 1) if school else (created + 1, updated)
        school = _save_school(school=school or School(code=fact["code"]), fact=fact)
        record(by=by, action="school.import", obj=school, before=before, after=after)
    return ImportResult(created=created, updated=updated, unchanged=len(facts) - created - updated)


def _snapshot(school: School) -> dict:
    levels = sorted(row.level for row in school.levels.all())
    return {name: getattr(school, name) for name in COPIED} | {"levels": levels}


def _save_school(*, school: School, fact: dict) -> School:
    for name in COPIED:
        setattr(school, name, fact[name])
    school.save()
    SchoolLevel.objects.filter(school=school).exclude(level__in=fact["levels"]).delete()
    SchoolLevel.objects.bulk_create(
        [SchoolLevel(school=school, level=level) for level in fact["levels"]], ignore_conflicts=True
    )
    return school


def _read_row(*, row: Mapping[str, str], wards: dict[str, Area], clusters: dict[str, Area]) -> dict:
    text = {key: clean_text(value or "") for key, value in row.items() if key}
    levels = sorted(_word(text.get("levels", ""), LEVEL_OF_WORD, _("level")))
    if not levels:
        raise ValueError(_("no level is given"))
    cluster = text.get("cluster", "")
    return {
        "code": _code(text.get("code", "")),
        "name": _name(text.get("name", "")),
        "ward_id": _area(text.get("ward", ""), wards, _("ward")).pk,
        "cluster_id": _area(cluster, clusters, _("cluster")).pk if cluster else None,
        "levels": levels,
        "ownership": next(iter(_word(text.get("ownership") or "public", OWNERSHIP_OF_WORD, _("ownership")))),
        "authority": authority_of(levels),
        "pupil_count": _count(text.get("pupil_count") or "0"),
        "address": text.get("address", "")[:250],
        "phone": _phone(text.get("phone", "")),
    }


def _code(value: str) -> str:
    """Opaque text; a spreadsheet's ``79760501.0`` is refused instead of guessed."""
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,20}", value):
        raise ValueError(_("{value!r} is no school code").format(value=value))
    return value


def _name(value: str) -> str:
    name = clean_name(value)
    if not 3 <= len(name) <= 200:
        raise ValueError(_("the name has to have 3 to 200 characters"))
    return name


def _area(code: str, areas: dict[str, Area], what: str) -> Area:
    if code not in areas:
        raise ValueError(_("the {what} {code!r} is not in this jurisdiction").format(what=what, code=code))
    return areas[code]


def _word(value: str, meanings: dict, what: str) -> set:
    words = [word.strip() for word in re.split(r"[;,|+]", value) if word.strip()]
    unknown = [word for word in words if fold(word) not in meanings]
    if unknown:
        raise ValueError(_("the {what} {value!r} is unknown").format(what=what, value=unknown[0]))
    return {meanings[fold(word)] for word in words}


def _count(value: str) -> int:
    plain = value.replace(".", "") if re.fullmatch(r"\d{1,3}(\.\d{3})+", value) else value
    if not (plain.isascii() and plain.isdigit() and int(plain) < 100_000):
        raise ValueError(_("{value!r} is no number of pupils").format(value=value))
    return int(plain)


def _phone(value: str) -> str:
    if not value:
        return ""
    try:
        return normalise_phone(value)
    except Refused as refused:
        raise ValueError(str(refused.refusal.message).rstrip(".")) from refused
