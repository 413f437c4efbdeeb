"""Every read of the schools wing; first of all, who sees what."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When

from programs.accounts.models import User
from programs.core.models import SchoolYear
from programs.core.text import fold
from programs.schools.choices import (
    WORKING_STATES,
    Authority,
    OfficeRole,
    SchoolRole,
    SchoolState,
    Tree,
)
from programs.schools.models import Area, ClassGroup, Invitation, Membership, Pupil, School, SchoolClaim
from programs.schools.rules import COORDINATING, Standing

OFF_THE_LIST = (SchoolState.CLOSED, SchoolState.MERGED)


def standing_of(user) -> Standing:
    """The person's standing, in two queries the first time and none again on the same user object."""
    if user is None or not user.is_authenticated:
        return Standing()
    cached = getattr(user, "_standing", None)
    if cached is None:
        cached = user._standing = _read_standing(user)
    return cached


def forget_standing(user) -> None:
    """Make the next ``standing_of`` read anew, after an action that changed what the person is."""
    if hasattr(user, "_standing"):
        del user._standing


def _read_standing(user) -> Standing:
    memberships = tuple(
        Membership.objects.current()
        .filter(user_id=user.pk)
        .select_related("school")
        .order_by("school__sort_key", "role")
    )
    rows = list(
        User.objects.filter(pk=user.pk)
        .select_related("pupil__school")
        .annotate(post_role=F("officer_posts__role"), post_area=F("officer_posts__areas"))
        .order_by()
    )
    posts: dict[str, set[int]] = {}
    for row in rows:
        if row.post_role:
            posts.setdefault(row.post_role, set()).update({row.post_area} - {None})
    pupil = getattr(rows[0], "pupil", None) if rows else None
    return Standing(
        user_id=user.pk,
        memberships=memberships,
        pupil=pupil,
        posts={role: frozenset(areas) for role, areas in posts.items()},
    )


# --- Areas --------------------------------------------------------------------------------------
def areas_in_jurisdiction() -> QuerySet[Area]:
    """The wards, communes and special zones that this portal serves, in Vietnamese order."""
    return Area.objects.filter(tree=Tree.ADMINISTRATIVE, in_jurisdiction=True).order_by("sort_key")


def clusters() -> QuerySet[Area]:
    return Area.objects.filter(tree=Tree.PROFESSIONAL, in_jurisdiction=True).order_by("sort_key")


def within_areas(area_ids: frozenset[int] | set[int], prefix: str = "") -> Q:
    """Schools of these areas in either tree; the city's own node holds all its wards."""
    return (
        Q(**{f"{prefix}ward__in": area_ids})
        | Q(**{f"{prefix}ward__parent__in": area_ids})
        | Q(**{f"{prefix}cluster__in": area_ids})
    )


# --- Schools ------------------------------------------------------------------------------------
def public_schools() -> QuerySet[School]:
    """The official list as anyone may read it."""
    return School.objects.exclude(state__in=OFF_THE_LIST).select_related("ward").prefetch_related("levels")


def search_schools(*, text: str = "", ward: Area | None = None, level: str = "") -> QuerySet[School]:
    """The official list, narrowed; every word of ``text`` counts, with or without accents, in name or code."""
    found = public_schools()
    for word in fold(text).split():
        found = found.filter(search_key__contains=word)
    if ward:
        found = found.filter(ward=ward)
    if level:
        found = found.filter(levels__level=level)
    return found.order_by("sort_key", "pk")


def schools_in_scope(user) -> QuerySet[School]:
    """The schools an officer looks after: a ward officer never gets those the department answers for."""
    standing = standing_of(user)
    scope = Q(pk__in=[])
    for role, area_ids in standing.posts.items():
        scope |= _scope_of_post(role, area_ids)
    return School.objects.filter(scope)


def _scope_of_post(role: str, area_ids: frozenset[int]) -> Q:
    if role == OfficeRole.WARD:  # a ward post without a ward sees nothing, not everything
        return Q(authority=Authority.WARD) & within_areas(area_ids)
    return within_areas(area_ids) if area_ids else Q(pk__isnull=False)


def schools_visible_to(user) -> QuerySet[School]:
    """Schools whose desk page the person may open: their own, and those in an officer's scope."""
    standing = standing_of(user)
    if not standing.is_officer:
        return School.objects.filter(pk__in=standing.school_ids)
    return School.objects.filter(Q(pk__in=standing.school_ids) | Q(pk__in=schools_in_scope(user).values("pk")))


def schools_to_coordinate(user) -> QuerySet[School]:
    return School.objects.filter(pk__in=[school.pk for school in standing_of(user).schools_as(*COORDINATING)])


# --- Classes and pupils: the school's own staff, and nobody else ---------------------------------
def classes_visible_to(user) -> QuerySet[ClassGroup]:
    return ClassGroup.objects.filter(school__in=standing_of(user).working_school_ids)


