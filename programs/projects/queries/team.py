"""Who is in a team, who is invited, who agreed to withdraw."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from programs.accounts.models import User
from programs.competitions.models import Competition
from programs.core.references import TYPED_ALPHABET, readings
from programs.projects.choices import IN_TEAM, InvitationState, MemberState
from programs.projects.models import Project, ProjectMember, TeamInvitation
from programs.pupils.models import Enrolment, Pupil
from programs.schools.queries.roles import roles_of
from programs.students.models import Student

Person = Pupil | Student
MEMBER_PARTS = ("pupil__user", "pupil__school", "student__user")


def entrant_of(user) -> Person | None:
    """As whom this person enters competitions: as a pupil, or as a university student; None who does not."""
    roles = roles_of(user)
    return roles.pupil or roles.student


def about(person: Person | None, of: str = "") -> Q | None:
    """The condition that a row, or those of the relation ``of``, are about this person; None: about nobody."""
    at = f"{of}__" if of else ""
    if person is None:
        return None
    return Q(**{f"{at}pupil" if isinstance(person, Pupil) else f"{at}student": person.pk})


def own_seat(user, project: Project) -> QuerySet[ProjectMember]:
    """The row of this person in the team."""
    mine = about(entrant_of(user))
    return project.members.filter(mine) if mine else project.members.none()


def is_member(user, project: Project) -> bool:
    return own_seat(user, project).filter(state__in=IN_TEAM).exists()


def members_of(project: Project) -> list[Person]:
    members = project.members.filter(state__in=IN_TEAM).select_related(*MEMBER_PARTS)
    return sorted((member.person for member in members), key=lambda person: person.sort_key)


def people_of(project: Project) -> list[User]:
    """Its members with an account, and its supervising teacher."""
    people = [person.user for person in members_of(project) if person.user]
    return [*people, project.supervisor] if project.supervisor else people


def seats_taken(project: Project) -> set[int]:
    return set(project.members.filter(state=MemberState.ACCEPTED).values_list("seat", flat=True))


def must_still_agree(project: Project) -> QuerySet[ProjectMember]:
    """Members who have not agreed to withdraw; who has no account any more cannot hold the others up."""
    team = project.members.filter(state=MemberState.ACCEPTED, withdraws_at=None)
    active = Q(pupil__user__is_active=True) | Q(student__user__is_active=True)
    return team.filter(active).select_related(*MEMBER_PARTS).order_by("seat")


def agreed_to_withdraw(project: Project) -> list[Person]:
    agreed = project.members.filter(state=MemberState.ACCEPTED, withdraws_at__isnull=False)
    return [member.person for member in agreed.select_related(*MEMBER_PARTS).order_by("withdraws_at")]


def classmates_of(pupil: Pupil, competition: Competition) -> QuerySet[Pupil]:
    """Who can be invited by name: pupils with an account in the same class of the competition's school year."""
    places = Enrolment.objects.in_force().filter(class_group__school_year=competition.school_year)
    classes = places.filter(pupil=pupil).values("class_group")
    mates = Pupil.objects.filter(pk__in=places.filter(class_group__in=classes).values("pupil"))
    return mates.filter(user__is_active=True, left_on__isnull=True).exclude(pk=pupil.pk).order_by("sort_key")


def to_invite(pupil: Pupil | None, project: Project, *, now: datetime) -> QuerySet[Pupil]:
    """Classmates who are neither in the team nor asked already; whoever is not a pupil has none."""
    if pupil is None:
        return Pupil.objects.none()
    known = project.members.filter(state=MemberState.ACCEPTED).values("pupil")
    asked = waiting_invitations(project, now=now).filter(pupil__isnull=False).values("pupil")
    known = known.filter(pupil__isnull=False)
    return classmates_of(pupil, project.competition).exclude(pk__in=known).exclude(pk__in=asked)


def waiting_invitations(project: Project, *, now: datetime) -> QuerySet[TeamInvitation]:
    open_ones = project.invitations.filter(state=InvitationState.WAITING, expires_at__gt=now)
    return open_ones.select_related("pupil", "student__user", "invited_by").order_by("created_at")


def invitation_with_code(typed: str) -> TeamInvitation | None:
    """By its code, however it was typed."""
    hashes = [hash_of_code(code) for code in readings(typed, TYPED_ALPHABET)]
    return TeamInvitation.objects.select_related("invited_by").filter(code_hash__in=hashes).first()


def hash_of_code(code: str) -> str:
    return salted_hmac("programs.projects.TeamInvitation", code, algorithm="sha256").hexdigest()
