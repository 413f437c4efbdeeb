"""What the desk shows of approvals: the next ones that wait for this person, and for whoever enters the own statement."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.core.dates import short_moment
from programs.core.desk import DeskLink, DeskTask
from programs.endorsements import queries
from programs.projects.queries.deadlines import approve_by
from programs.projects.queries.team import entrant_of
from programs.projects.queries.waiting import projects_to_finish
from programs.schools.queries.roles import roles_of

ROWS = 5


def tasks(user) -> list[DeskTask]:
    """A student may have a role meanwhile; a pupil decides about nobody's project."""
    found = _statements(user) if entrant_of(user) is not None else []
    return found if roles_of(user).pupil else [*found, *_approvals(user), *_empty_committees(user)]


def _approvals(user) -> list[DeskTask]:
    return [
        DeskTask(
            title=_("Read and approve: {title}").format(title=project.title),
            detail=_("{competition}, until {moment}").format(
                competition=project.competition.local_name, moment=short_moment(approve_by(project))
            ),
            url=reverse("project_detail", args=[project.reference]),
            action=_("Read"),
            weight=25,
        )
        for project in queries.projects_to_approve(user)[:ROWS]
    ]


def _empty_committees(user) -> list[DeskTask]:
    """For the organiser: risky projects wait, and nobody is in the safety committee."""
    if not roles_of(user).is_department:
        return []
    return [
        DeskTask(
            title=_("Name a safety committee: {competition}").format(competition=competition.local_name),
            detail=_("Projects with risks wait for its approval, and nobody is in it."),
            url=reverse("safety_committee", args=[competition.slug]),
            action=_("Name a member"),
            weight=15,
        )
        for competition in queries.without_committee()[:ROWS]
    ]


def _statements(user) -> list[DeskTask]:
    return [
        DeskTask(
            title=_("State that the work is your own: {title}").format(title=project.title),
            detail=_("Each member of the team does it before the project is submitted."),
            url=reverse("project_statement", args=[project.reference]),
            action=_("Read and state"),
            weight=35,
        )
        for project in projects_to_finish(user, now=timezone.now())[:ROWS]
        if not queries.has_stated(user, project)
    ]


def links(user) -> list[DeskLink]:
    """For the staff of schools; others find what waits among their tasks, and in the letter."""
    if not roles_of(user).is_school_staff or not (waiting := queries.projects_to_approve(user).count()):
        return []
    return [DeskLink(_("Projects to approve"), reverse("endorsement_queue"), count=waiting, weight=41)]
