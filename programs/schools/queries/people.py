"""A school's staff, classes and pupils."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When

from programs.accounts.models import User
from programs.core.models import SchoolYear
from programs.schools.choices import (
    SchoolRole,
)
from programs.schools.models import ClassGroup, Invitation, Membership, Pupil, School
from programs.schools.queries.schools import schools_to_coordinate
from programs.schools.queries.standing import standing_of
from programs.schools.rules import COORDINATING, Standing


def classes_visible_to(user) -> QuerySet[ClassGroup]:
    """Classes of the person's own schools; a suspended school reads on, it only may not act."""
    return ClassGroup.objects.filter(school__in=standing_of(user).own_school_ids)


def classes_to_act_for(user) -> QuerySet[ClassGroup]:
    """Classes for which the person may do something now: those of the working schools among them."""
    return ClassGroup.objects.filter(school__in=standing_of(user).working_school_ids)


def pupils_visible_to(user) -> QuerySet[Pupil]:
    """Pupils of the person's own schools, and a pupil's own record. Officers see none."""
    standing = standing_of(user)
    own = Q(pk=standing.pupil.pk) if standing.pupil else Q(pk__in=[])
    return Pupil.objects.filter(Q(school__in=standing.own_school_ids) | own)


def pupils_of_class(class_group: ClassGroup) -> QuerySet[Pupil]:
    """Who is in the class now, by given name in Vietnamese order."""
    return Pupil.objects.filter(
        enrolments__class_group=class_group, enrolments__ended_on__isnull=True, left_on__isnull=True
    ).order_by("sort_key")


def classes_of(school: School, school_year: SchoolYear | None) -> QuerySet[ClassGroup]:
    """The school's classes of a year with the number of pupils now in each."""
    current = Q(enrolments__ended_on__isnull=True, enrolments__pupil__left_on__isnull=True)
    classes = ClassGroup.objects.filter(school=school, school_year=school_year).select_related("homeroom_teacher")
    return classes.annotate(pupils=Count("enrolments", filter=current)).order_by("grade", "name")


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
