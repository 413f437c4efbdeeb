"""Fills every personal column of every table by itself: one row that is a person's own, one of somebody else's.

It reads the models, so a new column and a new table are filled without a line here. Only what a table demands of its
neighbours (a project has its team, a certificate its occasion) is named in ``NEEDS``.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone

from programs.accounts.models import User
from programs.ballots.models import Ballot
from programs.bookings.models import Booking, RosterEntry
from programs.certificates.models import Certificate
from programs.core.audit import record
from programs.core.emptying import masked_columns
from programs.core.fates import PLAIN, fates_of
from programs.core.models import ActReason
from programs.core.personal import Subject
from programs.core.personal_tables import own_rows
from programs.data_rights.queries import subject_of
from programs.documents.models import ProjectFile
from programs.endorsements.models import Approval
from programs.entries.choices import Likeness, Reading
from programs.entries.models import FilePrint, Look, Similarity
from programs.projects.models import EntryQuota, Project, ProjectMember, Reopening, Submission, TeamInvitation
from programs.pupils.models import Pupil
from programs.schools.models import School
from programs.uploads.models import Upload, UploadPart
from tests import people
from tests.certificates.make import make_visit
from tests.projects.make import make_project

NAME, EMAIL, PHONE, DAY = "Lò Thị Thử", "lo.thi.thu@example.vn", "+84912000777", date(2011, 2, 3)
OUR_APPS = ("programs.", "cms", "stem_portal")
TABLES = [
    model for model in apps.get_models() if model._meta.app_config.name.startswith(OUR_APPS) and "PII" in vars(model)
]  # fmt: skip
# Whose row it is stands in another table.
MADE_BY_HAND = {User, Pupil, Project, ProjectFile, ActReason, UploadPart, Submission, Reopening, Approval, Look}


@dataclass
class Filled:
    """A person, somebody else, and a row of each in every table with personal data."""

    user: User
    pupil: Pupil
    own: dict[type, models.Model] = field(default_factory=dict)
    others: dict[type, models.Model] = field(default_factory=dict)

    @property
    def subject(self) -> Subject:
        return subject_of(pupil=Pupil.objects.get(pk=self.pupil.pk))


_number = count(1)
# A certificate has an occasion, a ballot is of a session: the one of its columns that may be empty and is not.
NEEDS = {
    Certificate: {"booking"},
    Ballot: {"session"},
    EntryQuota: {"mentor", "school_year"},
    TeamInvitation: {"pupil"},
}
# Who enters is a pupil or a university student, never both.
EITHER = {TeamInvitation: {"student"}, ProjectMember: {"student"}}


def fill() -> Filled:
    """Must run with private storage that may be written to."""
    school = people.make_school()
    people.make_school("Trường THCS Xa")
    group = people.make_class("8A1", school=school, pupils=1)
    people.make_class("8A2", school=school)
    other = people.make_teacher("Hồ Thị Ngọc Hạnh", school=school)
    make_visit(names=("Lê Thị Hoa",), class_group=group, leader=other)
    user = people.make_user(NAME, email=EMAIL)
    pupil = people.make_pupil(NAME, class_group=group, user=user)
    team = make_project(minh=people.make_pupil("Trần Gia Bảo", class_group=group, with_account=True), supervisor=other)
    filled, somebody = Filled(user, pupil), Filled(other, team.members.get().pupil)
    filled.own = {User: user, Pupil: pupil, Project: make_project(minh=pupil, supervisor=other)}
    for model in TABLES:
        if model not in MADE_BY_HAND:
            filled.own[model] = _row(model, filled)
            filled.others[model] = _row(model, somebody)
    filled.own[ActReason], filled.others[ActReason] = _reason(by=user, school=school), _reason(by=other, school=school)
    project = filled.own[Project]
    document = project.documents.first()
    filled.own[ProjectFile] = _new(ProjectFile, filled, document=document)
    for model in (Submission, Reopening):
        filled.own[model] = _new(model, filled, project=project)
    filled.own[Approval] = _new(Approval, filled, submission=filled.own[Submission], by=user)
    filled.own[Look] = _look_at(filled.own[ProjectFile], team, filled)
    filled.own[UploadPart] = _new(UploadPart, filled, upload=filled.own[Upload])
    RosterEntry.objects.get_or_create(
        booking=filled.others[Booking], pupil=pupil
    )  # so that its notes may speak of the pupil
    for model, row in filled.own.items():
        model._default_manager.filter(pk=row.pk).update(**_words(model, filled))
    for model, row in filled.others.items():
        texts = {name: f"{name}: {NAME}" for name in masked_columns(model) if not fates_of(model)[name].own}
        model._default_manager.filter(pk=row.pk).update(**texts) if texts else None
    return filled


def _look_at(file: ProjectFile, other: Project, filled: Filled) -> Look:
    """At the person's file, which is like one of another team."""
    theirs = _new(ProjectFile, filled, document=other.documents.first())
    first = FilePrint.objects.create(file=file, project=file.document.project, reading=Reading.TEXT)
    second = FilePrint.objects.create(file=theirs, project=other, reading=Reading.TEXT)
    pair = Similarity.objects.create(first=first, second=second, ground=Likeness.TEXT, percent=60)
    return _new(Look, filled, similarity=pair)


