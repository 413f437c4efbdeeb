"""What is not approved by the last day for that lapses; everybody concerned is warned the working day before."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.dates import exact_moment
from programs.core.nets import in_turn, one_by_one
from programs.projects.actions.entries import locked_project
from programs.projects.actions.moving import move
from programs.projects.actions.quotas import let_go
from programs.projects.actions.reopening import close_reopening
from programs.projects.actions.submitting import settle_submission
from programs.projects.choices import ProjectState
from programs.projects.emails import tell
from programs.projects.models import Project
from programs.projects.queries.deadlines import (
    approve_by,
    arriving,
    open_reopening,
    reopenings_over,
    to_approve,
    warns_from,
)
from programs.projects.queries.submissions import awaited
from programs.projects.queries.team import people_of

WAITING = (ProjectState.SUBMITTED, ProjectState.RETURNED)


@transaction.atomic
def warn_of_lapse(*, project_id: int) -> bool:
    """One letter to the team and to whoever has not approved; whether it was due. Safe at any time."""
    project, now = locked_project(project_id=project_id), timezone.now()
    due = approve_by(project)
    if not _waits(project) or project.warned_of == due or not warns_from(due) <= now < due:
        return False
    project.warned_of = due
    project.save(update_fields=["warned_of", "updated_at"])
    tell(project, "project_lapses_soon", _concerned(project), due=exact_moment(due))
    return True


@transaction.atomic
def lapse_project(*, project_id: int) -> bool:
    """Out of the competition when the last day for approvals is over: places and pupils are free again."""
    project, now = locked_project(project_id=project_id), timezone.now()
    due, before = approve_by(project), project.state
    if not _waits(project) or now < max(due, project.competition.closes_at):
        return False
    concerned = _concerned(project)
    move(project=project, to=ProjectState.LAPSED)
    let_go(projects=[project])
    record(by=None, action="project.lapse", obj=project, before={"state": before}, after={"state": project.state})
    tell(project, "project_lapsed", concerned, due=exact_moment(due))
    return True


def keep_deadlines() -> dict[str, int]:
    """The sweep: settles, warns, lapses; each project in a transaction of its own."""
    steps = {"settled": _settle, "closed": _close, "warned": _warn, "lapsed": _lapse}
    return in_turn("projects", steps)


def _settle() -> int:
    return one_by_one("projects settle", _keys(arriving()), lambda pk: settle_submission(project_id=pk))


def _warn() -> int:
    waiting = _keys(to_approve(now=timezone.now()))
    return one_by_one("projects warn", waiting, lambda pk: warn_of_lapse(project_id=pk))


def _lapse() -> int:
    waiting = _keys(to_approve(now=timezone.now()))
    return one_by_one("projects lapse", waiting, lambda pk: lapse_project(project_id=pk))


def _keys(projects) -> list[int]:
    return list(projects.values_list("pk", flat=True))


def _close() -> int:
    now = timezone.now()
    return one_by_one(
        "projects close", _keys(reopenings_over(now=now)), lambda pk: close_reopening(reopening_id=pk, now=now)
    )


def _waits(project: Project) -> bool:
    """What the organiser opened ends by itself."""
    return project.state in WAITING and open_reopening(project) is None


def _concerned(project: Project) -> list[User]:
    """The team, and who must still approve: nobody does while it is with the team."""
    asked = awaited(project) if project.state == ProjectState.SUBMITTED else []
    return list(dict.fromkeys([*people_of(project), *asked]))
