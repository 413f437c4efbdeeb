"""A project moves from state to state: submitted, endorsed, returned, withdrawn."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import perform_once
from programs.core.refusals import Refused, refuse_if
from programs.notices.actions import write_message
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from programs.projects.queries import is_member, members_of, missing_in, window_of
from programs.projects.rules import can_endorse, move_refusal, submission_refusal
from programs.schools.queries.roles import roles_of


@transaction.atomic
def submit_project(*, project_id: int, by: User, key: str) -> Project:
    """Submit a project: text and files are frozen, and the supervising teacher is asked to endorse it.

    Raises ``Refused``: ``not_a_member``, ``incomplete``, ``too_late``, ``wrong_state``.
    """

    def perform() -> Project:
        project = _of_member(project_id, by)
        window = window_of(project.competition, now=timezone.now())
        refuse_if(submission_refusal(missing=missing_in(project), state=project.state, window=window))
        _move(project, ProjectState.SUBMITTED, submitted_at=timezone.now(), return_reason="")
        hashes = {kind: Code(sha256) for kind, sha256 in project.files.values_list("kind", "sha256")}
        record(by=by, action="project.submit", obj=project, after={"state": project.state, "sha256": hashes})
        _tell(project, "project_submitted", [project.supervisor])
        return project

    return _once(perform, "project.submit", project_id, by, key)


@transaction.atomic
def endorse_project(*, project_id: int, by: User, key: str) -> Project:
    """Endorse and enter a project. Raises ``Refused``: ``not_allowed``, ``wrong_state``."""

    def perform() -> Project:
        project = _of_endorser(project_id, by)
        refuse_if(move_refusal(state=project.state, target=ProjectState.ENDORSED))
        _move(project, ProjectState.ENDORSED, endorsed_at=timezone.now())
        record(by=by, action="project.endorse", obj=project, after={"state": project.state})
        _tell(project, "project_endorsed", _accounts_of(project))
        return project

    return _once(perform, "project.endorse", project_id, by, key)


@transaction.atomic
def return_project(*, project_id: int, reason: str, by: User, key: str) -> Project:
    """Return a project with a request for corrections. Raises ``Refused``: ``not_allowed``, ``wrong_state``."""

    def perform() -> Project:
        project = _of_endorser(project_id, by)
        if project.state != ProjectState.SUBMITTED:
            raise Refused(move_refusal(state=ProjectState.WITHDRAWN, target=ProjectState.RETURNED))
        _move(project, ProjectState.RETURNED, return_reason=reason)
        record(by=by, action="project.return", obj=project, after={"state": project.state}, reason=reason)
        _tell(project, "project_returned", _accounts_of(project))
        return project

    return _once(perform, "project.return", project_id, by, key, reason=reason)


@transaction.atomic
def withdraw_project(*, project_id: int, by: User, key: str) -> Project:
    """Withdraw a project permanently. Raises ``Refused``: ``not_a_member``, ``wrong_state``."""

    def perform() -> Project:
        project = _of_member(project_id, by)
        before = project.state
        refuse_if(move_refusal(state=before, target=ProjectState.WITHDRAWN))
        _move(project, ProjectState.WITHDRAWN)
        record(by=by, action="project.withdraw", obj=project, before={"state": before}, after={"state": project.state})
        if before != ProjectState.DRAFT:
            _tell(project, "project_withdrawn", [project.supervisor])
        return project

    return _once(perform, "project.withdraw", project_id, by, key)


def _once(perform, action: str, project_id: int, by: User, key: str, **body) -> Project:
    return perform_once(
        user=by,
        action=action,
        key=key,
        body={"project": project_id, **body},
        perform=perform,
        find=lambda pk: Project.objects.get(pk=pk),
    )


def _locked(project_id: int) -> Project:
    Project.objects.select_for_update().get(pk=project_id)
    return Project.objects.select_related("competition__rule_set", "school", "supervisor").get(pk=project_id)


def _of_member(project_id: int, by: User) -> Project:
    project = _locked(project_id)
    if not is_member(by, project):
        raise Refused.because("not_a_member", _("Only the members of the team can do this."))
    return project


def _of_endorser(project_id: int, by: User) -> Project:
    project = _locked(project_id)
    if not can_endorse(roles_of(by), supervisor_id=project.supervisor_id, school=project.school):
        raise Refused.because("not_allowed", _("Only the supervising teacher or the school's coordinator can do this."))
    return project


def _move(project: Project, target: str, **values) -> None:
    """Conditional write: the second of two concurrent calls finds the state changed and is refused."""
    now = timezone.now()
    moved = Project.objects.filter(pk=project.pk, state=project.state).update(state=target, updated_at=now, **values)
    if not moved:
        raise Refused(move_refusal(state=ProjectState.WITHDRAWN, target=target))
    project.refresh_from_db()


def _accounts_of(project: Project) -> list[User]:
    return [pupil.user for pupil in members_of(project) if pupil.user]


def _tell(project: Project, kind: str, people: list[User | None]) -> None:
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