def _reason(*, by: User, school: School) -> ActReason:
    """Of an act on something that is nobody's own, so that it outlives whoever wrote it."""
    record(by=by, action="school.rename", obj=school, reason=NAME)
    return ActReason.objects.get(act__user=by)


def _words(model: type, owner: Filled) -> dict:
    """A value for every personal column that an own row can hold and that points at nobody."""
    kept = (
        {"username", "password", "full_name", "sort_key", "search_key", "external_id", "user"}
        if model in (User, Pupil)
        else set()
    )
    columns = {name: model._meta.get_field(name) for name in fates_of(model) if name not in kept}
    return {name: _word(column, owner) for name, column in columns.items() if not column.is_relation}


def _word(column: models.Field, owner: Filled):
    fate = fates_of(column.model).get(column.name, PLAIN)
    if fate.file:
        return storages["private"].save(f"fill/{next(_number)}.txt", ContentFile(NAME.encode()))
    if isinstance(column, models.EmailField):
        return owner.user.email
    if column.choices:
        return next(value for value, _label in column.flatchoices if value != "")
    if isinstance(column, models.JSONField):
        return [NAME] if column.default is list else {"full_name": NAME}
    if isinstance(column, models.DateField):
        return timezone.now() if isinstance(column, models.DateTimeField) else DAY
    if isinstance(column, models.UUIDField):
        return uuid.uuid4()
    if isinstance(column, models.CharField | models.TextField):
        word = f"{NAME} {column.name}" if fate.personal else f"{next(_number)}{column.name}"
        return PHONE if column.name.endswith("phone") else word[: column.max_length]
    return next(_number) if column.name in {"number", "line"} else 1


def _row(model: type, owner: Filled) -> models.Model:
    """The person's row that is there already, or a new one."""
    subject = Subject(user_id=owner.user.pk, pupil_ids=(owner.pupil.pk,), addresses=(owner.user.email,))
    return own_rows(model, subject).first() or _new(model, owner)


def _new(model: type, owner: Filled, **given) -> models.Model:
    fates, links = fates_of(model), {}
    for column in model._meta.concrete_fields:
        name, fate = column.name, fates.get(column.name, PLAIN)
        is_wanted = not column.null or name in NEEDS.get(model, ()) or fate.own
        if name in EITHER.get(model, ()):
            continue
        if column.primary_key or name in given or (column.has_default() and not fate.own) or not is_wanted:
            continue
        if column.is_relation:
            given[name] = _target(model, column, owner, own=fate.own)
        elif not getattr(column, "auto_now_add", False) and not (column.blank and fate.personal is False):
            given[name] = _word(column, owner)
    for column in model._meta.local_many_to_many:
        if fates.get(column.name, PLAIN).own:
            links[column.name] = owner.pupil
    if any(column.name == "ended_on" for column in model._meta.concrete_fields):
        given["ended_on"] = DAY
    row = model._default_manager.create(**given)
    for name, target in links.items():
        getattr(row, name).add(target)
    return row


def _target(model: type, column: models.Field, owner: Filled, *, own: bool) -> models.Model:
    """Whose row it is; else a row that ``model`` does not point at yet, so that nothing unique meets itself."""
    related = column.related_model
    if own:
        return owner.user if related is User else owner.pupil
    rows = related._default_manager.exclude(pk__in=[owner.user.pk] if related is User else [])
    free = rows.exclude(pk__in=model._default_manager.values(column.name))
    return free.first() or (None if column.one_to_one else rows.first()) or _new(related, owner)
