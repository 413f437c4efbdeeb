"""Finding a school that was renamed, renumbered or merged, and what an officer may keep."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from programs.schools.choices import OfficeRole, SchoolState
from programs.schools.models import School, SchoolAlias
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
