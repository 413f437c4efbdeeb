"""What a project lacks of statements, who must approve it, who sees it for that, and what its page says of both."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.endorsements import policy, queries
from programs.endorsements.choices import Decision, Kind
from programs.endorsements.models import Approval
from programs.endorsements.words import waits_for
from programs.projects.actions.moving import WHEN_MOVED
from programs.projects.choices import ProjectState
from programs.projects.hooks import adds_to_project_page
from programs.projects.models import Project
from programs.projects.queries.contents import lacks
from programs.projects.queries.deadlines import approve_by
from programs.projects.queries.submissions import APPROVALS, AWAITED, receipt_of
from programs.projects.queries.visible import ALSO_SEES
from programs.projects.rules import Lack


def awaited_people(project: Project) -> list[User]:
    return [person for asked in queries.awaited_by_kind(project).values() for person in asked.people]


def sees_to_approve(user) -> list[Q]:
    """Who stands in for a school, and the safety committee, read what they are asked about."""
    return queries.asked_of(user)


def ask_again(project: Project, *, before: str) -> None:
    """Put before its approvers once more: who had returned it decides anew; what was given stays, and so does the log."""
    if (before, project.state) == (ProjectState.LAPSED, ProjectState.SUBMITTED):
        Approval.objects.filter(submission=receipt_of(project), decision=Decision.RETURNED).delete()


WHEN_MOVED.append(ask_again)
APPROVALS.append(lambda project: bool(queries.kinds_of(project)))
AWAITED.append(awaited_people)
ALSO_SEES.append(sees_to_approve)


@lacks
def statements_missing(projects: Collection[Project]) -> dict[int, list[Lack]]:
    """One for each member: nobody states for another."""
    words, waiting = _("the statement of {name} that the work is your own"), queries.must_state_in_each(projects)
    pages = {project.pk: reverse("project_statement", args=[project.reference]) for project in projects}
    return {
        key: [Lack("statement", words.format(name=person.full_name), pages[key]) for person in people]
        for key, people in waiting.items()
    }


@adds_to_project_page
def approvals_and_statements(user, project: Project, *, member: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "may_state": member and project.is_editable and not queries.has_stated(user, project),
        "statements": queries.statements_of(project),
    }
    if project.state in (ProjectState.DRAFT, ProjectState.ARRIVING):
        return found
    decided = queries.approvals_of(receipt_of(project))
    waits = project.state == ProjectState.SUBMITTED
    lines, mine = [], []
    for kind in queries.kinds_of(project):
        asked = queries.asked_for(project, kind) if waits and kind not in decided else None
        people = [person.full_name for person in asked.people] if asked else []
        words = waits_for(kind, people, asked.office) if asked else ""
        lines.append({"label": Kind(kind).label, "approval": decided.get(kind), "waits": words})
        if asked and policy.may_approve(user, project, kind):
            mine.append((Kind(kind).label, f"endorse_{kind}", f"return_{kind}"))
    sent_back = [row for row in decided.values() if row.decision == Decision.RETURNED]
    if project.state == ProjectState.RETURNED and sent_back:
        found["returned_by"] = sent_back[0]
    return found | {"approvals": lines, "approves": mine, "approve_by": approve_by(project) if waits else None}
