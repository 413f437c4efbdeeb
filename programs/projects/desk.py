"""What the desk shows of projects: to whoever enters, what becomes of them; to a teacher, what waits."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.core.dates import short_moment
from programs.core.desk import DeskItem, DeskLink, DeskSection, DeskTask
from programs.projects.choices import ProjectState
from programs.projects.queries.entering import competitions_to_enter
from programs.projects.queries.team import entrant_of
from programs.projects.queries.waiting import (
    invitations_to_answer,
    own_projects,
    projects_to_finish,
    withdrawals_to_answer,
)
from programs.projects.words import next_words
from programs.schools.queries.roles import roles_of

ROWS = 5


def tasks(user) -> list[DeskTask]:
    """For whoever enters: answer an invitation or a team mate who wants to withdraw, finish, correct, enter."""
    return _tasks_of_entrant(user) if entrant_of(user) is not None else []


def _tasks_of_entrant(user) -> list[DeskTask]:
    now = timezone.now()
    invited = [
        DeskTask(
            title=_("{name} invites you to a team: {title}").format(
                name=invitation.invited_by.full_name, title=invitation.project.title
            ),
            detail=_("{competition}. Answer before {moment}.").format(
                competition=invitation.project.competition.local_name, moment=short_moment(invitation.expires_at)
            ),
            url=reverse("team_accept", args=[invitation.pk]),
            action=_("Read and answer"),
            weight=15,
        )
        for invitation in invitations_to_answer(user, now=now)[:ROWS]
    ]
    withdrawing = [
        DeskTask(
            title=_("{name} wants to withdraw the project: {title}").format(
                name=asked.person.full_name, title=project.title
            ),
            detail=_("It goes on until everybody in the team has agreed. Read it and say what you want."),
            url=reverse("project_detail", args=[project.reference]),
            action=_("Read and answer"),
            weight=12,
        )
        for project, asked in withdrawals_to_answer(user).items()
    ]
    unfinished = [
        DeskTask(
            title=_("Correct your project: {title}").format(title=project.title)
            if project.state == ProjectState.RETURNED
            else _("Finish your project: {title}").format(title=project.title),
            detail=project.return_reason
            or _("Submit it before {closes}.").format(closes=short_moment(project.competition.closes_at)),
            url=reverse("project_edit", args=[project.reference]),
            action=_("Continue"),
            weight=10 if project.state == ProjectState.RETURNED else 30,
        )
        for project in projects_to_finish(user, now=now)[:ROWS]
    ]
    inviting = [
        DeskTask(
            title=competition.local_name,
            detail=_("Open for you until {closes}.").format(closes=short_moment(competition.closes_at)),
            url=reverse("competition_detail", args=[competition.slug]),
            action=_("View it"),
            weight=70,
        )
        for competition in competitions_to_enter(user, now=now)[:ROWS]
    ]
    return invited + withdrawing + unfinished + inviting


def sections(user) -> list[DeskSection]:
    """For a pupil: their projects, each with what happens next."""
    if entrant_of(user) is None:
        return []
    projects = own_projects(user)[:ROWS]
    return [
        DeskSection(
            title=_("My projects"),
            icon="star",
            items=[
                DeskItem(
                    title=project.title or _("Project without a title yet"),
                    detail=next_words(project, member=True),
                    url=reverse("project_detail", args=[project.reference]),
                    state=project.state,
                    label=project.get_state_display(),
                )
                for project in projects
            ],
            empty=_("No projects yet. Have a look at the competitions: maybe one is for you."),
            url=reverse("competition_list"),
            action=_("Competitions"),
            weight=30,
        )
    ]


def links(user) -> list[DeskLink]:
    roles = roles_of(user)
    if entrant_of(user) is not None:
        return [DeskLink(_("My projects"), reverse("project_list"), weight=40)]
    if roles.is_school_staff:
        return [DeskLink(_("Projects"), reverse("project_list"), weight=40)]
    return [DeskLink(_("Projects"), reverse("project_list"), weight=40)] if roles.is_department else []
