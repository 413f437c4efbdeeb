"""A project moves from state to state: submitted, withdrawn."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.projects.actions.entries import locked_project
from programs.projects.actions.moving import move
from programs.projects.actions.quotas import let_go, take_places
from programs.projects.actions.reopening import end_reopening
from programs.projects.actions.submitting import write_submission
from programs.projects.choices import MemberState, ProjectState, ReopeningEnd
from programs.projects.emails import tell
from programs.projects.models import Project
from programs.projects.policy import may_take_out, may_work_on
from programs.projects.queries.contents import missing_in
from programs.projects.queries.deadlines import open_reopening, opened_now
from programs.projects.queries.submissions import sealed_codes
from programs.projects.queries.team import must_still_agree, own_seat, people_of
from programs.projects.rules import (
    keeping_refusal,
    submission_refusal,
    taking_out_refusal,
    withdrawal_refusal,
)


@transaction.atomic
def submit_project(*, project_id: int, by: User) -> Project:
    """Submit a project: text and files are frozen, and those who must approve it are asked.

    Files that are under way may still come (``actions/submitting.py``); what counts is when this was pressed.

    Raises PermissionDenied, and ``Refused``: ``incomplete``, ``too_late``, ``wrong_state``, ``school_full``,
    ``mentor_full``.
    """
    project = locked_project(project_id=project_id)
    must(may_work_on(by, project))
    now = timezone.now()
    doors = opened_now(project, now=now)
    refuse_if(submission_refusal(project, doors, missing_in(project), now=now))
    take_places(project=project)
    if reopening := open_reopening(project):
        end_reopening(reopening=reopening, how=ReopeningEnd.SUBMITTED)
    write_submission(project=project, by=by, due_at=doors.until, now=now)
    record(by=by, action="project.submit", obj=project, after={"state": project.state, "sha256": sealed_codes(project)})
    return project


@transaction.atomic
def withdraw_project(*, project_id: int, by: User) -> Project:
    """Agree to withdraw; with the agreement of the last member the project is withdrawn permanently.

    Raises PermissionDenied, and ``Refused``: ``wrong_state``, ``judging_began``, ``agreed_already``.
    """
    project = locked_project(project_id=project_id)
    must(may_work_on(by, project))
    own = own_seat(by, project).filter(state=MemberState.ACCEPTED)
    agreed = own.filter(withdraws_at__isnull=False).exists()
    others = [member for member in must_still_agree(project) if member.person.user != by]
    refuse_if(withdrawal_refusal(project, agreed=agreed, waiting=len(others)))
    own.update(withdraws_at=timezone.now())
    if others:
        project.save(update_fields=["updated_at"])  # who agrees once more is told about once more
        record(by=by, action="project.agree", obj=project)
        tell(project, "project_withdrawal_asked", [member.person.user for member in others], name=by.full_name)
        return project
    before = _withdraw(project, by=by)
    if before != ProjectState.DRAFT:
        tell(project, "project_withdrawn", [project.supervisor])
    return project


@transaction.atomic
def keep_project(*, project_id: int, by: User) -> Project:
    """Take the own agreement to withdraw back. Raises PermissionDenied, and ``Refused("wrong_state")``."""
    project = locked_project(project_id=project_id)
    must(may_work_on(by, project))
    own = own_seat(by, project).filter(state=MemberState.ACCEPTED, withdraws_at__isnull=False)
    refuse_if(keeping_refusal(project, agreed=own.exists()))
    own.update(withdraws_at=None)
    record(by=by, action="project.keep", obj=project)
    return project


@transaction.atomic
def take_out(*, project_id: int, reason: str, by: User) -> Project:
    """The organiser withdraws a project that is being judged; its people read the reason.

    Raises PermissionDenied, and ``Refused("wrong_state")``.
    """
    project = locked_project(project_id=project_id)
    must(may_take_out(by, project))
    refuse_if(taking_out_refusal(project))
    people = people_of(project)
    _withdraw(project, by=by, reason=reason)
    tell(project, "project_taken_out", people, reason=reason)
    return project


def _withdraw(project: Project, *, by: User, reason: str = "") -> str:
    """Returns the state that it had."""
    before = project.state
    move(project=project, to=ProjectState.WITHDRAWN)
    let_go(projects=[project])
    record(
        by=by,
        action="project.withdraw",
        obj=project,
        before={"state": before},
        after={"state": project.state},
        reason=reason,
    )
    return before
