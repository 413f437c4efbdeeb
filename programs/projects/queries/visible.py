"""Who sees what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from programs.core.queries import held_by, met_by_one
from programs.projects.choices import IN_TEAM, MemberState, ProjectState
from programs.projects.models import Project, TeamInvitation
from programs.projects.queries.team import about, entrant_of
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
    """A team's own, those of the school for its staff, and endorsed ones for the department."""
    if not user.is_authenticated:
        return Project.objects.none()
    roles = roles_of(user)
    mine = about(entrant_of(user), "members")
    endorsed = Q(state__in=ORGANISER_SEES, school__in=schools_in_scope(user).values("pk"))
    of_adults = Q(state__in=ORGANISER_SEES, school=None)  # nobody's area: the department's business all the same
    projects = met_by_one(
        Project.objects.all(),
        mine & Q(members__state__in=IN_TEAM) if mine else None,
        held_by("school", roles.school_ids),
        *((endorsed, of_adults) if roles.is_department else ()),
        *(condition for part in ALSO_SEES for condition in part(user)),
    )
    return projects.select_related(*PROJECT_PARTS)


def invitations_visible_to(user) -> QuerySet[TeamInvitation]:
    """Those to this person, and those of the teams that the person is in."""
    person = entrant_of(user) if user.is_authenticated else None
    to_me, of_mine = about(person), about(person, "project__members")
    of_mine = of_mine & Q(project__members__state=MemberState.ACCEPTED) if of_mine else None
    seen = met_by_one(TeamInvitation.objects.all(), to_me, of_mine)
    return seen.select_related("invited_by", "pupil", "student__user", *(f"project__{part}" for part in PROJECT_PARTS))
