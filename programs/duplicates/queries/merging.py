"""What becomes of all that hangs on a school when it becomes part of another, and what undoing that would do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils.functional import Promise

from programs.core.choices import Level
from programs.duplicates import rules
from programs.duplicates.choices import PairState
from programs.duplicates.models import SchoolMerger
from programs.duplicates.queries.pairs import Twin, twins_between
from programs.pupils.models import ClassGroup, Joining, Pupil
from programs.schools.choices import SchoolRole
from programs.schools.models import Membership, School, SchoolLevel
from programs.schools.queries.schools import (
    OWN_PARTS,
    Hanging,
    label_of,
    rows_that_move,
    schools_to_keep,
    tables_of_schools,
    what_hangs_on,
)
from programs.schools.queries.staff import staff_of

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
    twins: list[Twin] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)

    @property
    def level_names(self) -> str:
        return ", ".join(str(Level(level).label) for level in self.levels)

    @property
    def joined(self) -> list[Twin]:
        """The same child beyond doubt: one record is kept."""
        return [twin for twin in self.twins if twin.ground is None]

    @property
    def doubtful(self) -> list[Twin]:
        """Both records stay until a person decides."""
        return [twin for twin in self.twins if twin.ground is not None]


def merge_plan(source: School, target: School) -> MergePlan:
    return MergePlan(
        hanging=what_hangs_on(source),
        staff=staff_moves(source, target),
        class_names=class_names(source, target),
        twins=twins_between(source, target),
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
    own = set(ClassGroup.objects.filter(school=source).values_list("school_year_id", "name"))
    changed = {}
    for group in rows_that_move(ClassGroup, "school", ClassGroup.MOVES_WITH_SCHOOL, source):
        name, number = group.name, 2
        while (group.school_year_id, name) in (names if name == group.name else names | own):
            ending = f" ({number})"
            name, number = group.name[: CLASS_NAME_LENGTH - len(ending)] + ending, number + 1
        names.add((group.school_year_id, name))
        if name != group.name:
            changed[group.pk] = (group.name, name)
    return changed


def levels_together(source: School, target: School) -> list[str]:
    levels = set(SchoolLevel.objects.filter(school__in=[source, target]).values_list("level", flat=True))
    return sorted(levels, key=Level.values.index)


def sources_apart(source: School, target: School) -> dict[int, tuple[str, str]]:
    """Pupil → source before and after. Two children may have one number: the one that comes keeps it under the name
    of the list of the school that it comes from."""
    moving = rows_that_move(Pupil, "school", Pupil.MOVES_WITH_SCHOOL, source)
    there = target.pupils.filter(external_id__in=moving.values("external_id"))
    taken = set(there.values_list("source", "external_id"))
    return {
        pupil.pk: (pupil.source, rules.source_of_former_school(pupil.source, source.code))
        for pupil in moving
        if (pupil.source, pupil.external_id) in taken
    }


# --- Afterwards -----------------------------------------------------------------------------------
def column_key(model: Any, column: str) -> str:
    return f"{model._meta.label_lower}.{column}"


def newest_rows() -> dict[str, int]:
    """The youngest row of every table that names a school: what is younger happened after the merger."""
    tables = tables_of_schools()
    return {column_key(model, name): model._base_manager.aggregate(last=Max("pk"))["last"] or 0
            for model, name, _moves in tables}  # fmt: skip


def mergers_visible_to(user) -> QuerySet[SchoolMerger]:
    """Mergers of two schools that this officer keeps both."""
    kept = schools_to_keep(user).values("pk")
    mergers = SchoolMerger.objects.filter(source__in=kept, target__in=kept)
    return mergers.select_related("source__ward", "target__ward", "merged_by")


def mergers_to_undo(user, *, now: datetime) -> QuerySet[SchoolMerger]:
    return mergers_visible_to(user).filter(undone_at=None, merged_at__gte=now - rules.UNDONE_WITHIN)


@dataclass(frozen=True)
class Undoing:
    """What a person must know before a merger is undone."""

    goes_back: list[tuple[str | Promise, int]]
    since: list[tuple[str | Promise, int]]  # happened at the school that took over, and stays there
    parted: int
    waiting: int


def undoing_of(merger: SchoolMerger) -> Undoing:
    rows, newest = merger.parts.get("rows", {}), merger.parts.get("newest", {})
    back, since = [], []
    for model, column, moves in tables_of_schools():
        if model in OWN_PARTS or model in (SchoolMerger, Membership):
            continue
        key = column_key(model, column)
        there = model._default_manager.filter(**{column: merger.target_id})
        moved = rows_to_return(model, column, moves, merger).count() if key in rows else 0
        settled = len(rows.get(key, [])) - moved
        if moved:
            back.append((label_of(model), moved))
        if number := there.filter(pk__gt=newest.get(key, 0)).count() + settled:
            since.append((label_of(model), number))
    joinings = joinings_between(merger)
    waiting = merger.pairs.filter(state=PairState.WAITING).count()
    return Undoing(goes_back=back, since=since, parted=joinings.count(), waiting=waiting)


def rows_to_return(model: Any, column: str, moves: Q | None, merger: SchoolMerger) -> QuerySet:
    """Rows that moved and are still there. What has been closed since is the history of the other school; pupils,
    classes and roles always return to their own."""
    rows = model._default_manager.filter(pk__in=merger.parts.get("rows", {}).get(column_key(model, column), []))
    rows = rows.filter(**{column: merger.target_id})
    return rows if model in (Pupil, ClassGroup) or moves is None else rows.filter(moves)


def joinings_between(merger: SchoolMerger) -> QuerySet[Joining]:
    """Records of both schools that were joined by the merger or since, youngest first."""
    moved = merger.parts.get("rows", {}).get(column_key(Pupil, "school"), [])
    theirs = Q(dropped__school=merger.source_id) | Q(dropped__in=moved)
    one_of_each = (theirs & ~Q(kept__in=moved)) | (~theirs & Q(kept__in=moved))
    since = Joining.objects.filter(parted_at=None, joined_at__gte=merger.merged_at)
    return since.filter(one_of_each).order_by("-pk")
