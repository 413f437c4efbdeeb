"""A project moves from state to state: submitted, endorsed, returned, withdrawn."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.notices.actions import write_message
from programs.projects.actions.entries import locked_project
from programs.projects.actions.quotas import let_go, take_places
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from programs.projects.policy import may_decide, may_work_on
from programs.projects.queries import members_of, missing_in
from programs.projects.rules import decision_refusal, submission_refusal, withdrawal_refusal


@transaction.atomic
def submit_project(*, project_id: int, by: User) -> Project:
    """Submit a project: text and files are frozen, and the supervising teacher is asked to endorse it.

    Raises PermissionDenied, and ``Refused``: ``incomplete``, ``too_late``, ``wrong_state``, ``school_full``,
    ``mentor_full``.
    """
    project = locked_project(project_id=project_id)
    must(may_work_on(by, project))
    refuse_if(submission_refusal(project, missing_in(project), now=timezone.now()))
    take_places(project=project)
    _move(project, ProjectState.SUBMITTED, submitted_at=timezone.now(), return_reason="")
    hashes = {kind: Code(sha256) for kind, sha256 in project.files.values_list("kind", "sha256")}
    record(by=by, action="project.submit", obj=project, after={"state": project.state, "sha256": hashes})
    _tell(project, "project_submitted", [project.supervisor])
    return project


@transaction.atomic
def endorse_project(*, project_id: int, by: User) -> Project:
    """Endorse and enter a project. Raises PermissionDenied, and ``Refused("wrong_state")``."""
    project = locked_project(project_id=project_id)
    must(may_decide(by, project))
    refuse_if(decision_refusal(project))
    _move(project, ProjectState.ENDORSED, endorsed_at=timezone.now())
    record(by=by, action="project.endorse", obj=project, after={"state": project.state})
    _tell(project, "project_endorsed", _accounts_of(project))
    return project


@transaction.atomic
def return_project(*, project_id: int, reason: str, by: User) -> Project:
    """Return a project with a request for corrections. Raises PermissionDenied, and ``Refused("wrong_state")``."""
    project = locked_project(project_id=project_id)
    must(may_decide(by, project))
    refuse_if(decision_refusal(project))
    _move(project, ProjectState.RETURNED, return_reason=reason)
    record(by=by, action="project.return", obj=project, after={"state": project.state}, reason=reason)
    _tell(project, "project_returned", _accounts_of(project))
    return project


@transaction.atomic
def withdraw_project(*, project_id: int, by: User) -> Project:
    """Withdraw a project permanently. Raises PermissionDenied, and ``Refused("wrong_state")``."""
    project = locked_project(project_id=project_id)
    must(may_work_on(by, project))
    refuse_if(withdrawal_refusal(project))
    before = project.state
    _move(project, ProjectState.WITHDRAWN)
    let_go(projects=[project])
    record(by=by, action="project.withdraw", obj=project, before={"state": before}, after={"state": project.state})
    if before != ProjectState.DRAFT:
        _tell(project, "project_withdrawn", [project.supervisor])
    return project


def _move(project: Project, target: str, **values) -> None:
    """The caller must hold the lock of the project."""
    for name, value in {"state": target, **values}.items():
        setattr(project, name, value)
    project.save(update_fields=["state", *values, "updated_at"])


def _accounts_of(project: Project) -> list[User]:
    return [pupil.user for pupil in members_of(project) if pupil.user]


def _tell(project: Project, kind: str, people: Iterable[User | None]) -> None:
    for person in filter(None, people):
        write_message(
            kind=kind,
            to=person,
            dedupe_key=f"{kind}:{project.reference}:{project.updated_at.isoformat()}:{person.pk}",
            context={
                "title": project.title,
                "reference": project.reference,
                "competition": project.competition,
                "members": [pupil.full_name for pupil in members_of(project)],
                "reason": project.return_reason,
            },
            link=reverse("project_detail", args=[project.reference]),
        )
