"""Uploaded lists of pupils: told, erased, purged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.emptying import empty
from programs.core.personal import Erasure, Subject, Value, forgets
from programs.core.personal_tables import Kind, erased, told
from programs.core.retention import retention_rule
from programs.pupils.models import Pupil
from programs.rosters.models import RosterImport, RosterRow
from programs.rosters.words import FIELD_NAMES
from programs.schools.choices import ImportState
from programs.schools.personal import FILES_NAMED, REGISTRATIONS, UPLOAD


def line_in_words(row: RosterRow, _subject: Subject) -> Value:
    return "; ".join(f"{FIELD_NAMES.get(name, name)}: {value}" for name, value in row.values.items())


told(
    RosterRow,
    Kind(
        code="roster_rows",
        label=_("Rows of the school's spreadsheets"),
        purpose=_("Showing the school what an import would change before it happens."),
        source=_("A spreadsheet of the school."),
        kept="schools.roster_rows",
    ),
    ("import", _("Import"), "roster"),
    ("day", _("Day"), "roster.created_at"),
    ("line", _("Row"), "line"),
    ("values", _("Exactly as in the file"), line_in_words),
)


told(RosterImport, REGISTRATIONS, *UPLOAD, order="-created_at")


FINISHED = (ImportState.APPLIED, ImportState.CANCELLED, ImportState.FAILED)


# --- Spreadsheets -------------------------------------------------------------------------------
def lines_of(subject: Subject) -> QuerySet[RosterRow]:
    """Lines that became this pupil, and staged ones of the same school with the pupil's identifier."""
    rows = Q(pupil__in=subject.pupil_ids)
    for school, external_id in Pupil.objects.filter(pk__in=subject.pupil_ids).values_list("school", "external_id"):
        rows |= Q(roster__school=school, facts__external_id=external_id)
    return RosterRow.objects.filter(rows)


erased(
    RosterRow,
    of=lines_of,
    loses=(
        _("Rows of the school's spreadsheets"),
        _("What the row said is deleted; it is still known that the file had this row."),
    ),
)


@forgets()
def forget_spreadsheets(subject: Subject) -> Iterator[Erasure]:
    lines = lines_of(subject).exclude(values={}, facts={}, changes={})
    files = RosterImport.objects.filter(rows__in=lines).exclude(file_path="").distinct()
    closed = list(files.filter(state__in=FINISHED).values_list("pk", flat=True))
    yield Erasure(
        label=_("Uploaded spreadsheets that contain this person"),
        count=len(closed),
        outcome=Erasure.REMOVED,
        why=_("The import has finished, so the file is no longer needed."),
        carry_out=lambda: empty(RosterImport.objects.filter(pk__in=closed), ["file_path", "file_name"]),
    )
    yield Erasure(
        label=_("Uploaded spreadsheets of an import that is not finished"),
        count=files.exclude(state__in=FINISHED).count(),
        outcome=Erasure.KEPT,
        why=_(
            "The school is still working on the import; the file will be deleted in the nightly clean-up after that."
        ),
    )


erased(RosterImport, kept=_("Imports that this person uploaded"), masked=FILES_NAMED)


@retention_rule(
    "schools.roster_rows",
    label=_("Rows read from uploaded spreadsheets for an import"),
    days=30,
    basis=_("The pupils' records contain what was imported; the figures of the import are kept."),
)
def finished_roster_rows(limit: datetime) -> QuerySet[RosterRow]:
    return RosterRow.objects.filter(roster__created_at__lt=limit)


@retention_rule(
    "schools.roster_files",
    label=_("Uploaded spreadsheets of pupils"),
    days=7,
    basis=_("The school has the file itself; here it was only needed for the import."),
)
def roster_files(limit: datetime) -> QuerySet[RosterImport]:
    return RosterImport.objects.filter(created_at__lt=limit)
