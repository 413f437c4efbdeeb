"""What the page of a project says of the organiser's check: to its people the reason, to officers what is alike.

And what sets the comparing of its files off.
"""

from __future__ import annotations

from typing import Any

from programs.entries import policy, queries
from programs.entries.actions import ask_for_comparison, forget_prints
from programs.entries.rules import CHECKED
from programs.projects.actions.moving import WHEN_MOVED
from programs.projects.choices import ProjectState
from programs.projects.hooks import adds_to_project_page
from programs.projects.models import Project
from programs.projects.queries.visible import ORGANISER_SEES


@adds_to_project_page
def check_and_twins(user, project: Project, *, member: bool) -> dict[str, Any]:
    newest = project.checks.first()
    found: dict[str, Any] = {"check": newest if newest and newest.found == project.state else None}
    if policy.may_check(user, project):
        found |= {"may_check": project.state in CHECKED, "alike": queries.alike(user, project)}
    return found


def compare_or_forget(project: Project, *, before: str) -> None:
    """Files are compared when a project is entered; with its withdrawal goes what they were compared by."""
    if project.state in ORGANISER_SEES and before not in ORGANISER_SEES:
        ask_for_comparison(files=queries.to_compare().filter(document__project=project))
    elif project.state == ProjectState.WITHDRAWN:
        forget_prints(project=project)


WHEN_MOVED.append(compare_or_forget)
