"""The organiser finds an entry eligible or not; teams that have not submitted are reminded by themselves."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.entries.models import Check
from programs.entries.policy import may_check
from programs.entries.queries import is_kin
from programs.entries.rules import check_refusal, is_reminded
from programs.notices.actions import write_message
from programs.projects.actions.entries import locked_project
from programs.projects.actions.moving import move
from programs.projects.choices import EDITABLE
from programs.projects.emails import tell
from programs.projects.models import Project
from programs.projects.queries.contents import missing_in
from programs.projects.queries.team import people_of


@transaction.atomic
def check_entry(*, project_id: int, found: str, reason: str, seen: int, by: User) -> Project:
    """Find an entry eligible or not; ``seen`` is how many findings there were on the page.

    Raises PermissionDenied, and ``Refused``: those of ``check_refusal``.
    """
    project = locked_project(project_id=project_id)
    must(may_check(by, project))
    read = project.checks.count() == seen
    refuse_if(check_refusal(project, found, reason, kin=is_kin(by, project), read=read))
    before = project.state
    Check.objects.create(project=project, found=found, reason=reason, by=by)
    move(project=project, to=found)
    after = {"state": project.state}
    record(by=by, action=f"entry.{found}", obj=project, before={"state": before}, after=after, reason=reason)
    tell(project, f"entry_{found}", people_of(project), reason=reason or " ")
    return project


@transaction.atomic
def remind_team(*, project_id: int, now: datetime) -> int:
    """One letter to each of the team and to the mentor for this deadline; how many were written."""
    project = locked_project(project_id=project_id)
    if project.state not in EDITABLE or not is_reminded(project.competition, now=now):
        return 0
    missing = [lack.words for lack in missing_in(project)]
    closes = project.competition.closes_at
    people = people_of(project)
    for person in people:
        write_message(
            kind="project_reminder",
            to=person,
            dedupe_key=f"project_reminder:{project.pk}:{closes.isoformat()}:{person.pk}",
            context={"title": project.title, "competition": project.competition, "missing": missing, "closes": closes},
            link=reverse("project_detail", args=[project.reference]),
        )
    return len(people)
