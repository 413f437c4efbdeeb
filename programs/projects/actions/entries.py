"""Somebody begins a project and works on its words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import cast

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.competitions.models import Competition, ProjectField
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.references import under_reference
from programs.core.refusals import Refused, refuse_if
from programs.core.versions import refuse_if_stale
from programs.projects.actions.moving import WHEN_BEGUN
from programs.projects.models import Project, ProjectMember
from programs.projects.policy import may_enter, may_work_on
from programs.projects.queries.deadlines import opened_now
from programs.projects.queries.entering import entrant_in, is_full, mentor_ceiling, teachers_of
from programs.projects.queries.team import Person, seats_taken
from programs.projects.rules import (
    ENTERED_ALREADY,
    SEAT_TAKEN,
    edit_refusal,
    entry_refusal,
    field_refusal,
    quota_refusal,
    time_refusal,
)
from programs.pupils.models import Pupil
from programs.schools.models import School
from programs.students.models import Student


@transaction.atomic
@once("project.create", returns=Project)
def create_project(
    *,
    competition_id: int,
    title: str,
    kind: str,
    field: ProjectField | None = None,
    summary: str,
    supervisor: User | None = None,
    started_on: date | None = None,
    finished_on: date | None = None,
    by: User,
    key: str,
) -> Project:
    """Create a draft, whose first member is whoever begins it; others are invited (``actions/team.py``).

    Raises PermissionDenied, and ``Refused``: ``not_your_teacher``, those of ``entry_refusal`` and of
    ``refuse_breaches``.
    """
    competition = Competition.objects.select_related("rule_set", "school_year").get(pk=competition_id)
    must(may_enter(by, competition))
    person = own_record(by=by)
    refuse_if(entry_refusal(competition, entrant_in(competition, person), now=timezone.now()))
    school = person.school if isinstance(person, Pupil) else None
    refuse_strange_teacher(supervisor=supervisor, school=school)
    facts = {
        "competition": competition,
        "school": school,
        "institution": "" if isinstance(person, Pupil) else person.institution,
        "title": title,
        "kind": kind,
        "field": field,
        "summary": summary,
        "supervisor": supervisor,
        "started_on": started_on,
        "finished_on": finished_on,
        "created_by": by,
    }
    refuse_breaches(project=Project(**facts))
    project = under_reference(Project, "DA", lambda reference: Project.objects.create(reference=reference, **facts))
    take_seat(project=project, person=person, seat=1)
    for act in WHEN_BEGUN:
        act(project)
    record(by=by, action="project.create", obj=project, after={"competition": Code(competition.code)})
    return project


@transaction.atomic
def save_draft(
    *,
    project_id: int,
    title: str,
    kind: str,
    field: ProjectField | None = None,
    summary: str,
    supervisor: User | None = None,
    started_on: date | None = None,
    finished_on: date | None = None,
    version: str,
    by: User,
) -> Project:
    """The words of a project that is not frozen. The same again changes nothing.

    Raises PermissionDenied, and ``Refused``: ``frozen``, ``too_late``, ``not_your_teacher``, ``changed_meanwhile``,
    those of ``refuse_breaches``.
    """
    project = editable_project(project_id=project_id, by=by)
    refuse_strange_teacher(supervisor=supervisor, school=project.school)
    before = project.draft
    project.title, project.kind, project.field = title, kind, field
    project.summary, project.supervisor = summary, supervisor
    project.started_on, project.finished_on = started_on, finished_on
    refuse_breaches(project=project)
    changed = [name for name, value in project.draft.items() if before[name] != value]
    if changed:
        refuse_if_stale(version, before)
        now = timezone.now()
        doors = opened_now(project, now=now)
        for name in changed:
            refuse_if(edit_refusal(project, doors, now=now, part=name))
        project.save(update_fields=[*changed, "updated_at"])
        record(by=by, action="project.edit", obj=project, after={"changed": changed})
    return project


def editable_project(*, project_id: int, by: User, part: str = "") -> Project:
    """The project under its lock, while ``part`` of it may still be changed; to be called in a transaction.

    Raises PermissionDenied, and ``Refused``: ``frozen``, ``too_late``, ``not_opened``, those of ``window_refusal``.
    """
    project = locked_project(project_id=project_id)
    must(may_work_on(by, project))
    now = timezone.now()
    refuse_if(edit_refusal(project, opened_now(project, now=now), now=now, part=part))
    return project


def locked_project(*, project_id: int) -> Project:
    """The project under its lock, with what the rules ask; to be called in a transaction."""
    Project.objects.select_for_update().get(pk=project_id)
    parts = ("competition__rule_set", "school", "field", "supervisor")
    return Project.objects.select_related(*parts).get(pk=project_id)


def own_record(*, by: User) -> Person:
    """As whom they enter, read now. Raises PermissionDenied for those who cannot enter at all."""
    pupil = Pupil.objects.select_related("school", "user").filter(user=by).first()
    student = Student.objects.select_related("user").filter(user=by).first()
    must(pupil is not None or student is not None)
    return cast(Person, pupil or student)


def take_seat(*, project: Project, person: Person, seat: int) -> ProjectMember:
    """Put ``person`` into the team on a seat that was read as free. The constraints are the guard.

    Raises ``Refused``: ``entered_already``, ``seat_taken``.
    """
    who = "pupil" if isinstance(person, Pupil) else "student"
    member = ProjectMember(project=project, competition=project.competition, seat=seat, **{who: person})
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError as error:
        taken = seat in seats_taken(project)
        raise Refused(SEAT_TAKEN if taken else ENTERED_ALREADY) from error
    return member


def refuse_strange_teacher(*, supervisor: User | None, school: School | None) -> None:
    """Raises ``Refused("not_your_teacher")``."""
    if supervisor and not teachers_of(school).filter(pk=supervisor.pk).exists():
        raise Refused.because("not_your_teacher", _("Choose a teacher from your own school."), "supervisor")


def refuse_breaches(*, project: Project, names: Collection[str] = ("field", "started_on", "supervisor")) -> None:
    """A rule that is not kept is said while the team still writes: ``strange_field``, ``mentor_full``, time.

    ``names`` are the fields that were written: of the others nothing is said.
    """
    competition, rule_set = project.competition, project.competition.rule_set
    if "field" in names:
        refuse_if(field_refusal(rule_set, project.field_id, set(rule_set.fields.values_list("pk", flat=True))))
    if {"started_on", "finished_on"} & set(names):
        refuse_if(time_refusal(competition, project.started_on, project.finished_on))
    if "supervisor" in names:
        for ceiling in mentor_ceiling(competition, project.supervisor):
            full = is_full(ceiling, project if project.pk else None)
            refuse_if(quota_refusal(ceiling.part, ceiling.most, rule_set, full=full))
