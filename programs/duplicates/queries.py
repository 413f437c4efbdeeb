"""Schools that look alike, and what becomes of all that hangs on one that becomes part of another."""

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

from programs.core.choices import Level
from programs.core.text import fold
from programs.pupils.models import ClassGroup, Pupil
from programs.schools.choices import SchoolRole
from programs.schools.models import Membership, School, SchoolLevel, SchoolsApart
from programs.schools.queries.schools import OFF_THE_LIST, Hanging, rows_that_move, schools_to_keep, what_hangs_on
from programs.schools.queries.staff import staff_of

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


CLASS_NAME_LENGTH = ClassGroup._meta.get_field("name").max_length


@dataclass(frozen=True)
class StaffMove:
    """``role`` in the school that takes over; None when the person has that role there already."""

    membership: Membership
    role: str | None

    @property
    def changed(self) -> bool:
        return self.role is not None and self.role != self.membership.role

    @property
    def role_label(self) -> str | Promise:
        return SchoolRole(self.role).label if self.role else self.membership.get_role_display()


@dataclass(frozen=True)
class MergePlan:
    """All that a person must know before the merger, and all that the merger does."""

    hanging: list[Hanging]
    staff: list[StaffMove]
    class_names: dict[int, tuple[str, str]] = field(default_factory=dict)  # class -> name before, after
    pupils_twice: list[tuple[Pupil, Pupil]] = field(default_factory=list)  # the same identifier in both
    levels: list[str] = field(default_factory=list)

    @property
    def level_names(self) -> str:
        return ", ".join(str(Level(level).label) for level in self.levels)


def merge_plan(source: School, target: School) -> MergePlan:
    return MergePlan(
        hanging=what_hangs_on(source),
        staff=staff_moves(source, target),
        class_names=class_names(source, target),
        pupils_twice=pupils_twice(source, target),
        levels=levels_together(source, target),
    )


def staff_moves(source: School, target: School) -> list[StaffMove]:
    """A school has one coordinator and one deputy: a second coordinator becomes deputy, a second deputy teacher."""
    there = {(member.user_id, member.role) for member in staff_of(target)}
    taken = {role for _, role in there}
    moves = []
    for member in staff_of(source):  # coordinators first, so they come before deputies
        role = member.role
        if role == SchoolRole.COORDINATOR and role in taken:
            role = SchoolRole.DEPUTY
        if role == SchoolRole.DEPUTY and role in taken and (member.user_id, role) not in there:
            role = SchoolRole.TEACHER
        is_there = (member.user_id, role) in there
        moves.append(StaffMove(member, None if is_there else role))
        there.add((member.user_id, role))
        taken.add(role)
    return moves


def class_names(source: School, target: School) -> dict[int, tuple[str, str]]:
    """Two classes 8A1 in one school and year cannot be: the one that comes is called 8A1 (2) until it is renamed."""
    names = set(ClassGroup.objects.filter(school=target).values_list("school_year_id", "name"))
    changed = {}
    for group in rows_that_move(ClassGroup, "school", ClassGroup.MOVES_WITH_SCHOOL, source):
        name, number = group.name, 2
        while (group.school_year_id, name) in names:
            ending = f" ({number})"
            name, number = group.name[: CLASS_NAME_LENGTH - len(ending)] + ending, number + 1
        names.add((group.school_year_id, name))
        if name != group.name:
            changed[group.pk] = (group.name, name)
    return changed


def pupils_twice(source: School, target: School) -> list[tuple[Pupil, Pupil]]:
    """Pupils in both registers with the same identifier from the same source: the same child."""
    moving = rows_that_move(Pupil, "school", Pupil.MOVES_WITH_SCHOOL, source)
    identifiers = moving.values("external_id")
    there = {(each.source, each.external_id): each for each in target.pupils.filter(external_id__in=identifiers)}
    return [(each, there[each.source, each.external_id]) for each in moving if (each.source, each.external_id) in there]


def levels_together(source: School, target: School) -> list[str]:
    levels = set(SchoolLevel.objects.filter(school__in=[source, target]).values_list("level", flat=True))
    return sorted(levels, key=Level.values.index)
