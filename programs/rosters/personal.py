"""Uploaded lists of pupils: told, erased, purged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.core.files.storage import storages
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as translation_gettext_lazy

from programs.core.personal import Erasure, Fact, Section, Subject, delete_files, forgets, rows_of, tells
from programs.core.retention import kept_for, retention_rule
from programs.pupils.models import Pupil
from programs.rosters.models import RosterImport, RosterRow
from programs.rosters.words import FIELD_NAMES
from programs.schools.choices import ImportState
from programs.schools.models import Invitation, SchoolClaim, SchoolListImport
from programs.schools.personal import claims_of, drop_uploads, invitations_of


@tells("rosters.RosterImport", "rosters.RosterRow")
def roster_rows(subject: Subject) -> Iterator[Section]:
    rows = RosterRow.objects.filter(pupil__in=subject.pupil_ids).select_related("roster").order_by("pk")
    yield Section(
        code="roster_rows",
        label=_("Lines of the school's spreadsheets"),
        purpose=_("Showing the school what an import would change before it does."),
        source=_("A spreadsheet of the school."),
        kept=kept_for("schools.roster_rows"),
        rows=rows_of(rows, _of_roster_row),
    )


def _of_roster_row(row: RosterRow) -> list[Fact]:
    values = "; ".join(f"{FIELD_NAMES.get(name, name)}: {value}" for name, value in row.values.items())
    return [
        Fact("import", _("Import"), row.roster.reference),
        Fact("day", _("Day"), row.roster.created_at),
        Fact("line", _("Row"), row.line),
        Fact("values", _("As it stood there"), values),
    ]


@tells("schools.SchoolClaim", "schools.Invitation", "schools.SchoolListImport")
def papers(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="registrations",
        label=_("Registrations and invitations"),
        purpose=_("How you came to your role."),
        source=_("Yourself, or the colleague who invited you."),
        kept=kept_for("schools.invitations"),
        rows=rows_of(claims_of(subject), _of_claim)
        + rows_of(invitations_of(subject), _of_invitation)
        + rows_of(SchoolListImport.objects.filter(uploaded_by=subject.user_id), _of_upload)
        + rows_of(RosterImport.objects.filter(uploaded_by=subject.user_id), _of_upload),
    )


def _of_claim(row: SchoolClaim) -> list[Fact]:
    return [
        Fact("school", _("School"), row.school.name),
        Fact("full_name", _("Full name"), row.full_name),
        Fact("position", _("Position"), row.position),
        Fact("email", _("E-mail"), row.email),
        Fact("phone", _("Telephone"), row.phone_shown),
        Fact("message", _("Message"), row.message),
        Fact("state", _("State"), row.get_state_display()),
        Fact("sent", _("Sent"), row.created_at),
    ]


def _of_invitation(row: Invitation) -> list[Fact]:
    return [
        Fact("school", _("School"), row.school.name),
        Fact("role", _("Role"), row.get_role_display()),
        Fact("full_name", _("Full name"), row.full_name),
        Fact("email", _("E-mail"), row.email),
        Fact("invited", _("Invited"), row.created_at),
        Fact("accepted", _("Accepted"), row.accepted_at),
    ]


def _of_upload(row: SchoolListImport | RosterImport) -> list[Fact]:
    return [
        Fact("reference", _("Reference"), row.reference),
        Fact("file", _("File that you uploaded"), row.file_name),
        Fact("day", _("Day"), row.created_at),
    ]


FINISHED = (ImportState.APPLIED, ImportState.CANCELLED, ImportState.FAILED)


@forgets("rosters.RosterRow", "rosters.RosterImport", "schools.SchoolListImport")
def forget_rosters(subject: Subject) -> Iterator[Erasure]:
    rows = _roster_rows(subject).exclude(values={}, facts={}, changes={})
    keys = list(rows.values_list("pk", flat=True))
    rosters = list(rows.values_list("roster", flat=True).distinct())
    yield Erasure(
        label=_("Lines of the school's spreadsheets"),
        count=len(keys),
        outcome=Erasure.PSEUDONYMISED,
        why=_("What the line said goes; that the file had this line stays."),
        carry_out=lambda: _empty_rows(keys),
    )
    files = RosterImport.objects.filter(pk__in=rosters).exclude(file_path="")
    closed = list(files.filter(state__in=FINISHED).values_list("pk", "file_path"))
    yield Erasure(
        label=_("Uploaded spreadsheets that contain this person"),
        count=len(closed),
        outcome=Erasure.REMOVED,
        why=_("The import is over, so the file is of no more use."),
        carry_out=lambda: _drop_files(closed),
    )
    yield Erasure(
        label=_("Uploaded spreadsheets of an import that is not finished"),
        count=files.exclude(state__in=FINISHED).count(),
        outcome=Erasure.KEPT,
        why=_("The school still works on the import; the file goes with the nightly clearing after it."),
    )
    yield Erasure(
        label=_("Imports that this person uploaded"),
        count=RosterImport.objects.filter(uploaded_by=subject.user_id).count()
        + SchoolListImport.objects.filter(uploaded_by=subject.user_id).count(),
        outcome=Erasure.KEPT,
        why=_("They point at an account without a name."),
    )


def _roster_rows(subject: Subject) -> QuerySet[RosterRow]:
    """Lines that became this pupil, and staged ones of the same school with the pupil's identifier."""
    rows = Q(pupil__in=subject.pupil_ids)
    for school, external_id in Pupil.objects.filter(pk__in=subject.pupil_ids).values_list("school", "external_id"):
        rows |= Q(roster__school=school, facts__external_id=external_id)
    return RosterRow.objects.filter(rows)


def _empty_rows(keys: list[int]) -> None:
    RosterRow.objects.filter(pk__in=keys).update(values={}, facts={}, changes={}, notes=[])


def _drop_files(files: list[tuple[int, str]]) -> None:
    RosterImport.objects.filter(pk__in=[pk for pk, _path in files]).update(file_path="")
    delete_files(storages["private"], [path for _pk, path in files])


@retention_rule(
    "schools.roster_rows",
    label=translation_gettext_lazy("Lines of uploaded spreadsheets, read for an import"),
    days=30,
    basis=translation_gettext_lazy("The pupils' records hold what was taken over; the figures of the import stay."),
)
def finished_roster_rows(limit: datetime) -> QuerySet[RosterRow]:
    return RosterRow.objects.filter(roster__created_at__lt=limit)


@retention_rule(
    "schools.roster_files",
    label=translation_gettext_lazy("Uploaded spreadsheets of pupils"),
    days=7,
    basis=translation_gettext_lazy("The school has the file itself; here it only served the import."),
    purge=drop_uploads,
)
def roster_files(limit: datetime) -> QuerySet[RosterImport]:
    return RosterImport.objects.filter(created_at__lt=limit).exclude(file_path="")