def pupils_visible_to(user) -> QuerySet[Pupil]:
    """Pupils of the person's own working schools, and a pupil's own record. Officers see none."""
    standing = standing_of(user)
    own = Q(pk=standing.pupil.pk) if standing.pupil else Q(pk__in=[])
    return Pupil.objects.filter(Q(school__in=standing.working_school_ids) | own)


def pupils_of_class(class_group: ClassGroup) -> QuerySet[Pupil]:
    """Who is in the class now, by given name in Vietnamese order."""
    return Pupil.objects.filter(
        enrolments__class_group=class_group, enrolments__ended_on__isnull=True, left_on__isnull=True
    ).order_by("sort_key")


# --- Registrations ------------------------------------------------------------------------------
def claims_visible_to(user) -> QuerySet[SchoolClaim]:
    """Registrations of schools in the scope of a ward or department officer; viewers see no persons."""
    standing = standing_of(user)
    scope = Q(pk__in=[])
    for role, area_ids in standing.posts.items():
        if role != OfficeRole.STEERING:
            scope |= _scope_of_post(role, area_ids)
    return SchoolClaim.objects.filter(school__in=School.objects.filter(scope)).select_related("school__ward")


def claims_to_decide(user) -> QuerySet[SchoolClaim]:
    """Those of them that this officer's own authority answers for."""
    standing = standing_of(user)
    authorities = []
    if standing.is_department:
        authorities.append(Authority.DEPARTMENT)
    if standing.is_ward_officer:
        authorities.append(Authority.WARD)
    return claims_visible_to(user).filter(school__authority__in=authorities)


def claim_with_token(token: str) -> SchoolClaim | None:
    return SchoolClaim.objects.select_related("school__ward").filter(token=token).first()


# --- Staff --------------------------------------------------------------------------------------
def staff_of(school: School) -> QuerySet[Membership]:
    """The school's current staff, coordinators first."""
    rank = Case(*[When(role=role, then=place) for place, role in enumerate(SchoolRole.values)])
    members = Membership.objects.current().filter(school=school).select_related("user", "school")
    return members.annotate(rank=rank).order_by("rank", "user__sort_key")


def coordinators_of(school: School) -> QuerySet[Membership]:
    return Membership.objects.current().filter(school=school, role=SchoolRole.COORDINATOR).select_related("user")


def memberships_visible_to(user) -> QuerySet[Membership]:
    """Those that a coordinator may look after."""
    return Membership.objects.current().filter(school__in=schools_to_coordinate(user)).select_related("school", "user")


def open_invitations_of(school: School) -> QuerySet[Invitation]:
    """Neither accepted nor withdrawn; an expired one stays until it is sent anew or withdrawn."""
    return Invitation.objects.filter(school=school, accepted_at__isnull=True, withdrawn_at__isnull=True)


def invitations_visible_to(user) -> QuerySet[Invitation]:
    return Invitation.objects.filter(school__in=schools_to_coordinate(user)).select_related("school")


def hash_of_token(token: str) -> str:
    """What is kept of an invitation's token: random enough that a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_with_token(token: str) -> Invitation | None:
    return Invitation.objects.select_related("school", "invited_by").filter(token_hash=hash_of_token(token)).first()


def person_with_email(email: str) -> User | None:
    return User.objects.filter(email__iexact=email).first()


def classes_of(school: School, school_year: SchoolYear | None) -> QuerySet[ClassGroup]:
    """The school's classes of a year with the number of pupils now in each."""
    current = Q(enrolments__ended_on__isnull=True, enrolments__pupil__left_on__isnull=True)
    classes = ClassGroup.objects.filter(school=school, school_year=school_year).select_related("homeroom_teacher")
    return classes.annotate(pupils=Count("enrolments", filter=current)).order_by("grade", "name")


# --- The desk -----------------------------------------------------------------------------------
def schools_without_teachers(standing: Standing) -> list[School]:
    """Schools that the person coordinates and in which nobody else works or is invited yet."""
    mine = [school for school in standing.schools_as(*COORDINATING) if school.is_working]
    if not mine:
        return []
    others = Membership.objects.current().filter(school=OuterRef("pk")).exclude(user=standing.user_id)
    invited = Invitation.objects.filter(school=OuterRef("pk"))
    return list(School.objects.filter(~Exists(others), ~Exists(invited), pk__in=[school.pk for school in mine]))


def expired_invitations(standing: Standing, *, now: datetime) -> QuerySet[Invitation]:
    mine = [school.pk for school in standing.schools_as(*COORDINATING)]
    open_ones = Invitation.objects.filter(school__in=mine, accepted_at__isnull=True, withdrawn_at__isnull=True)
    return open_ones.filter(expires_at__lte=now).select_related("school") if mine else Invitation.objects.none()


def registration_figures(user) -> dict[str, int]:
    """How many schools of an officer's scope are on the list, and how many of them are at work."""
    scope = schools_in_scope(user).exclude(state__in=OFF_THE_LIST)
    return scope.aggregate(total=Count("pk"), working=Count("pk", filter=Q(state__in=WORKING_STATES)))
