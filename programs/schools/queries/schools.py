"""Who sees which schools; finding one that was renamed, renumbered or merged."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.core.text import fold
from programs.schools.choices import WORKING_STATES, Authority, OfficeRole, SchoolRole, SchoolState, Tree
from programs.schools.models import (
    Area,
    Membership,
    School,
    SchoolAlias,
    SchoolLevel,
    SchoolName,
    SchoolsApart,
)
from programs.schools.queries.roles import roles_of
from programs.schools.rules import COORDINATING

OFF_THE_LIST = (SchoolState.CLOSED, SchoolState.MERGED)


def areas_in_jurisdiction() -> QuerySet[Area]:
    """The wards, communes and special zones that this portal serves, in Vietnamese order."""
    return Area.objects.filter(tree=Tree.ADMINISTRATIVE, in_jurisdiction=True).order_by("sort_key")


def clusters() -> QuerySet[Area]:
    return Area.objects.filter(tree=Tree.PROFESSIONAL, in_jurisdiction=True).order_by("sort_key")


# Two floors are in use (city and wards; clusters). The trees may grow this deep before a scope would miss a school.
TREE_DEPTH = 4


def areas_below(area_ids: frozenset[int] | set[int]) -> QuerySet[Area]:
    """These nodes of either tree and all under them, at any depth: the city's node holds all its wards."""
    below = Q(pk__in=area_ids)
    for depth in range(1, TREE_DEPTH):
        below |= Q(**{f"{'__'.join(['parent'] * depth)}__in": area_ids})
    return Area.objects.filter(below).order_by()


def within_areas(area_ids: frozenset[int] | set[int], prefix: str = "") -> Q:
    """Schools in these areas."""
    areas = areas_below(area_ids).values("pk")  # of the few areas, not again for each school
    return Q(**{f"{prefix}ward__in": areas}) | Q(**{f"{prefix}cluster__in": areas})


def public_schools() -> QuerySet[School]:
    """The official list as anyone may read it."""
    return School.objects.exclude(state__in=OFF_THE_LIST).select_related("ward").prefetch_related("levels")


def matching(schools: QuerySet[School], text: str) -> QuerySet[School]:
    """``schools`` whose current or former name or code contains every word of ``text``; accents do not matter.

    A school is found by what it was called, by its old codes, and by the names and codes of those it took over.
    """
    former = SchoolName.objects.filter(Q(school=OuterRef("pk")) | Q(school__merged_into=OuterRef("pk")))
    aliases = SchoolAlias.objects.filter(Q(school=OuterRef("pk")) | Q(school__merged_into=OuterRef("pk")))
    merged = School.objects.filter(merged_into=OuterRef("pk"))
    words = Q()
    for word in fold(text).split():
        words &= Q(search_key__contains=word)
    if not words:
        return schools
    old_code = aliases.filter(code__iexact=text.strip())
    return schools.filter(words | Exists(former.filter(words)) | Exists(merged.filter(words)) | Exists(old_code))


def search_schools(*, text: str = "", ward: Area | None = None, level: str = "") -> QuerySet[School]:
    """The official list, narrowed; every word of ``text`` counts, with or without accents, in name or code."""
    found = matching(public_schools(), text)
    if ward:
        found = found.filter(ward=ward)
    if level:
        found = found.filter(levels__level=level)
    return found.annotate(seeks=~Exists(_coordinators())).order_by("sort_key", "pk")


def schools_in_scope(user) -> QuerySet[School]:
    """The schools an officer looks after: a ward officer never gets those the department answers for."""
    roles = roles_of(user)
    scope = Q(pk__in=[])
    for role, area_ids in roles.posts.items():
        scope |= scope_of(role, area_ids)
    return School.objects.filter(scope)


def in_scope_of(user, name: str = "school") -> Q | None:
    """The condition that the school of a row, called ``name`` there, is in an officer's scope; None for anybody else.

    A ward's few schools are read first, once: among many joins the database would begin with the rows of the city.
    """
    roles = roles_of(user)
    if not roles.is_officer:
        return None
    if set(roles.posts) != {OfficeRole.WARD}:
        return Q(**{f"{name}__in": schools_in_scope(user).values("pk")})
    known = getattr(user, "_schools_of_ward", None)
    if known is None or known[0] is not roles:
        known = user._schools_of_ward = (roles, list(schools_in_scope(user).values_list("pk", flat=True)))
    return Q(**{f"{name}__in": known[1]})


