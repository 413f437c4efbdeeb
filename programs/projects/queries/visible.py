"""Who sees what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from programs.core.queries import held_by, met_by_one
from programs.projects.choices import IN_TEAM, MemberState, ProjectState
from programs.projects.models import Project, TeamInvitation
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import schools_in_scope

# From the endorsement on a project is the organiser's business too; a withdrawn one is not.
ORGANISER_SEES = (
    ProjectState.ENDORSED,
    ProjectState.ELIGIBLE,
    ProjectState.INELIGIBLE,
    ProjectState.IN_JUDGING,
    ProjectState.AWARDED,
    ProjectState.NOT_AWARDED,
)
PROJECT_PARTS = ("competition__rule_set", "competition__school_year", "school", "field", "supervisor")

# Later wings add who reads a project besides: ``part(user)`` are conditions, each asked by itself.
ALSO_SEES: list[Callable[[Any], list[Q]]] = []


def projects_visible_to(user) -> QuerySet[Project]:
    """A pupil's own, those of the school for its staff, and endorsed ones for the department."""
    if not user.is_authenticated:
        return Project.objects.none()
    roles = roles_of(user)
    endorsed = Q(state__in=ORGANISER_SEES, school__in=schools_in_scope(user).values("pk"))
    projects = met_by_one(
        Project.objects.all(),
        Q(members__pupil=roles.pupil.pk, members__state__in=IN_TEAM) if roles.pupil else None,
        held_by("school", roles.school_ids),
        endorsed if roles.is_department else None,
        *(condition for part in ALSO_SEES for condition in part(user)),
    )
    return projects.select_related(*PROJECT_PARTS)


def invitations_visible_to(user) -> QuerySet[TeamInvitation]:
    """Those to this pupil, and those of the teams that the pupil is in."""
    pupil = roles_of(user).pupil if user.is_authenticated else None
    if pupil is None:
        return TeamInvitation.objects.none()
    mine = Q(project__members__pupil=pupil.pk, project__members__state=MemberState.ACCEPTED)
    seen = met_by_one(TeamInvitation.objects.all(), Q(pupil=pupil.pk), mine)
    return seen.select_related("invited_by", "pupil", *(f"project__{part}" for part in PROJECT_PARTS))
