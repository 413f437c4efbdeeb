"""Finding a school that was renamed, renumbered or merged, what an officer may keep, and what hangs on a school."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.schools.choices import OfficeRole, SchoolState
from programs.schools.models import School, SchoolAlias, SchoolLevel, SchoolName, SchoolsApart
from programs.schools.queries.schools import scope_of
from programs.schools.queries.standing import standing_of
from programs.schools.rules.life import can_keep_school


def school_now(code: str) -> School | None:
    """The school that this code means today: by its own code or an old one, and through mergers."""
    school = School.objects.select_related("merged_into").filter(Q(code=code) | Q(aliases__code=code)).first()
    return school.merged_into or school if school else None


def code_is_taken(code: str, *, by_other_than: School) -> bool:
    others = School.objects.filter(code=code).exclude(pk=by_other_than.pk)
    return others.exists() or SchoolAlias.objects.filter(code=code).exclude(school=by_other_than).exists()


def schools_to_keep(user) -> QuerySet[School]:
    """Schools whose life an officer writes down: the department all of its scope, a ward those it answers for."""
    standing = standing_of(user)
    kept = Q(pk__in=[])
    for role, area_ids in standing.posts.items():
        if role != OfficeRole.STEERING:
            kept |= scope_of(role, area_ids)
    return School.objects.filter(kept)


def keeps(user, school: School) -> bool:
    """Whether the officer keeps this very school: by the office and by its area."""
    return can_keep_school(standing_of(user), school) and schools_to_keep(user).filter(pk=school.pk).exists()


def schools_to_merge_into(user, source: School) -> QuerySet[School]:
    return schools_to_keep(user).exclude(pk=source.pk).exclude(state__in=(SchoolState.CLOSED, SchoolState.MERGED))


# --- What hangs on a school ---------------------------------------------------------------------
# What the school itself is made of is told in its own words on the page, not counted.
OWN_PARTS = (SchoolLevel, SchoolAlias, SchoolName, SchoolsApart)
# By the name of the table: some have no words of their own, and those of the wings above cannot be imported.
LABELS = {
    "invitation": _("invitations"),
    "membership": _("staff"),
    "school": _("schools that had become part of it"),
    "reportline": _("lines of frozen reports"),
}


@dataclass(frozen=True)
class Hanging:
    """Rows of one table that name the school: how many go on in the new one, how many stay where they happened."""

    label: str | Promise
    moves: int
    stays: int


def tables_of_schools() -> list[tuple[type, str, Q | None]]:
    """(model, its column, the rows that move) of every table of every wing that names a school."""
    relations = [each for each in School._meta.get_fields(include_hidden=True) if each.one_to_many or each.one_to_one]
    return [
        (relation.related_model, relation.field.name, relation.related_model.MOVES_WITH_SCHOOL)
        for relation in relations
        if relation.field.concrete
    ]


def rows_that_move(model: type, column: str, moves: Q | None, school: School) -> QuerySet:
    rows = model._default_manager.filter(**{column: school})
    return rows.filter(moves) if moves is not None else rows.none()


def what_hangs_on(school: School) -> list[Hanging]:
    """Every table with rows of ``school``, those with something to move first."""
    found = []
    for model, column, moves in tables_of_schools():
        if model in OWN_PARTS:
            continue
        total = model._default_manager.filter(**{column: school}).count()
        moving = rows_that_move(model, column, moves, school).count() if total and moves is not None else 0
        if total:
            label = LABELS.get(model._meta.model_name, model._meta.verbose_name_plural)
            found.append(Hanging(label, moves=moving, stays=total - moving))
    return sorted(found, key=lambda each: (-each.moves, -each.stays))
