"""Schools that look alike."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from programs.core.text import fold
from programs.schools.models import School, SchoolsApart
from programs.schools.queries.schools import OFF_THE_LIST, schools_to_keep

ALIKE = 88  # of 100: "nguyen trai" and "nguyen chai" are 95, "phu loi" and "phu tho" 71
LONG_FORMS = {
    "tieu hoc": "th",
    "trung hoc co so": "thcs",
    "trung hoc pho thong": "thpt",
    "mam non": "mn",
    "mau giao": "mn",
    "giao duc thuong xuyen": "gdtx",
    "giao duc nghe nghiep": "gdnn",
}
KINDS = {"th", "thcs", "thpt", "mn", "gdtx", "gdnn", "chuyen", "quoc", "te"}
FILLERS = {"truong", "trung", "tam", "so", "va"}
WORDS_OF = {
    "name": _("similar names in one ward"),
    "phone": _("the same phone number"),
    "address": _("the same address"),
}


@dataclass
class Twins:
    """Two schools and why they look like one."""

    first: School
    second: School
    grounds: set[str] = field(default_factory=set)

    @property
    def both(self) -> list[tuple[School, School]]:
        """Each of them with the other one, for a page that shows them side by side."""
        return [(self.first, self.second), (self.second, self.first)]

    @property
    def words(self) -> list[str | Promise]:
        return [words for ground, words in WORDS_OF.items() if ground in self.grounds]


@dataclass(frozen=True)
class NameParts:
    """What kind of school, which number, and the name proper."""

    kinds: frozenset[str]
    numbers: tuple[str, ...]
    proper: str

    @classmethod
    def of(cls, name: str) -> NameParts:
        text = fold(name)
        for long, short in LONG_FORMS.items():
            text = text.replace(long, short)
        words = re.findall(r"[a-z]+|[0-9]+", text)
        return cls(
            kinds=frozenset(word for word in words if word in KINDS),
            numbers=tuple(word for word in words if word.isdigit()),
            proper=" ".join(word for word in words if word not in KINDS | FILLERS and not word.isdigit()),
        )

    def is_like(self, other: NameParts) -> bool:
        """Phú Lợi and Phú Lợi 2 are two schools, and so are THCS and THPT Phú Lợi."""
        if (self.kinds, self.numbers) != (other.kinds, other.numbers) or not self.proper:
            return False
        return fuzz.ratio(self.proper, other.proper) >= ALIKE


def likely_twins(user) -> list[Twins]:
    """Pairs among the schools that this officer keeps and of which nobody has said that they are two."""
    schools = list(_on_the_list(schools_to_keep(user)))
    apart = set(SchoolsApart.objects.values_list("first_id", "second_id"))
    found: dict[tuple[int, int], Twins] = {}
    for ground, one, other in _alike(schools):
        first, second = sorted((one, other), key=lambda school: school.pk)
        key = (first.pk, second.pk)
        if key not in apart:
            found.setdefault(key, Twins(first, second)).grounds.add(ground)
    return sorted(found.values(), key=lambda twins: (-len(twins.grounds), twins.first.sort_key, twins.first.pk))


def _on_the_list(schools: QuerySet[School]) -> QuerySet[School]:
    listed = schools.exclude(state__in=OFF_THE_LIST).select_related("ward").prefetch_related("levels")
    return listed.order_by("sort_key", "pk")


def _alike(schools: Iterable[School]) -> Iterator[tuple[str, School, School]]:
    wards, phones, addresses = defaultdict(list), defaultdict(list), defaultdict(list)
    for school in schools:
        wards[school.ward_id].append((NameParts.of(school.name), school))
        if school.phone:
            phones[school.phone].append(school)
        if school.address:
            addresses[school.ward_id, fold(school.address)].append(school)
    for named in wards.values():
        for (one_name, one), (other_name, other) in combinations(named, 2):
            if one_name.is_like(other_name):
                yield "name", one, other
    for ground, groups in (("phone", phones), ("address", addresses)):
        for group in groups.values():
            yield from ((ground, one, other) for one, other in combinations(group, 2))
