"""A school's file, line by line, as facts: what each cell says under the columns that a person matched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from programs.core.spreadsheets import (
    LEVELS,
    Cell,
    CodeColumn,
    Column,
    DateColumn,
    Header,
    Reading,
    Row,
    Rows,
    is_footer,
    is_header_again,
    join_name,
    read_name,
    read_phone,
    read_rows,
)
from programs.core.text import fold
from programs.schools.models import RosterImport
from programs.schools.roster_vocabulary import read_class, read_gender
from programs.schools.rules import rosters as rules

FEW_CELLS = 4  # a signature has its title or its name, seldom two of each
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
        for row in _pupils(rows, columns):
            columns.look(row)  # codes and dates are read with regard to all of their column
        for row in _pupils(rows, columns):
            yield columns.line(row)


def _pupils(rows: Rows, columns: Columns) -> Iterator[Row]:
    """The rows of pupils: without titles, repeated headers, sums, and the signatures below."""
    columns.dates.counts_from_1904 = rows.counts_from_1904
    header, has_ended = None, False
    for row in rows:
        if row.line <= columns.header_line:
            header = _header(row) if row.line == columns.header_line else header
            columns.titles = row
            continue
        if columns.is_empty(row) or (header and is_header_again(row, header)):
            continue
        if columns.is_end(row, has_ended=has_ended):
            has_ended = True
            continue
        yield row


def _header(row: Row) -> Header:
    return Header(row.line, [Column(index, cell.text) for index, cell in enumerate(row.cells) if cell.text])


class Columns:
    """Which columns feed which field; those that were not matched, and the sensitive ones, are never looked at."""

    def __init__(self, roster: RosterImport) -> None:
        self.header_line = roster.header_line or 0
        self.options = roster.options
        self.titles = Row(0, ())
        self.codes, self.dates = CodeColumn(), DateColumn()
        self.of: dict[str, list[int]] = {}
        for index, name in sorted((int(index), name) for index, name in roster.mapping.items()):
            self.of.setdefault(name, []).append(index)

    def is_empty(self, row: Row) -> bool:
        return not any(row.cell(index).text for indexes in self.of.values() for index in indexes)

    def is_end(self, row: Row, *, has_ended: bool) -> bool:
        """A sum or a signature, and the short rows that follow one; never a row with a name and a code in digits."""
        code = self.text(row, "external_id")
        is_pupil = any(map(str.isdigit, code)) and any(self.text(row, name) for name in NAME_PARTS)
        return not is_pupil and (is_footer(row) or (has_ended and len(row.texts) <= FEW_CELLS))

    def look(self, row: Row) -> None:
        self.codes.look(self.cell(row, "external_id"))
        self.dates.look(self.birthday(row))

    def text(self, row: Row, name: str) -> str:
        """The field's text as it stands; columns of one field joined in their order."""
        texts = [row.cell(index).text for index in self.of.get(name, [])]
        return " ".join(text for text in texts if text)

    def cell(self, row: Row, name: str) -> Cell:
        """The field's cell; a second column of the same field is read when the first is empty."""
        cells = [row.cell(index) for index in self.of.get(name, [])]
        return next((cell for cell in cells if cell.text), cells[0] if cells else Cell("empty"))

    def birthday(self, row: Row) -> Cell:
        """The birthday's cell; day, month and year of three columns together as a person would type them."""
        cells = [row.cell(index) for index in self.of.get("birth_date", [])]
        filled = [cell for cell in cells if cell.text]
        broken = next((cell for cell in filled if cell.kind == "error"), None)
        if len(filled) < 2 or broken:
            return broken or self.cell(row, "birth_date")
        text = "/".join(cell.text for cell in filled)
        return Cell("text", text, text)

    def line(self, row: Row) -> Line:
        line = Line(row.line)
        line.values = {name: text for name in self.of if (text := self.text(row, name))}
        facts = line.facts
        code = self.codes.read(self.cell(row, "external_id"))
        facts["external_id"] = line.take("external_id", code, missing=True) or ""
        for note in code.notes:
            if note["code"] == "code_personal_id":
                line.values["external_id"] = note["value"]  # masked: the portal keeps no citizen's number
        facts |= self._name(line, row)
        born = line.take("birth_date", self.dates.read(self.birthday(row)))
        facts["birth_date"] = born.isoformat() if born else ""
        facts["gender"] = line.take("gender", self._gender(row)) or ""
        facts |= self._class(line, row)
        guardian = read_name(
            join_name(*(row.cell(index) for index in self.of.get("guardian_name", []))),
            title_case=self.options.get("title_case", False),
        )
        facts["guardian_name"] = line.take("guardian_name", guardian) or ""
        facts["guardian_phone"] = line.take("guardian_phone", read_phone(self.cell(row, "guardian_phone"))) or ""
        key = rules.name_key(str(facts["full_name"]))
        if key and facts["birth_date"]:
            facts["key"] = f"{key}|{facts['birth_date']}"
        facts["search"] = fold(f"{facts['full_name']} {facts['external_id']} {facts.get('class_name', '')}")
        return line

    def _name(self, line: Line, row: Row) -> dict[str, str]:
        """The full name; the given name apart only where it is not the last word, as with ``H'Hen Niê``."""
        cell = join_name(*(row.cell(index) for name in NAME_PARTS for index in self.of.get(name, [])))
        title_case = self.options.get("title_case", False)
        full = line.take("full_name", read_name(cell, title_case=title_case), missing=True) or ""
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
