"""What is submitted is written down; it goes on when its last file has come, or back to the team.

Nobody need be there: whoever sees a file arrive or fail calls ``settle_submission``, and a sweep every minute does.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.dates import exact_moment
from programs.projects.actions.entries import locked_project
from programs.projects.actions.moving import move
from programs.projects.actions.quotas import give_back_places
from programs.projects.actions.reopening import resume_reopening
from programs.projects.choices import ProjectState
from programs.projects.emails import tell
from programs.projects.models import Project, Submission
from programs.projects.queries.contents import missing_in
from programs.projects.queries.deadlines import files_until
from programs.projects.queries.submissions import (
    arrived_at,
    asks_approval,
    awaited,
    newest_submission,
    sealed_codes,
    sealed_now,
    under_way,
)
from programs.projects.queries.team import people_of

# A file whose last byte came within the grace is in, however long its check takes: but nothing waits for ever.
CHECKED_WITHIN = timedelta(hours=1)


def write_submission(*, project: Project, by: User, due_at: datetime, now: datetime) -> Submission:
    """Freeze the words, and whether it must wait for files. The caller holds the project's lock, and has asked."""
    last = newest_submission(project)
    submission = Submission.objects.create(
        project=project,
        number=last.number + 1 if last else 1,
        pressed_at=now,
        pressed_by=by,
        came_from=project.state,
        due_at=due_at,
        seals=sealed_now(project),
        **project.columns,
    )
    if under_way(project, since=now).coming:
        move(project=project, to=ProjectState.ARRIVING, submitted_at=now)
        return submission
    _complete(project, submission, now=now, left_out=0)
    return submission


@transaction.atomic
def settle_submission(*, project_id: int) -> bool:
    """Move a project whose files were still under way, as far as it can; whether it moved. Safe at any time."""
    project, now = locked_project(project_id=project_id), timezone.now()
    submission = newest_submission(project)
    if project.state != ProjectState.ARRIVING or submission is None:
        return False
    files = under_way(project, since=submission.pressed_at)
    if now < submission.due_at and files.failed:
        return _go_back(project, submission, now=now)
    last = files_until(project, submission.due_at)
    if (files.sent and now < last) or (files.checked and now < last + CHECKED_WITHIN):
        return False
    if missing_in(project):
        return _go_back(project, submission, now=now)
    _complete(project, submission, now=now, left_out=files.coming + files.failed)
    after = {"state": project.state, "sha256": sealed_codes(project)}
    record(by=None, action="project.arrive", obj=project, after=after)
    return True


def _complete(project: Project, submission: Submission, *, now: datetime, left_out: int) -> None:
    submission.complete_at, submission.left_out, submission.seals = now, left_out, sealed_now(project)
    submission.arrived_at = arrived_at(submission)
    submission.save(update_fields=["complete_at", "arrived_at", "left_out", "seals"])
    submitted = {"submitted_at": submission.pressed_at, "return_reason": ""}
    team = [person for person in people_of(project) if person != project.supervisor]
    if asks_approval(project):
        move(project=project, to=ProjectState.SUBMITTED, endorsed_at=None, **submitted)
        tell(project, "project_submitted", awaited(project))
    else:
        move(project=project, to=ProjectState.ENDORSED, endorsed_at=now, **submitted)
        tell(project, "project_endorsed", people_of(project))
    tell(project, "project_received", team, number=submission.number, left_out=left_out)


def _go_back(project: Project, submission: Submission, *, now: datetime) -> bool:
    """To the team, which reads what to send again, or that it is too late. A draft holds no place of a quota."""
    move(project=project, to=submission.came_from)
    resume_reopening(project=project, since=submission.pressed_at)
    if project.state == ProjectState.DRAFT:
        give_back_places(project=project)
    lacks = missing_in(project)
    record(by=None, action="project.incomplete", obj=project, after={"missing": len(lacks)})
    due = exact_moment(submission.due_at) if now < submission.due_at else ""
    tell(project, "project_incomplete", people_of(project), missing=[lack.words for lack in lacks], due=due)
    return True
