"""What the page of a project says of the organiser's check: to its people the reason, to officers what is alike."""

from __future__ import annotations

from typing import Any

from programs.entries import policy, queries
from programs.entries.rules import CHECKED
from programs.projects.hooks import adds_to_project_page
from programs.projects.models import Project


@adds_to_project_page
def check_and_twins(user, project: Project, *, member: bool) -> dict[str, Any]:
    newest = project.checks.first()
    found: dict[str, Any] = {"check": newest if newest and newest.found == project.state else None}
    if policy.may_check(user, project):
        found |= {"may_check": project.state in CHECKED, "alike": queries.alike(user, project)}
    return found
