"""Importing the official list: upload, match columns, preview, apply. The file is deleted afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.policy import must
from programs.core.private_files import forget_file, hash_of_file, keep_file, local_copy
from programs.core.references import under_reference
from programs.core.refusals import Refused, refuse_if
from programs.schools.actions.states import keep_former_name
from programs.schools.choices import ImportState
from programs.schools.models import School, SchoolAlias, SchoolLevel, SchoolListImport
from programs.schools.policy import may_import_list
from programs.schools.queries import lists as list_queries
from programs.schools.reading import ListedSchool, Lookup, mark_doubles, read_listed
from programs.schools.rules import authority_of, list_refusal
from programs.spreadsheets import open_table

PLAIN = ("code", "name", "ward_id", "cluster_id", "ownership", "pupil_count", "address", "phone")


@dataclass(frozen=True)
class ImportResult:
    """What an import did; schools that the file does not name stay as they are."""

    created: int
    updated: int
    unchanged: int
    left_out: int = 0


# --- From a file on the desk ----------------------------------------------------------------------------
@transaction.atomic
@once("school_list.upload", returns=SchoolListImport)
def upload_list(*, upload: UploadedFile, file_name: str, by: User, key: str) -> SchoolListImport:
    """Keep the file for a preview; nothing is applied to the list yet.

    Raises PermissionDenied, and ``Refused`` for an unreadable file.
    """
    must(may_import_list(by))
    file_path = keep_file(upload, folder="school-lists")
    try:
        with local_copy(file_path) as path:
            open_table(path, file_name=file_name)
        return _keep(file_name=file_name, file_path=file_path, file_hash=hash_of_file(upload), by=by)
    except BaseException:
        forget_file(file_path)
        raise


def _keep(*, file_name: str, file_path: str, file_hash: str, by: User) -> SchoolListImport:
    facts = {"uploaded_by": by, "file_name": file_name, "file_path": file_path, "file_hash": file_hash}
    kept = under_reference(
        SchoolListImport, "DT", lambda reference: SchoolListImport.objects.create(reference=reference, **facts)
    )
    record(by=by, action="school_list.upload", obj=kept, after={"hash": Code(file_hash)})
    return kept


def _fresh(kept: SchoolListImport, by: User) -> SchoolListImport:
    """The upload, locked, while it can still be changed."""
    must(may_import_list(by))
    fresh = SchoolListImport.objects.select_for_update().get(pk=kept.pk)
    refuse_if(list_refusal(fresh.state))
    return fresh


@transaction.atomic
def map_list(*, kept: SchoolListImport, sheet: str, header_line: int, mapping: dict[str, str], by: User) -> None:
    """Match the columns; this can be repeated until the list is applied.

    Raises PermissionDenied, and ``Refused("wrong_state")``.
    """
    fresh = _fresh(kept, by)
    fresh.sheet, fresh.header_line, fresh.mapping = sheet, header_line, mapping
    fresh.state = ImportState.READY
    fresh.save(update_fields=["sheet", "header_line", "mapping", "state"])


@transaction.atomic
def drop_list(*, kept: SchoolListImport, by: User) -> None:
    """Discard the file; the history keeps the fact that it was uploaded. Raises PermissionDenied, and
    ``Refused("wrong_state")``."""
    fresh = _fresh(kept, by)
    file_path, fresh.file_path, fresh.state = fresh.file_path, "", ImportState.CANCELLED
    fresh.save(update_fields=["file_path", "state"])
    record(by=by, action="school_list.drop", obj=fresh)
    transaction.on_commit(lambda: forget_file(file_path))


@transaction.atomic
@once("school_list.apply", returns=SchoolListImport)
def apply_list(*, kept: SchoolListImport, by: User, key: str) -> SchoolListImport:
    """Write every row without a problem, as the file says now: what changed since the preview is seen. All or none.

    Raises PermissionDenied, and ``Refused``: ``wrong_state``, ``not_mapped``.
    """
    fresh = _fresh(kept, by)
    if fresh.state != ImportState.READY:
        raise Refused.because("not_mapped", _("First say what each column is."))
    found = list_queries.listed_in(fresh, list_queries.lookup_for(by))
    result = write_listed(found=[listed for listed in found if not listed.problems], by=by)
    fresh.counts = {
        "new": result.created,
        "changed": result.updated,
        "same": result.unchanged,
        "problem": sum(bool(listed.problems) for listed in found),
    }
    file_path, fresh.file_path = fresh.file_path, ""
    fresh.state, fresh.applied_at = ImportState.APPLIED, timezone.now()
    fresh.save(update_fields=["counts", "file_path", "state", "applied_at"])
    record(by=by, action="school_list.apply", obj=fresh, after=fresh.counts)
    transaction.on_commit(lambda: forget_file(file_path))
    return fresh


# --- From rows of any kind --------------------------------------------------------------------------------
def import_schools(*, rows: Iterable[Mapping[str, str]], by: User | None) -> ImportResult:
    """Create or update schools, all rows or none: what the command reads from a CSV file.

    Columns: code, name, ward (official code or name), levels (``TH; THCS``), ownership, pupil_count, cluster,
    address, phone, old_codes. Raises ``Refused("bad_rows")`` that names every bad line; the header is line 1.
    """
    lookup = Lookup.now()
    found = [read_listed(ListedSchool(line), _row_texts(row), lookup) for line, row in enumerate(rows, start=2)]
    mark_doubles(found)
    problems = [
        _("Line {line}: {problem}.").format(line=listed.line, problem=problem)
        for listed in found
        for problem in listed.problems
    ]
    if problems:
        raise Refused.because("bad_rows", "\n".join(problems))
    with transaction.atomic():
        return write_listed(found=found, by=by)


def _row_texts(row: Mapping[str, str]) -> dict[str, str]:
    return {name: text or "" for name, text in row.items() if name}


def write_listed(*, found: list[ListedSchool], by: User | None) -> ImportResult:
    """Create the new schools and update the changed ones; the caller holds a transaction."""
    created = updated = 0
    for listed in found:
        changes, aliases = list_queries.changes_of(listed), list_queries.new_aliases(listed)
        if listed.school is not None and not changes and not aliases:
            continue
        created, updated = (created, updated + 1) if listed.school else (created + 1, updated)
        _write(listed, changes, aliases, by)
    return ImportResult(created=created, updated=updated, unchanged=len(found) - created - updated)


def _write(listed: ListedSchool, changes: dict[str, tuple], aliases: list[str], by: User | None) -> None:
    school = listed.school or School()
    if listed.school and "name" in changes:
        keep_former_name(school=school)
    for column in PLAIN:
        if column in changes:
            setattr(school, column, changes[column][1])
    levels = listed.facts.get("levels")
    if levels:
        school.authority = authority_of(levels)
    school.save()
    if levels:
        SchoolLevel.objects.filter(school=school).exclude(level__in=levels).delete()
        rows = [SchoolLevel(school=school, level=level) for level in levels]
        SchoolLevel.objects.bulk_create(rows, ignore_conflicts=True)
    SchoolAlias.objects.filter(school=school, code=school.code).delete()
    SchoolAlias.objects.bulk_create([SchoolAlias(school=school, code=code) for code in aliases], ignore_conflicts=True)
    before = {column: value for column, (value, _after) in changes.items() if listed.school}
    after = {column: value for column, (_before, value) in changes.items()}
    after |= {"code": Code(school.code)} if "code" in changes else {}
    after |= {"aliases": [Code(alias) for alias in aliases]} if aliases else {}
    record(by=by, action="school.import", obj=school, before=before, after=after)


@transaction.atomic
def note_download(*, by: User, filters: dict, rows: int) -> None:
    """A list of schools left the portal as a file: who, narrowed how, how many rows."""
    record(by=by, action="school_list.download", obj=by, after={"filters": filters, "rows": rows})
