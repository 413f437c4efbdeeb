"""What later wings add to a project, and what they do when it moves.

When a school closes, projects not entered yet are withdrawn. When a competition moves, its teams are told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.competitions.hooks import tells_entrants
from programs.competitions.models import Competition
from programs.core.audit import record
from programs.notices.actions import write_message
from programs.projects.actions.moving import move
from programs.projects.actions.quotas import let_go
from programs.projects.choices import NOT_ENTERED, UNFINISHED, ProjectState
from programs.projects.models import Project
from programs.projects.queries.team import people_of
from programs.schools.hooks import when_school_closes
from programs.schools.models import School

PagePart = Callable[..., dict[str, Any]]
PAGE_PARTS: list[PagePart] = []


def adds_to_project_page(part: PagePart) -> PagePart:
    """``part(user, project, member=...)`` is what the page of a project also says, by the names of its template."""
    PAGE_PARTS.append(part)
    return part


@when_school_closes
def withdraw_projects_of(*, school: School, by: User, reason: str) -> None:
    """There is nobody left at the school to endorse them."""
    for project in Project.objects.select_for_update().filter(school=school, state__in=NOT_ENTERED).order_by("pk"):
        before = project.state
        move(project=project, to=ProjectState.WITHDRAWN)
        let_go(projects=[project])
        after = {"state": project.state}
        record(by=by, action="project.withdraw", obj=project, before={"state": before}, after=after, reason=reason)


@tells_entrants
def tell_teams(competition: Competition, kind: str, *, reason: str) -> None:
    """One letter to each member and each supervising teacher of a project that is still in the competition."""
    moment = timezone.now().isoformat()
    for project in Project.objects.filter(competition=competition, state__in=UNFINISHED).order_by("pk"):
        for person in people_of(project):
            write_message(
                kind=kind,
                to=person,
                dedupe_key=f"{kind}:{competition.pk}:{project.pk}:{moment}:{person.pk}",
                context={"title": project.title, "competition": competition, "reason": reason},
                link=reverse("project_detail", args=[project.reference]),
            )
