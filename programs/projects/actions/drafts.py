"""A draft saves itself: one field at a time, each with a version of its own, so that two devices lose nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import history_of, record
from programs.core.versions import refuse_if_stale
from programs.projects.actions.entries import editable_project, refuse_breaches, refuse_strange_teacher
from programs.projects.models import Project

ONE_SITTING = timedelta(minutes=10)  # while somebody goes on typing in a field, the log keeps one row of it


@transaction.atomic
def save_field(*, project_id: int, name: str, value: Any, version: str, by: User) -> Project:
    """Save the field ``name`` of the draft; ``version`` is that of this field alone. The same again changes nothing.

    Raises PermissionDenied, and ``Refused``: ``frozen``, ``too_late``, ``not_opened``, ``changed_meanwhile``,
    ``not_your_teacher``, those of ``refuse_breaches``.
    """
    project = editable_project(project_id=project_id, by=by, part=name)
    before = project.draft
    setattr(project, name, value)
    if project.draft[name] == before[name]:
        return project
    refuse_if_stale(version, {name: before[name]})
    if name == "supervisor":
        refuse_strange_teacher(supervisor=project.supervisor, school=project.school)
    refuse_breaches(project=project, names={name})
    project.save(update_fields=[name, "updated_at"])
    if not _is_going_on(project, name, by):
        record(by=by, action="project.edit", obj=project, after={"changed": [name]})
    return project


def _is_going_on(project: Project, name: str, by: User) -> bool:
    """Whether the newest row of the log says the same of the same person, a moment ago."""
    last = history_of(project).first()
    if last is None or last.action != "project.edit" or last.user_id != by.pk:
        return False
    return last.data["after"].get("changed") == [name] and last.timestamp > timezone.now() - ONE_SITTING
