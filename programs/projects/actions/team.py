"""A team is made by invitation: each member joins by an own act, and may leave until the project is submitted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.references import TYPED_ALPHABET
from programs.core.refusals import Refused, refuse_if
from programs.notices.actions import write_message
from programs.projects.actions.entries import locked_project, own_record, take_seat
from programs.projects.choices import InvitationState, MemberState
from programs.projects.models import Project, TeamInvitation
from programs.projects.policy import may_answer, may_join_teams, may_take_back, may_work_on
from programs.projects.queries.entering import entrant_in, teachers_of
from programs.projects.queries.team import (
    MEMBER_PARTS,
    Person,
    classmates_of,
    hash_of_code,
    invitation_with_code,
    members_of,
    own_seat,
    seats_taken,
    waiting_invitations,
)
from programs.projects.rules import (
    INVITATION_LASTS,
    NO_SUCH_CODE,
    invitation_refusal,
    inviting_refusal,
    joining_refusal,
    leaving_refusal,
    naming_refusal,
    opening_refusal,
)
from programs.pupils.models import Pupil

CODE_LENGTH = 8  # of 25 letters


@dataclass(frozen=True)
class IssuedCode:
    """An invitation with its code, which is known now and never again."""

    invitation: TeamInvitation
    code: str


# --- Inviting -------------------------------------------------------------------------------------
@transaction.atomic
@once("project.invite", returns=TeamInvitation)
def invite_classmate(*, project_id: int, pupil: Pupil, by: User, key: str) -> TeamInvitation:
    """Invite a classmate by name, who finds the invitation on the own desk.

    Raises PermissionDenied, and ``Refused``: those of ``inviting_refusal`` and ``naming_refusal``.
    """
    project = _project_to_invite_into(project_id, by)
    now, own = timezone.now(), Pupil.objects.get(user=by)
    refuse_if(
        naming_refusal(
            classmate=classmates_of(own, project.competition).filter(pk=pupil.pk).exists(),
            invited=waiting_invitations(project, now=now).filter(pupil=pupil).exists(),
        )
    )
    invitation = _invite(project, by, pupil=pupil)
    _tell(invitation, "team_invited", [pupil.user], link=reverse("team_accept", args=[invitation.pk]))
    return invitation


def _same_code(*, project_id: int, by: User, key: str) -> IssuedCode:
    code = _code(key, project_id)
    return IssuedCode(TeamInvitation.objects.get(code_hash=hash_of_code(code)), code)


@transaction.atomic
@once("project.invite_code", again=_same_code)
def issue_code(*, project_id: int, by: User, key: str) -> IssuedCode:
    """A code for one person. It follows from the form's one-time ``key``: the same form gives the same code.

    Raises PermissionDenied, and ``Refused``: those of ``inviting_refusal``.
    """
    project = _project_to_invite_into(project_id, by)
    code = _code(key, project_id)
    return IssuedCode(_invite(project, by, code_hash=hash_of_code(code)), code)


@transaction.atomic
def take_back(*, invitation_id: int, by: User) -> TeamInvitation:
    """Raises PermissionDenied, and ``Refused``: those of ``invitation_refusal``."""
    invitation = _locked_invitation(invitation_id)
    must(may_take_back(by, invitation))
    _settle(invitation, InvitationState.TAKEN_BACK)
    record(by=by, action="project.uninvite", obj=invitation.project)
    return invitation


# --- Answering ------------------------------------------------------------------------------------
@transaction.atomic
def open_invitation(*, code: str, by: User) -> TeamInvitation:
    """The code makes the invitation this person's own; joining is a second step.

    Raises PermissionDenied, and ``Refused``: ``no_such_code``, those of ``opening_refusal`` and ``joining_refusal``.
    """
    must(may_join_teams(by))
    person, found = own_record(by=by), invitation_with_code(code)
    if found is None:
        raise Refused(NO_SUCH_CODE)
    invitation = _locked_invitation(found.pk)
    refuse_if(opening_refusal(invitation, is_others=invitation.person not in (None, person), now=timezone.now()))
    _refuse_joining(invitation.project, person)
    who = "pupil" if isinstance(person, Pupil) else "student"
    setattr(invitation, who, person)
    invitation.save(update_fields=[who])
    return invitation


@transaction.atomic
def accept_invitation(*, invitation_id: int, by: User) -> Project:
    """Join the team, on its lowest free seat.

    Raises PermissionDenied, and ``Refused``: ``seat_taken``, those of ``invitation_refusal`` and ``joining_refusal``.
    """
    invitation = _locked_invitation(invitation_id)
    must(may_answer(by, invitation))
    project, person = invitation.project, own_record(by=by)
    _settle(invitation, InvitationState.ACCEPTED)
    _refuse_joining(project, person)
    others = [member.user for member in members_of(project)]
    take_seat(project=project, person=person, seat=_free_seat(project))
    _settle_home(project)
    record(by=by, action="project.join", obj=project, after={"person": by.pk})
    _tell(invitation, "team_joined", others, name=person.full_name)
    return project


@transaction.atomic
def decline_invitation(*, invitation_id: int, by: User) -> TeamInvitation:
    """Raises PermissionDenied, and ``Refused``: those of ``invitation_refusal``."""
    invitation = _locked_invitation(invitation_id)
    must(may_answer(by, invitation))
    _settle(invitation, InvitationState.DECLINED)
    record(by=by, action="project.decline", obj=invitation.project)
    name = invitation.person.full_name if invitation.person else ""
    _tell(invitation, "team_declined", [invitation.invited_by], name=name)
    return invitation


@transaction.atomic
def leave_team(*, project_id: int, by: User) -> Project:
    """Leave a team that has not submitted: whoever leaves may enter again until closing.

    Raises PermissionDenied, and ``Refused``: ``team_locked``, ``alone``.
    """
    project = locked_project(project_id=project_id)
    must(may_work_on(by, project))
    refuse_if(leaving_refusal(project, team=len(seats_taken(project))))
    own_seat(by, project).filter(state=MemberState.ACCEPTED).update(state=MemberState.LEFT)
    _settle_home(project)
    record(by=by, action="project.leave", obj=project, after={"person": by.pk})
    for member in filter(None, (mate.user for mate in members_of(project))):
        _write(project, "team_left", member, f"{by.pk}:{timezone.now().isoformat()}", name=by.full_name)
    return project


# --- Parts ----------------------------------------------------------------------------------------
def _settle_home(project: Project) -> None:
    """The team has changed: it comes from the school of the pupil on the lowest seat, or from institutions.

    A teacher who is not of that school cannot supervise it any more; the team chooses another before it submits.
    """
    team = project.members.filter(state=MemberState.ACCEPTED).select_related(*MEMBER_PARTS).order_by("seat")
    pupils = [member.pupil for member in team if member.pupil]
    project.school = pupils[0].school if pupils else None
    homes = dict.fromkeys(member.student.institution for member in team if member.student)
    project.institution = "" if pupils else ", ".join(homes)
    if project.supervisor and project.supervisor not in teachers_of(project.school):
        project.supervisor = None
    project.save(update_fields=["school", "institution", "supervisor", "updated_at"])


def _project_to_invite_into(project_id: int, by: User) -> Project:
    """Under its lock."""
    project, now = locked_project(project_id=project_id), timezone.now()
    must(may_work_on(by, project))
    waiting = waiting_invitations(project, now=now).count()
    refuse_if(inviting_refusal(project, team=len(seats_taken(project)), waiting=waiting, now=now))
    return project


def _invite(project: Project, by: User, **to) -> TeamInvitation:
    expires_at = timezone.now() + INVITATION_LASTS
    invitation = TeamInvitation.objects.create(project=project, invited_by=by, expires_at=expires_at, **to)
    record(by=by, action="project.invite", obj=project, after={"by_name": invitation.person is not None})
    return invitation


def _locked_invitation(invitation_id: int) -> TeamInvitation:
    """Under the lock of its project, which every change of a team holds."""
    project_id = TeamInvitation.objects.values_list("project", flat=True).get(pk=invitation_id)
    project = locked_project(project_id=project_id)
    invitation = TeamInvitation.objects.select_related("invited_by", "pupil__user", "student__user").get(
        pk=invitation_id
    )
    invitation.project = project
    return invitation


def _settle(invitation: TeamInvitation, state: str) -> None:
    refuse_if(invitation_refusal(invitation, now=timezone.now()))
    invitation.state, invitation.answered_at = state, timezone.now()
    invitation.save(update_fields=["state", "answered_at"])


def _refuse_joining(project: Project, person: Person) -> None:
    entrant, team = entrant_in(project.competition, person), len(seats_taken(project))
    refuse_if(joining_refusal(project, entrant, team=team, now=timezone.now()))


def _free_seat(project: Project) -> int:
    taken = seats_taken(project)
    return next(seat for seat in range(1, len(taken) + 2) if seat not in taken)


def _code(key: str, project_id: int) -> str:
    digest = salted_hmac("programs.projects.team_code", f"{key}:{project_id}", algorithm="sha256").digest()
    number, letters = int.from_bytes(digest), []
    for _place in range(CODE_LENGTH):
        number, rest = divmod(number, len(TYPED_ALPHABET))
        letters.append(TYPED_ALPHABET[rest])
    return "".join(letters)


def _tell(
    invitation: TeamInvitation, kind: str, people: Iterable[User | None], *, link: str = "", name: str = ""
) -> None:
    for person in filter(None, people):
        _write(
            invitation.project,
            kind,
            person,
            str(invitation.pk),
            link=link,
            name=name or invitation.invited_by.full_name,
        )


def _write(project: Project, kind: str, person: User, about: str, *, name: str, link: str = "") -> None:
    write_message(
        kind=kind,
        to=person,
        dedupe_key=f"{kind}:{project.reference}:{about}:{person.pk}",
        context={
            "title": project.title,
            "reference": project.reference,
            "competition": project.competition,
            "name": name,
        },
        link=link or reverse("project_team", args=[project.reference]),
    )
