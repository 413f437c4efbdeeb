"""Who is in a team, who is invited, who agreed to withdraw."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from programs.accounts.models import User
from programs.competitions.models import Competition
from programs.core.references import TYPED_ALPHABET, readings
from programs.projects.choices import IN_TEAM, InvitationState, MemberState
from programs.projects.models import Project, ProjectMember, TeamInvitation
from programs.pupils.models import Enrolment, Pupil


def is_member(user, project: Project) -> bool:
    return project.members.filter(pupil__user=user, state__in=IN_TEAM).exists()


def members_of(project: Project) -> list[Pupil]:
    in_team = project.members.filter(state__in=IN_TEAM)
    members = in_team.select_related("pupil__user", "pupil__school").order_by("pupil__sort_key")
    return [member.pupil for member in members]


def people_of(project: Project) -> list[User]:
    """Its members with an account, and its supervising teacher."""
    people = [pupil.user for pupil in members_of(project) if pupil.user]
    return [*people, project.supervisor] if project.supervisor else people


def seats_taken(project: Project) -> set[int]:
    return set(project.members.filter(state=MemberState.ACCEPTED).values_list("seat", flat=True))


def must_still_agree(project: Project) -> QuerySet[ProjectMember]:
    """Members who have not agreed to withdraw; who has no account any more cannot hold the others up."""
    team = project.members.filter(state=MemberState.ACCEPTED, withdraws_at=None, pupil__user__is_active=True)
    return team.select_related("pupil__user").order_by("pupil__sort_key")


def agreed_to_withdraw(project: Project) -> list[Pupil]:
    agreed = project.members.filter(state=MemberState.ACCEPTED, withdraws_at__isnull=False)
    return [member.pupil for member in agreed.select_related("pupil").order_by("withdraws_at")]


def classmates_of(pupil: Pupil, competition: Competition) -> QuerySet[Pupil]:
    """Who can be invited by name: pupils with an account in the same class of the competition's school year."""
    places = Enrolment.objects.in_force().filter(class_group__school_year=competition.school_year)
    classes = places.filter(pupil=pupil).values("class_group")
    mates = Pupil.objects.filter(pk__in=places.filter(class_group__in=classes).values("pupil"))
    return mates.filter(user__is_active=True, left_on__isnull=True).exclude(pk=pupil.pk).order_by("sort_key")


def to_invite(pupil: Pupil, project: Project, *, now: datetime) -> QuerySet[Pupil]:
    """Classmates who are neither in the team nor asked already."""
    known = project.members.filter(state=MemberState.ACCEPTED).values("pupil")
    asked = waiting_invitations(project, now=now).filter(pupil__isnull=False).values("pupil")
    return classmates_of(pupil, project.competition).exclude(pk__in=known).exclude(pk__in=asked)


def waiting_invitations(project: Project, *, now: datetime) -> QuerySet[TeamInvitation]:
    open_ones = project.invitations.filter(state=InvitationState.WAITING, expires_at__gt=now)
    return open_ones.select_related("pupil", "invited_by").order_by("created_at")


def invitation_with_code(typed: str) -> TeamInvitation | None:
    """By its code, however it was typed."""
    hashes = [hash_of_code(code) for code in readings(typed, TYPED_ALPHABET)]
    return TeamInvitation.objects.select_related("invited_by").filter(code_hash__in=hashes).first()


def hash_of_code(code: str) -> str:
    return salted_hmac("programs.projects.TeamInvitation", code, algorithm="sha256").hexdigest()
