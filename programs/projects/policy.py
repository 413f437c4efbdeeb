"""Pupils and university students enter and write; a teacher of the pupils' school decides."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.competitions.models import Competition
from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, SIGNED_IN, Reach, Role, does, sees
from programs.projects.models import Project, TeamInvitation
from programs.projects.queries.team import entrant_of, is_member
from programs.schools.queries.roles import roles_of


def may_enter(user, competition: Competition) -> bool:
    """Pupils and students enter by themselves: nobody else can enter for them."""
    return may_join_teams(user)


def may_work_on(user, project: Project) -> bool:
    """Its team."""
    return is_member(user, project)


def may_join_teams(user, _target: object = None) -> bool:
    """Everybody joins by themselves: nobody is put into a team."""
    roles = roles_of(user)
    return roles.pupil.school.is_working if roles.pupil else roles.student is not None


def may_answer(user, invitation: TeamInvitation) -> bool:
    """Whoever is invited."""
    return invitation.person is not None and invitation.person == entrant_of(user) and may_join_teams(user)


def may_take_back(user, invitation: TeamInvitation) -> bool:
    """Whoever invited, and the rest of the team."""
    return is_member(user, invitation.project)


def may_take_out(user, project: Project) -> bool:
    """The organiser, but nobody decides about the own project."""
    return roles_of(user).is_department and not is_member(user, project)


def may_reopen(user, project: Project) -> bool:
    """The organiser, but nobody decides about the own project."""
    return roles_of(user).is_department and not is_member(user, project)


ENTRANTS = (Role.PUPIL, Role.STUDENT)

PERMISSIONS = [
    sees(
        _("the competitions with their rules and dates"),
        EVERYBODY,
        "competition_list",
        "competition_detail",
        reach=Reach.ALL,
    ),
    sees(_("the list of projects, containing those within their scope"), SIGNED_IN, "project_list"),
    sees(
        _("projects with their members"),
        (*ENTRANTS, *SCHOOL_STAFF, Role.DEPARTMENT_OFFICER),
        "project_detail",
    ),
    does(_("enter a competition"), ENTRANTS, "project_new", reach=Reach.ALL),
    does(
        _("write, submit and withdraw their own project"),
        ENTRANTS,
        "project_edit",
        "project_field",
        "project_submit",
        "project_withdraw",
        "project_keep",
    ),
    does(
        _("open a project that is in for a correction, with a reason, a part and an end"),
        (Role.DEPARTMENT_OFFICER,),
        "project_reopen",
    ),
    sees(
        _("the receipt of a submission, with its hashes"),
        (*ENTRANTS, *SCHOOL_STAFF, Role.DEPARTMENT_OFFICER),
        "project_receipt",
        "project_receipt_pdf",
    ),
    does(_("withdraw a project that is being judged, with a reason"), (Role.DEPARTMENT_OFFICER,), "project_take_out"),
    does(
        _("invite into the own team, take an invitation back, and leave the team until it submits"),
        ENTRANTS,
        "project_team",
        "team_code",
        "team_leave",
        "team_take_back",
    ),
    does(_("join a team by invitation, or decline"), (Role.PUPIL,), "team_accept", "team_decline"),
    does(_("open an invitation into a team by its code, and join the team"), ENTRANTS, "team_join", reach=Reach.ALL),
]
