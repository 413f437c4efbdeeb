"""Pupils enter and write; a teacher of their school decides."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.competitions.models import Competition
from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, SIGNED_IN, Reach, Role, does, sees
from programs.projects.models import Project, TeamInvitation
from programs.projects.queries.team import is_member
from programs.schools.queries.roles import roles_of


def may_enter(user, competition: Competition) -> bool:
    """Pupils enter by themselves: nobody else can enter for them."""
    pupil = roles_of(user).pupil
    return pupil is not None and pupil.school.is_working


def may_work_on(user, project: Project) -> bool:
    """Its team."""
    return is_member(user, project)


def may_join_teams(user, _target: object = None) -> bool:
    """Pupils join by themselves: nobody is put into a team."""
    pupil = roles_of(user).pupil
    return pupil is not None and pupil.school.is_working


def may_answer(user, invitation: TeamInvitation) -> bool:
    """The pupil who is invited."""
    pupil = roles_of(user).pupil
    return pupil is not None and invitation.pupil_id == pupil.pk and pupil.school.is_working


def may_take_back(user, invitation: TeamInvitation) -> bool:
    """Whoever invited, and the rest of the team."""
    return is_member(user, invitation.project)


def may_take_out(user, _project: Project) -> bool:
    """The organiser."""
    return roles_of(user).is_department


def may_reopen(user, _project: Project) -> bool:
    """The organiser."""
    return roles_of(user).is_department


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
        (Role.PUPIL, *SCHOOL_STAFF, Role.DEPARTMENT_OFFICER),
        "project_detail",
    ),
    does(_("enter a competition"), (Role.PUPIL,), "project_new", reach=Reach.ALL),
    does(
        _("write, submit and withdraw their own project"),
        (Role.PUPIL,),
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
        (Role.PUPIL, *SCHOOL_STAFF, Role.DEPARTMENT_OFFICER),
        "project_receipt",
        "project_receipt_pdf",
    ),
    does(_("withdraw a project that is being judged, with a reason"), (Role.DEPARTMENT_OFFICER,), "project_take_out"),
    does(
        _("invite into the own team, take an invitation back, and leave the team until it submits"),
        (Role.PUPIL,),
        "project_team",
        "team_code",
        "team_leave",
        "team_take_back",
    ),
    does(_("join a team by invitation, or decline"), (Role.PUPIL,), "team_accept", "team_decline"),
    does(_("open an invitation into a team by its code"), (Role.PUPIL,), "team_join", reach=Reach.ALL),
]
