"""A pupil begins a project and works on its words."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.competitions.models import Competition, ProjectField
from programs.core.audit import Code, record
from programs.core.idempotency import perform_once
from programs.core.references import new_reference
from programs.core.refusals import Refused, refuse_if
from programs.projects.models import Project, ProjectMember
from programs.projects.queries import entry_of, is_member, teachers_of, teammate, window_of
from programs.projects.rules import can_enter, edit_refusal, entry_refusal
from programs.pupils.models import Pupil
from programs.schools.models import School
from programs.schools.queries.roles import roles_of


def create_project(
    *,
    competition_id: int,
    title: str,
    kind: str,
    field: ProjectField | None,
    summary: str,
    supervisor: User | None,
    partner: str,
    by: User,
    key: str,
) -> Project:
    """Create a draft; the pupil and the teammate named by username are its permanent members.

    Raises ``Refused``: ``not_a_pupil``, ``no_such_teammate``, ``not_your_teacher`` and those of ``entry_refusal``.
    """
    values = {"title": title, "kind": kind, "field": field, "summary": summary, "supervisor": supervisor}
    body = {
        "competition": competition_id,
        "partner": partner,
        **values,
        "field": field and field.pk,
        "supervisor": supervisor and supervisor.pk,
    }
    try:
        with transaction.atomic():
            return perform_once(
                user=by,
                action="project.create",
                key=key,
                body=body,
                perform=lambda: _create(competition_id, values, partner, by),
                find=lambda pk: Project.objects.get(pk=pk),
            )
    except IntegrityError as error:  # a second entry at the same moment: the constraint is the guard
        raise Refused.because("entered_already", _("Each pupil can enter one project in a competition.")) from error


@transaction.atomic
def save_draft(
    *,
    project_id: int,
    title: str,
    kind: str,
    field: ProjectField | None,
    summary: str,
    supervisor: User | None,
    by: User,
) -> Project:
    """The words of a project that is not frozen. Raises ``Refused``: ``not_a_member``, ``frozen``, ``too_late``."""
    project = editable_project(project_id=project_id, by=by)
    _refuse_strange_teacher(supervisor, project.school)
    values = {"title": title, "kind": kind, "field": field, "summary": summary, "supervisor": supervisor}
    changed = [name for name, value in values.items() if getattr(project, name) != value]
    for name in changed:
        setattr(project, name, values[name])
    if changed:
        project.save(update_fields=[*changed, "updated_at"])
        record(by=by, action="project.edit", obj=project, after={"changed": changed})
    return project


def editable_project(*, project_id: int, by: User) -> Project:
    """The project under its lock, if ``by`` is a member and it may still be changed; to be called in a transaction."""
    Project.objects.select_for_update().get(pk=project_id)
    project = Project.objects.select_related("competition__rule_set", "school", "field", "supervisor").get(
        pk=project_id
    )
    if not is_member(by, project):
        raise Refused.because("not_a_member", _("Only the members of the team can do this."))
    refuse_if(edit_refusal(state=project.state, window=window_of(project.competition, now=timezone.now())))
    return project


def _create(competition_id: int, values: dict, partner: str, by: User) -> Project:
    if not can_enter(roles_of(by)):
        raise Refused.because("not_a_pupil", _("Pupils enter competitions themselves, with their own account."))
    competition = Competition.objects.select_related("rule_set", "school_year").get(pk=competition_id)
    pupil = roles_of(by).pupil
    team = [pupil, _partner_of(pupil, partner)] if partner else [pupil]
    refuse_if(entry_refusal(entry_of(competition, team, now=timezone.now())))
    _refuse_strange_teacher(values["supervisor"], pupil.school)
    project = Project.objects.create(
        reference=new_reference("DA"), competition=competition, school=pupil.school, created_by=by, **values
    )
    ProjectMember.objects.bulk_create(
        ProjectMember(project=project, competition=competition, pupil=member) for member in team
    )
    record(
        by=by, action="project.create", obj=project, after={"competition": Code(competition.code), "team": len(team)}
    )
    return project


def _partner_of(pupil: Pupil, username: str) -> Pupil:
    found = teammate(pupil, username)
    if found is None:
        raise Refused.because("no_such_teammate", _("No pupil in your school has this username."), "partner")
    return found


def _refuse_strange_teacher(supervisor: User | None, school: School) -> None:
    if supervisor and not teachers_of(school).filter(pk=supervisor.pk).exists():
        raise Refused.because("not_your_teacher", _("Choose a teacher from your own school."), "supervisor")
