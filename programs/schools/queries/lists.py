"""Preview of an uploaded official list: row by row, recomputed from the file on every view."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from django.db.models import QuerySet

from programs.core.choices import Level
from programs.core.phones import show_phone
from programs.core.private_files import local_copy
from programs.schools.choices import OfficeRole, Ownership
from programs.schools.models import Area, School, SchoolListImport
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import OFF_THE_LIST, schools_in_scope
from programs.schools.reading import FIELD_NAMES, VOCABULARY, ListedSchool, Lookup, listed_schools
from programs.spreadsheets import Header, Row, Workbook, header_at, open_table, read_rows, suggest_header, suggest_sheet

# A school's column -> the field of the list that feeds it.
COLUMNS = {
    "code": "code",
    "name": "name",
    "ward_id": "ward",
    "cluster_id": "cluster",
    "levels": "levels",
    "ownership": "ownership",
    "pupil_count": "pupil_count",
    "address": "address",
    "phone": "phone",
}
FIRST_ROWS = 60  # the header was chosen among them
TABS = ("new", "changed", "problem", "same", "missing")


@dataclass
class PreviewRow:
    """A row of the file and what it would change: (name of the field, before, after)."""

    listed: ListedSchool
    changes: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        if self.listed.problems:
            return "problem"
        if self.listed.school is None:
            return "new"
        return "changed" if self.changes else "same"


@dataclass
class ListPreview:
    """``missing``: schools that the portal knows and the file does not name; they stay as they are."""

    rows: list[PreviewRow]
    missing: list[School]

    def of(self, tab: str) -> list:
        return self.missing if tab == "missing" else [row for row in self.rows if row.kind == tab]

    @property
    def counts(self) -> dict[str, int]:
        return {tab: len(self.of(tab)) for tab in TABS}


def list_imports_visible_to(user) -> QuerySet[SchoolListImport]:
    """The department's officers keep the list together."""
    imports = SchoolListImport.objects.select_related("uploaded_by")
    return imports if roles_of(user).is_department else imports.none()


def workbook_of(upload: SchoolListImport) -> Workbook:
    with local_copy(upload.file_path) as path:
        return open_table(path, file_name=upload.file_name)


def suggested(upload: SchoolListImport, workbook: Workbook, *, sheet: str = "", line: int | None = None):
    """(sheet, header) as asked, else as they look likeliest; the header is None when no row names two columns."""
    chosen = next((each for each in workbook.visible if each.name == sheet), None)
    chosen = chosen or suggest_sheet(workbook.visible, VOCABULARY)
    rows = list(chosen.sample)
    numbers = [number for number, row in enumerate(rows) if row.line == line]
    header = header_at(rows, numbers[0], VOCABULARY) if numbers else suggest_header(rows, VOCABULARY)
    return chosen, header


def header_of(rows: list[Row], line: int) -> Header:
    number = next(number for number, row in enumerate(rows) if row.line == line)
    return header_at(rows, number, VOCABULARY)


def lookup_for(user) -> Lookup:
    """Cut to what the post at the department holds; other posts of the same person lend it nothing."""
    return Lookup.now(area_ids=roles_of(user).posts.get(OfficeRole.DEPARTMENT) or None)


def listed_in(upload: SchoolListImport, lookup: Lookup) -> list[ListedSchool]:
    """The file's schools, read as it was said which column is what."""
    with (
        local_copy(upload.file_path) as path,
        read_rows(path, file_name=upload.file_name, sheet=upload.sheet) as rows,
    ):
        header = header_of(list(islice(rows, FIRST_ROWS)), upload.header_line)
        return listed_schools(rows, header=header, mapping=upload.mapping, lookup=lookup)


def preview_of(upload: SchoolListImport, user) -> ListPreview:
    lookup = lookup_for(user)
    areas = dict(Area.objects.values_list("pk", "name"))
    rows = [PreviewRow(listed, _shown(listed, areas)) for listed in listed_in(upload, lookup)]
    named = {row.listed.school.pk for row in rows if row.listed.school}
    scope = schools_in_scope(user).exclude(state__in=OFF_THE_LIST).exclude(pk__in=named)
    return ListPreview(rows, list(scope.select_related("ward").order_by("sort_key", "pk")))


def values_of(school: School) -> dict:
    return {
        column: sorted(row.level for row in school.levels.all()) if column == "levels" else getattr(school, column)
        for column in COLUMNS
    }


def changes_of(listed: ListedSchool) -> dict[str, tuple]:
    """Column -> (before, after); for a school that the portal does not know, all that the row says."""
    before = values_of(listed.school) if listed.school else {}
    facts = {column: value for column, value in listed.facts.items() if column in COLUMNS}
    return {column: (before.get(column), value) for column, value in facts.items() if before.get(column) != value}


def new_aliases(listed: ListedSchool) -> list[str]:
    """Old codes that the portal does not keep for this school yet."""
    known = {alias.code for alias in listed.school.aliases.all()} | {listed.school.code} if listed.school else set()
    code = listed.facts["code"]
    replaced = [listed.school.code] if listed.school and listed.school.code != code else []
    return [
        old
        for old in dict.fromkeys([*listed.facts.get("old_codes", []), *replaced])
        if old not in known - {*replaced} and old != code
    ]


def _shown(listed: ListedSchool, areas: dict[int, str]) -> list[tuple[str, str, str]]:
    if listed.problems or listed.school is None:
        return []
    changes = [
        (str(FIELD_NAMES[COLUMNS[column]]), _in_words(column, before, areas), _in_words(column, after, areas))
        for column, (before, after) in changes_of(listed).items()
    ]
    added = new_aliases(listed)
    return [*changes, (str(FIELD_NAMES["old_codes"]), "", ", ".join(added))] if added else changes


def _in_words(column: str, value: object, areas: dict[int, str]) -> str:
    if value in (None, ""):
        return "–"
    if column in ("ward_id", "cluster_id"):
        return areas.get(value, "–")
    if column == "levels":
        return ", ".join(str(Level(level).label) for level in value)
    if column == "ownership":
        return str(Ownership(value).label)
    return show_phone(value) if column == "phone" else str(value)
