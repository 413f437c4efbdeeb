"""What counts as taking part: who is counted, what happened, and the figures that follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.core.choices import Level
from programs.core.refusals import Refusal
from programs.participation.choices import NO_CLASS, Activity
from programs.participation.words import NO_CLASS_LABEL, former_label

LEVELS = [level for level in Level if level != Level.PRESCHOOL]


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """A school in the scope. ``counted`` means that it is part of the denominator."""

    pk: int
    code: str
    name: str
    ward_id: int
    ward: str
    cluster_id: int | None
    cluster: str
    levels: frozenset[str]
    counted: bool
    former: str = ""  # the province of its ward before July 2025
    authority: str = ""  # who answers for it


@dataclass(frozen=True, slots=True)
class Cell:
    """What one school did in one term at one level. ``level`` is empty when no class was named."""

    school_id: int
    level: str
    term_id: int | None
    visits: int = 0
    pupils: int = 0
    girls: int = 0
    lessons: int = 0
    lesson_pupils: int = 0
    lesson_girls: int = 0
    activities: int = 0  # the school's own
    activity_pupils: int = 0
    activity_girls: int = 0


MEASURES = (
    "visits", "pupils", "girls", "lessons", "lesson_pupils", "lesson_girls",
    "activities", "activity_pupils", "activity_girls",
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """One line of a table. ``key`` is what an address calls it."""

    key: str
    label: str | Promise
    schools: int
    taking: int
    visits: int
    pupils: int
    girls: int
    lessons: int
    lesson_pupils: int
    lesson_girls: int
    activities: int
    activity_pupils: int
    activity_girls: int

    @property
    def without(self) -> int:
        return self.schools - self.taking

    @property
    def share(self) -> float | None:
        """The percentage of schools taking part; None where there is no school to count."""
        return self.taking * 100 / self.schools if self.schools else None

    @property
    def girls_share(self) -> float | None:
        return self.girls * 100 / self.pupils if self.pupils else None

    @property
    def is_empty(self) -> bool:
        return not (self.schools or self.visits or self.lessons or self.activities)


def figures(key: object, label: str | Promise, schools: Iterable[SchoolFacts], cells: Iterable[Cell]) -> Figures:
    """The figures of ``schools`` and of what happened; a school that did many things is counted once."""
    cells = list(cells)
    counted = {school.pk for school in schools if school.counted}
    active = {cell.school_id for cell in cells}
    sums = {name: sum(getattr(cell, name) for cell in cells) for name in MEASURES}
    return Figures(key=str(key), label=label, schools=len(counted), taking=len(counted & active), **sums)


@dataclass(frozen=True)
class Participation:
    """All that a table, a picture or a frozen report is made of."""

    schools: list[SchoolFacts]
    cells: list[Cell]

    def narrowed(
        self,
        *,
        ward: int | None = None,
        cluster: int | None = None,
        level: str = "",
        school: str = "",
        former: str = "",
    ) -> Participation:
        """The same for one ward, cluster, level, school (by its code) or province before July 2025."""
        schools = [
            each
            for each in self.schools
            if ward in (None, each.ward_id)
            and cluster in (None, each.cluster_id)
            and school in ("", each.code)
            and former in ("", each.former)
        ]
        kept = {each.pk for each in schools}
        cells = [cell for cell in self.cells if cell.school_id in kept]
        if level:
            named = "" if level == NO_CLASS else level
            schools = [replace(each, counted=each.counted and level in each.levels) for each in schools]
            cells = [cell for cell in cells if cell.level == named]
        return Participation(schools, cells)

    def total(self) -> Figures:
        return figures("", "", self.schools, self.cells)

    def by_ward(self) -> list[Figures]:
        return self._by(lambda school: school.ward_id, lambda school: school.ward)

    def by_former_province(self) -> list[Figures]:
        """The same schools then and now: a ward belongs to the province it was part of before July 2025."""
        return self._by(lambda school: school.former, lambda school: former_label(school.former))

    def _by(
        self, key_of: Callable[[SchoolFacts], object], label_of: Callable[[SchoolFacts], str | Promise]
    ) -> list[Figures]:
        key_of_school = {school.pk: key_of(school) for school in self.schools}
        schools, cells = defaultdict(list), defaultdict(list)
        for school in self.schools:
            schools[key_of_school[school.pk]].append(school)
        for cell in self.cells:
            cells[key_of_school[cell.school_id]].append(cell)
        rows = [figures(key, label_of(group[0]), group, cells[key]) for key, group in schools.items()]
        return [row for row in rows if not row.is_empty]

    def by_level(self) -> list[Figures]:
        """A school with several levels is listed under each of them; the total counts it once."""
        cells = defaultdict(list)
        for cell in self.cells:
            cells[cell.level].append(cell)
        rows = [
            figures(
                level.value, level.label, (each for each in self.schools if level in each.levels), cells[level.value]
            )
            for level in LEVELS
        ]
        rows.append(figures(NO_CLASS, NO_CLASS_LABEL, (), cells[""]))
        return [row for row in rows if not row.is_empty]

    def by_term(self, terms: Iterable) -> list[Figures]:
        cells = defaultdict(list)
        for cell in self.cells:
            cells[cell.term_id].append(cell)
        return [figures(term.pk, str(term), self.schools, cells[term.pk]) for term in terms]

    def by_school(self, activity: str = Activity.ALL) -> list[tuple[SchoolFacts, Figures]]:
        """The schools that are counted, in Vietnamese order, each with its own figures."""
        cells = defaultdict(list)
        for cell in self.cells:
            cells[cell.school_id].append(cell)
        choices: dict[str, set[bool]] = {Activity.WITH: {True}, Activity.WITHOUT: {False}}
        wanted = choices.get(activity, {True, False})
        return [
            (school, figures(school.code, school.name, [school], cells[school.pk]))
            for school in self.schools
            if school.counted and (school.pk in cells) in wanted
        ]


# --- Reminding ----------------------------------------------------------------------------------
MOST_REMINDED = 300  # letters are written while the officer waits


def remind_refusal(has_term: bool, idle: int) -> Refusal | None:
    """Whether ``idle`` schools may be written to at once."""
    if not has_term:
        return Refusal("no_term", _("Choose one term: the letter names it."))
    if not idle:
        return Refusal("nobody_idle", _("Every school here has an activity in this term, so nobody is written to."))
    if idle > MOST_REMINDED:
        words = _("These are {count} schools. Choose a ward or a level: up to {most} are written to at once.")
        return Refusal("too_many", words.format(count=idle, most=MOST_REMINDED))
    return None
