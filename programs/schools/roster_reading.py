"""A school's file, line by line, as facts: what each cell says under the columns that a person matched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from programs.core.spreadsheets import (
    LEVELS,
    Cell,
    Column,
    Header,
    Reading,
    Row,
    Rows,
    is_footer,
    is_header_again,
    read_code,
    read_date,
    read_name,
    read_phone,
    read_rows,
)
from programs.core.text import fold
from programs.schools.models import RosterImport
from programs.schools.roster_vocabulary import read_class, read_gender
from programs.schools.rules import rosters as rules

NAME_PARTS = ("full_name", "last_middle_name", "given_name")
LONGEST = {"external_id": 40, "full_name": 150, "class_name": 20, "guardian_name": 150, "given_name": 60}


@dataclass
class Line:
    """One pupil's line: the texts as they stood, the facts they became, and what is to be said about them."""

    number: int
    values: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str | int] = field(default_factory=dict)
    notes: list[dict] = field(default_factory=list)

    def take(self, name: str, reading: Reading, *, missing: bool = False) -> object:
        """Keep the notes of a reading; its value, or None when a problem stands in the way."""
        for note in reading.notes:
            self._say(name, note)
        if reading.is_problem:
            return None
        if reading.value in (None, "") and missing:
            self._say(name, {"code": "missing", "value": ""})
        longest = LONGEST.get(name)
        if longest and isinstance(reading.value, str) and len(reading.value) > longest:
            self._say(name, {"code": "too_long", "value": reading.value[:60], "most": longest})
            return None
        return reading.value

    def _say(self, name: str, note: dict) -> None:
        is_problem = LEVELS.get(note["code"], "problem") == "problem"
        self.notes.append(
            {"field": name} | note | ({"fatal": True} if is_problem and name in rules.VITAL_FIELDS else {})
        )


def read_lines(path: Path, roster: RosterImport) -> tuple[Iterator[Line], int]:
    """The pupils' lines and how many rows the sheet has; or ``Refused``, when the file cannot be read."""
    rows = read_rows(path, file_name=roster.file_name, sheet=roster.sheet)
    return _lines(rows, Columns(roster)), len(rows)


def _lines(rows: Rows, columns: Columns) -> Iterator[Line]:
    with rows:
        header = None
        for row in rows:
            if row.line <= columns.header_line:
                header = _header(row) if row.line == columns.header_line else header
                columns.titles = row
                continue
            if header and is_header_again(row, header):
                continue
            if not columns.is_empty(row) and not columns.is_end(row):
                yield columns.line(row, counts_from_1904=rows.counts_from_1904)


def _header(row: Row) -> Header:
    return Header(row.line, [Column(index, cell.text) for index, cell in enumerate(row.cells) if cell.text])


class Columns:
    """Which columns feed which field; those that were not matched, and the sensitive ones, are never looked at."""

    def __init__(self, roster: RosterImport) -> None:
        self.header_line = roster.header_line or 0
        self.options = roster.options
        self.titles = Row(0, ())
        self.of: dict[str, list[int]] = {}
        for index, name in sorted((int(index), name) for index, name in roster.mapping.items()):
            self.of.setdefault(name, []).append(index)

    def is_empty(self, row: Row) -> bool:
        return not any(row.cell(index).text for indexes in self.of.values() for index in indexes)

    def is_end(self, row: Row) -> bool:
        """A total, a signature. A pupil whose name begins like one still has a code."""
        has_both = self.text(row, "external_id") and any(self.text(row, name) for name in NAME_PARTS)
        return is_footer(row) and not has_both

    def text(self, row: Row, name: str) -> str:
        """The field's text as it stands; columns of one field joined in their order."""
        texts = [row.cell(index).text for index in self.of.get(name, [])]
        return " ".join(text for text in texts if text)

    def cell(self, row: Row, name: str) -> Cell:
        """The field's cell; a second column of the same field is read when the first is empty."""
        cells = [row.cell(index) for index in self.of.get(name, [])]
        return next((cell for cell in cells if cell.text), cells[0] if cells else Cell("empty"))

    def line(self, row: Row, *, counts_from_1904: bool) -> Line:
        line = Line(row.line)
        line.values = {name: text for name in self.of if (text := self.text(row, name))}
        facts = line.facts
        facts["external_id"] = line.take("external_id", read_code(self.cell(row, "external_id")), missing=True) or ""
        facts |= self._name(line, row)
        born = line.take("birth_date", read_date(self.cell(row, "birth_date"), counts_from_1904=counts_from_1904))
        facts["birth_date"] = born.isoformat() if born else ""
        facts["gender"] = line.take("gender", self._gender(row)) or ""
        facts |= self._class(line, row)
        guardian = read_name(self.text(row, "guardian_name"), title_case=self.options.get("title_case", False))
        facts["guardian_name"] = line.take("guardian_name", guardian) or ""
        facts["guardian_phone"] = line.take("guardian_phone", read_phone(self.cell(row, "guardian_phone"))) or ""
        key = rules.name_key(str(facts["full_name"]))
        if key and facts["birth_date"]:
            facts["key"] = f"{key}|{facts['birth_date']}"
        facts["search"] = fold(f"{facts['full_name']} {facts['external_id']} {facts.get('class_name', '')}")
        return line

    def _name(self, line: Line, row: Row) -> dict[str, str]:
        """The full name; the given name apart only where it is not the last word, as with ``H'Hen Niê``."""
        text = " ".join(part for name in NAME_PARTS if (part := self.text(row, name)))
        title_case = self.options.get("title_case", False)
        full = line.take("full_name", read_name(text, title_case=title_case), missing=True) or ""
        given = read_name(self.text(row, "given_name"), title_case=title_case).value or ""
        is_apart = given and full and not str(full).endswith(f" {given}") and full != given
        return {"full_name": full} | ({"given_name": given} if is_apart else {})

    def _gender(self, row: Row) -> Reading:
        indexes = self.of.get("gender", [])
        title = self.titles.cell(indexes[0]).text if indexes else ""
        return read_gender(self.cell(row, "gender"), title=title) if indexes else Reading("")

    def _class(self, line: Line, row: Row) -> dict[str, str | int]:
        """The class of the file; or the one class that the person said the whole file is of."""
        reading = read_class(self.cell(row, "class_name"))
        name, grade = line.take("class_name", reading) or ("", None)
        if only := self.options.get("class_name"):
            if name and name != only:
                line.notes.append({"field": "class_name", "code": "other_class", "value": name, "fatal": True})
            return {"class_name": only, "grade": self.options["class_grade"]}
        if name and len(name) > LONGEST["class_name"]:
            line.notes.append({"field": "class_name", "code": "too_long", "value": name[:60], "fatal": True})
            return {}
        return {"class_name": name, "grade": grade} if name else {}