def scope_of(role: str, area_ids: frozenset[int]) -> Q:
    if role == OfficeRole.WARD:  # a ward post without a ward sees nothing, not everything
        return Q(authority=Authority.WARD) & within_areas(area_ids)
    return within_areas(area_ids) if area_ids else Q(pk__isnull=False)


def schools_visible_to(user) -> QuerySet[School]:
    """Schools whose desk page the person may open: their own, and those in an officer's scope."""
    roles = roles_of(user)
    if not roles.is_officer:
        return School.objects.filter(pk__in=roles.own_school_ids)
    return School.objects.filter(Q(pk__in=roles.own_school_ids) | Q(pk__in=schools_in_scope(user).values("pk")))


def schools_to_coordinate(user) -> QuerySet[School]:
    return School.objects.filter(pk__in=[school.pk for school in roles_of(user).schools_as(*COORDINATING)])


def seeks_coordinator() -> Q:
    """Schools at work whose coordinator is gone: anybody of the school may register for the role."""
    return Q(state__in=WORKING_STATES) & ~Exists(_coordinators())


def _coordinators() -> QuerySet[Membership]:
    return Membership.objects.current().filter(school=OuterRef("pk"), role=SchoolRole.COORDINATOR)


def registration_figures(user) -> dict[str, int]:
    """How many schools of an officer's scope are on the list, and how many of them are at work."""
    scope = schools_in_scope(user).exclude(state__in=OFF_THE_LIST)
    return scope.aggregate(total=Count("pk"), working=Count("pk", filter=Q(state__in=WORKING_STATES)))


def school_now(code: str) -> School | None:
    """The school that this code means today: by its own code or an old one, and through mergers."""
    school = School.objects.select_related("merged_into").filter(Q(code=code) | Q(aliases__code=code)).first()
    return school.merged_into or school if school else None


def code_is_taken(code: str, *, by_other_than: School) -> bool:
    others = School.objects.filter(code=code).exclude(pk=by_other_than.pk)
    return others.exists() or SchoolAlias.objects.filter(code=code).exclude(school=by_other_than).exists()


def schools_to_keep(user) -> QuerySet[School]:
    """Schools an officer may maintain: the department all in its scope, a ward those it is responsible for."""
    roles = roles_of(user)
    kept = Q(pk__in=[])
    for role, area_ids in roles.posts.items():
        if role != OfficeRole.STEERING:
            kept |= scope_of(role, area_ids)
    return School.objects.filter(kept)


def schools_to_merge_into(user, source: School) -> QuerySet[School]:
    return schools_to_keep(user).exclude(pk=source.pk).exclude(state__in=(SchoolState.CLOSED, SchoolState.MERGED))


# --- What hangs on a school ---------------------------------------------------------------------
# What the school itself is made of is told in its own words on the page, not counted.
OWN_PARTS = (SchoolLevel, SchoolAlias, SchoolName, SchoolsApart)
# By the name of the table: some have no words of their own, and those of the wings above cannot be imported.
LABELS = {
    "invitation": _("invitations"),
    "membership": _("staff"),
    "school": _("schools that had been merged into it"),
    "reportline": _("rows of frozen reports"),
}


@dataclass(frozen=True)
class Hanging:
    """Rows of one table that name the school: how many go on in the new one, how many stay where they happened."""

    label: str | Promise
    moves: int
    stays: int


def tables_of_schools() -> list[tuple[type[Model], str, Q | None]]:
    """(model, its column, the rows that move) of every table of every wing that names a school."""
    relations = [each for each in School._meta.get_fields(include_hidden=True) if each.one_to_many or each.one_to_one]
    return [
        (relation.related_model, relation.field.name, relation.related_model.MOVES_WITH_SCHOOL)
        for relation in relations
        if relation.field.concrete
    ]


def rows_that_move(model: type[Model], column: str, moves: Q | None, school: School) -> QuerySet:
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
            found.append(Hanging(label_of(model), moves=moving, stays=total - moving))
    return sorted(found, key=lambda each: (-each.moves, -each.stays))


def label_of(model: type[Model]) -> str | Promise:
    return LABELS.get(str(model._meta.model_name), model._meta.verbose_name_plural or "")
