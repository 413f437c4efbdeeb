"""A team submits: words and files are frozen by hash, files under way have the minutes of grace; what is not approved lapses."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.projects.actions.entries import locked_project
from programs.projects.actions.moving import move
from programs.projects.actions.quotas import give_back_places, let_go, take_places
from programs.projects.actions.reopening import end_reopening
from programs.projects.choices import ProjectState, ReopeningEnd
from programs.projects.emails import tell
from programs.projects.models import Project, Submission
from programs.projects.policy import may_work_on
from programs.projects.queries.contents import missing_in
from programs.projects.queries.deadlines import approve_by, open_reopening, opened_now, warns_from
from programs.projects.queries.submissions import (
    asks_approval,
    awaited,
    newest_submission,
    sealed_now,
    under_way,
)
from programs.projects.queries.team import members_of, people_of
from programs.projects.rules import lapse_refusal, submission_refusal


@transaction.atomic
def submit_project(*, project_id: int, by: User) -> Project:
    """Submit a project: its words are frozen now, its files as soon as those under way have come.

    Raises PermissionDenied, and ``Refused``: ``incomplete``, ``too_late``, ``wrong_state``, ``school_full``,
    ``mentor_full``.
    """
    now, project = timezone.now(), locked_project(project_id=project_id)
    must(may_work_on(by, project))
    doors = opened_now(project, now=now)
    refuse_if(submission_refusal(project, doors, missing_in(project), now=now))
    take_places(project=project)
    last = newest_submission(project)
    submission = Submission.objects.create(
        project=project,
        number=last.number + 1 if last else 1,
        pressed_at=now,
        pressed_by=by,
        came_from=project.state,
        due_at=doors.until,
        **project.columns,
    )
    if reopening := open_reopening(project):
        end_reopening(reopening=reopening, how=ReopeningEnd.SUBMITTED)
    if under_way(project, since=now).coming:
        move(project=project, to=ProjectState.ARRIVING, submitted_at=now, return_reason="")
        record(by=by, action="project.submit", obj=project, after={"state": project.state})
        return project
    _complete(project, submission, by=by, submitted_at=now, return_reason="")
    return project


@transaction.atomic
def settle_submission(*, project_id: int) -> str:
    """See whether the files of a submission have come, when one of them arrived or failed; the state that it leaves.

    Without what is compulsory the project goes back to its team, which reads what to send again.
    """
    project = locked_project(project_id=project_id)
    submission = newest_submission(project)
    if project.state != ProjectState.ARRIVING or submission is None:
        return project.state
    way = under_way(project, since=submission.pressed_at)
    if way.coming:
        return project.state
    if missing_in(project):
        return _come_back(project, submission)
    _complete(project, submission, by=None, left_out=way.failed)
    return project.state


def _complete(project: Project, submission: Submission, *, by: User | None, left_out: int = 0, **columns) -> None:
    """Everything has come: what was submitted is sealed, and those who must approve it are asked."""
    submission.seals, submission.complete_at, submission.left_out = sealed_now(project), timezone.now(), left_out
    submission.save(update_fields=["seals", "complete_at", "left_out"])
    asked = asks_approval(project)
    entered = {} if asked else {"endorsed_at": submission.complete_at}
    move(project=project, to=ProjectState.SUBMITTED if asked else ProjectState.ENDORSED, **columns, **entered)
    parts = submission.seals.values()
    hashes = [f"{code}:{seal['sha256']}" for part in parts for code, seal in part.items()]
    action = "project.submit" if by else "project.arrive"
    record(
        by=by, action=action, obj=project, after={"state": project.state, "sha256": [Code(digest) for digest in hashes]}
    )
    tell(project, "project_received", _accounts_of(project), number=submission.number, left_out=left_out)
    if asked:
        tell(project, "project_submitted", awaited(project))


def _come_back(project: Project, submission: Submission) -> str:
    """Something compulsory failed or did not come; after closing that is the end of it."""
    is_over = timezone.now() >= submission.due_at
    move(project=project, to=submission.came_from)
    give_back_places(project=project)
    record(by=None, action="project.incomplete", obj=project, after={"state": project.state})
    missing = [lack.words for lack in missing_in(project)]
    tell(project, "project_incomplete", people_of(project), missing=missing, over=is_over)
    return project.state


# --- Approved in time, or not -------------------------------------------------------------------
@transaction.atomic
def lapse_project(*, project_id: int, now: datetime) -> bool:
    """What is not approved by the last day for that is not entered; its places and its pupils are free again."""
    project = locked_project(project_id=project_id)
    if lapse_refusal(project, approve_by(project), is_open=open_reopening(project) is not None, now=now):
        return False
    people = [*people_of(project), *awaited(project)]
    before = project.state
    move(project=project, to=ProjectState.LAPSED)
    let_go(projects=[project])
    record(by=None, action="project.lapse", obj=project, before={"state": before}, after={"state": project.state})
    tell(project, "project_lapsed", dict.fromkeys(people))
    return True


@transaction.atomic
def warn_of_lapse(*, project_id: int, now: datetime) -> bool:
    """On the working day before: the team, and whoever has not approved; once for each last day."""
    project = locked_project(project_id=project_id)
    last = approve_by(project)
    waiting = project.state in (ProjectState.SUBMITTED, ProjectState.RETURNED) and open_reopening(project) is None
    if not waiting or project.warned_of == last or not warns_from(last) <= now < last:
        return False
    Project.objects.filter(pk=project.pk).update(warned_of=last)
    people = [*people_of(project), *awaited(project)]
    tell(project, "project_lapses_soon", dict.fromkeys(people), last=last, returned=project.state == "returned")
    return True


def _accounts_of(project: Project) -> list[User]:
    return [pupil.user for pupil in members_of(project) if pupil.user]
