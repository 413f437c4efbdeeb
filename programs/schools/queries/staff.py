"""A school's staff, its invitations, and what it was."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Case, Exists, OuterRef, QuerySet, When

from programs.accounts.models import User
from programs.schools.choices import SCHOOL_MOVES, SchoolRole, SchoolState
from programs.schools.models import Invitation, Membership, School, SchoolAlias, SchoolName
from programs.schools.queries.schools import schools_to_coordinate
from programs.schools.rules import COORDINATING, Roles


def staff_of(school: School) -> QuerySet[Membership]:
    """The school's current staff, coordinators first."""
    rank = Case(*[When(role=role, then=place) for place, role in enumerate(SchoolRole.values)])
    members = Membership.objects.current().filter(school=school).select_related("user", "school")
    return members.annotate(rank=rank).order_by("rank", "user__sort_key")


def coordinators_of(school: School) -> QuerySet[Membership]:
    return Membership.objects.current().filter(school=school, role=SchoolRole.COORDINATOR).select_related("user")


def has_deputy(school: School, *, other_than: User | None = None) -> bool:
    deputies = Membership.objects.current().filter(school=school, role=SchoolRole.DEPUTY)
    return deputies.exclude(user=other_than).exists() if other_than else deputies.exists()


def was_replaced(membership: Membership) -> bool:
    """Whether a role that ended was exchanged for another one that the person holds now."""
    later = Membership.objects.current().filter(school=membership.school_id, user=membership.user_id)
    return membership.ended_on is not None and later.filter(pk__gt=membership.pk).exists()


def memberships_visible_to(user) -> QuerySet[Membership]:
    """Memberships that a coordinator may manage."""
    return Membership.objects.current().filter(school__in=schools_to_coordinate(user)).select_related("school", "user")


def open_invitations_of(school: School) -> QuerySet[Invitation]:
    """Neither accepted nor withdrawn; an expired one stays until it is sent again or withdrawn."""
    return Invitation.objects.filter(school=school, accepted_at__isnull=True, withdrawn_at__isnull=True)


def invitations_visible_to(user) -> QuerySet[Invitation]:
    return Invitation.objects.filter(school__in=schools_to_coordinate(user)).select_related("school")


def hash_of_token(token: str) -> str:
    """What is kept of an invitation's token: random enough that a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_with_token(token: str) -> Invitation | None:
    return Invitation.objects.select_related("school", "invited_by").filter(token_hash=hash_of_token(token)).first()


def schools_without_teachers(roles: Roles) -> list[School]:
    """Schools that the person coordinates and in which nobody else works or is invited yet."""
    mine = [school for school in roles.schools_as(*COORDINATING) if school.is_working]
    if not mine:
        return []
    others = Membership.objects.current().filter(school=OuterRef("pk")).exclude(user=roles.user_id)
    invited = Invitation.objects.filter(school=OuterRef("pk"))
    return list(School.objects.filter(~Exists(others), ~Exists(invited), pk__in=[school.pk for school in mine]))


def expired_invitations(roles: Roles, *, now: datetime) -> QuerySet[Invitation]:
    mine = [school.pk for school in roles.schools_as(*COORDINATING)]
    open_ones = Invitation.objects.filter(school__in=mine, accepted_at__isnull=True, withdrawn_at__isnull=True)
    return open_ones.filter(expires_at__lte=now).select_related("school") if mine else Invitation.objects.none()


KEPT_LATER = 20  # ended roles shown


@dataclass(frozen=True)
class Past:
    """What the school was: former names, old codes, schools that became part of it, roles that ended."""

    names: list[SchoolName] = field(default_factory=list)
    codes: list[SchoolAlias] = field(default_factory=list)
    schools: list[School] = field(default_factory=list)
    staff: list[Membership] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        return bool(self.names or self.codes or self.schools or self.staff)


def past_of(school: School, *, with_people: bool) -> Past:
    ended = Membership.objects.filter(school=school, ended_on__isnull=False).select_related("user")
    return Past(
        names=list(school.former_names.all()),
        codes=list(school.aliases.order_by("code")),
        schools=list(school.merged_from.order_by("-ended_on", "sort_key")),
        staff=list(ended.order_by("-ended_on", "-pk")[:KEPT_LATER]) if with_people else [],
    )


def possible_moves(school: School) -> list[str]:
    """States into which the school may go from its present one by an officer's act."""
    return [state for state in SCHOOL_MOVES[SchoolState(school.state)] if state not in (SchoolState.CLAIMED,)]
