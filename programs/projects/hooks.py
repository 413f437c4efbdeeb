"""When a school closes: projects not entered yet are withdrawn; entered projects stay in their competition."""

from __future__ import annotations

from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.projects.choices import NOT_ENTERED, ProjectState
from programs.projects.models import Project
from programs.schools.hooks import when_school_closes
from programs.schools.models import School


@when_school_closes
def withdraw_projects_of(*, school: School, by: User, reason: str) -> None:
    """There is nobody left at the school to endorse them."""
    for project in Project.objects.select_for_update().filter(school=school, state__in=NOT_ENTERED).order_by("pk"):
        before = project.state
        project.state, project.updated_at = ProjectState.WITHDRAWN, timezone.now()
        project.save(update_fields=["state", "updated_at"])
        after = {"state": project.state}
        record(by=by, action="project.withdraw", obj=project, before={"state": before}, after=after, reason=reason)
