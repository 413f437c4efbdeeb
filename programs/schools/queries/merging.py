"""What becomes of all that hangs on a school when it becomes part of another: the preview is the plan."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise

from programs.core.choices import Level
from programs.schools.choices import SchoolRole
from programs.schools.models import (
    ClassGroup,
    Membership,
    Pupil,
    School,
    SchoolLevel,
)
from programs.schools.queries.life import Hanging, rows_that_move, what_hangs_on
from programs.schools.queries.people import staff_of

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
    """Pupils who stand in both registers under one identifier of one source: the same child."""
    moving = rows_that_move(Pupil, "school", Pupil.MOVES_WITH_SCHOOL, source)
    identifiers = moving.values("external_id")
    there = {(each.source, each.external_id): each for each in target.pupils.filter(external_id__in=identifiers)}
    return [(each, there[each.source, each.external_id]) for each in moving if (each.source, each.external_id) in there]


def levels_together(source: School, target: School) -> list[str]:
    levels = set(SchoolLevel.objects.filter(school__in=[source, target]).values_list("level", flat=True))
    return sorted(levels, key=Level.values.index)
