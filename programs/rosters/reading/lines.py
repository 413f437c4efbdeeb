"""From the rows of a spreadsheet to lines about pupils."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from programs.core.text import fold
from programs.rosters import rules
from programs.rosters.models import RosterImport
from programs.rosters.reading.cells import (
    OurSchool,
    class_of_file,
    class_of_heading,
    class_of_sheet,
    class_of_titles,
    read_class,
    read_gender,
    read_status,
)
from programs.spreadsheets import (
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
from programs.spreadsheets.lost_letters import has_lost_letters
from programs.spreadsheets.names import without_remark

FEW_CELLS = 4  # a signature has its title or its name, seldom two of each
NAME_PARTS = ("full_name", "last_middle_name", "given_name")
NAMES = (*NAME_PARTS, "guardian_name")
LONGEST = {"external_id": 40, "full_name": 150, "class_name": 20, "guardian_name": 150, "given_name": 60}


@dataclass
class Line:
    """One pupil's line: the original texts, the facts read from them, and notes about them."""

    number: int
    sheet: int = 0
    values: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str | int] = field(default_factory=dict)
    notes: list[dict] = field(default_factory=list)

    def take(self, name: str, reading: Reading, *, missing: bool = False) -> object:
        """Keep the notes of a reading; return its value, or None if there is a problem."""
        for said in reading.notes:
            self._say(name, said)
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
        code = note["code"]
        is_problem = code not in rules.DOUBTS and LEVELS.get(code, "problem") == "problem"
        self.notes.append(
            {"field": name} | note | ({"fatal": True} if is_problem and name in rules.VITAL_FIELDS else {})
        )


def read_lines(path: Path, roster: RosterImport, *, our_names: Iterable[str] = ()) -> tuple[Iterator[Line], int]:
    """The pupils' lines and how many rows their sheets have; or ``Refused``, when the file cannot be read."""
    school = OurSchool(our_names)
    sheets = [
        (read_rows(path, file_name=roster.file_name, sheet=sheet["name"]), Columns(roster, number, sheet, school))
        for number, sheet in enumerate(roster.sheets_read)
    ]
    return (line for rows, columns in sheets for line in _lines(rows, columns)), sum(len(rows) for rows, _ in sheets)


class Columns:
    """Which columns feed which field; those that were not matched, and the sensitive ones, are never looked at."""

    def __init__(self, roster: RosterImport, number: int, sheet: dict, school: OurSchool) -> None:
        self.number, self.header_line = number, sheet["header_line"] or 0
        self.options, self.school = roster.options, school
        self.titles = Row(0, ())
        self.heading = Reading()  # the class that the rows until the next such heading are of
        self.beside = [class_of_sheet(sheet["name"]), class_of_file(roster.file_name)]
        self.codes, self.dates = CodeColumn(), DateColumn()
        self.of: dict[str, list[int]] = {}
        for index, name in sorted((int(index), name) for index, name in sheet["mapping"].items()):
            self.of.setdefault(name, []).append(index)

    def is_empty(self, row: Row) -> bool:
        return not any(row.cell(index).text for indexes in self.of.values() for index in indexes)

    def is_end(self, row: Row, *, has_ended: bool) -> bool:
        """A sum or a signature, and the short rows that follow one; never a row with a name and a code in digits."""
        return not self.is_pupil(row) and (is_footer(row) or (has_ended and len(row.texts) <= FEW_CELLS))

    def is_pupil(self, row: Row) -> bool:
        code = self.text(row, "external_id")
        return any(map(str.isdigit, code)) and any(self.text(row, name) for name in NAME_PARTS)

    def look(self, row: Row) -> None:
        self.codes.look(self.cell(row, "external_id"))
        self.dates.look(self.birthday(row))

    def text(self, row: Row, name: str) -> str:
        """The field's text unchanged; columns of one field joined in their order."""
        texts = [row.cell(index).text for index in self.of.get(name, [])]
        return " ".join(text for text in texts if text)

    def _kept(self, row: Row, name: str) -> str:
        """The field's text as it may be stored: what stands beside a name may be sensitive, and is kept nowhere."""
        text = self.text(row, name)
        return without_remark(text) if name in NAMES and not has_lost_letters(text) else text

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
        line = Line(row.line, self.number)
        line.values = {name: text for name in self.of if (text := self._kept(row, name))}
        facts = line.facts
        code = self.codes.read(self.cell(row, "external_id"))
        facts["external_id"] = line.take("external_id", code, missing=True) or ""
        self._whether_ours(line, row)
        for said in code.notes:
            if said["code"] == "code_personal_id":
                line.values["external_id"] = said["value"]  # masked: the portal keeps no citizen's number
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

    def _whether_ours(self, line: Line, row: Row) -> None:
        """A pupil of another school, one who left, the second row of one pupil, a row that the file hides."""
        if row.hidden:
            line.notes.append({"field": "", "code": rules.HIDDEN, "value": ""})
        if "school" in self.of and self.school.is_other(name := self.text(row, "school")):
            line.notes.append({"field": "school", "code": rules.OTHER_SCHOOL, "value": name, "fatal": True})
        for said in read_status(self.cell(row, "status")).notes if "status" in self.of else ():
            line.notes.append({"field": "status", **said} | ({"fatal": True} if said["code"] == rules.LEFT else {}))
        if row.merged.intersection(self.of.get("external_id", [])):
            line.notes.append({"field": "external_id", "code": rules.SAME_ROW, "value": "", "fatal": True})

    def _gender(self, row: Row) -> Reading:
        indexes = self.of.get("gender", [])
        title = self.titles.cell(indexes[0]).text if indexes else ""
        return read_gender(self.cell(row, "gender"), title=title) if indexes else Reading("")

    def _class(self, line: Line, row: Row) -> dict[str, str | int]:
        """The class of the row, or the one beside the table; or the one that the person said the whole file is of."""
        reading = read_class(self.cell(row, "class_name"))
        if reading == Reading():
            reading = self._class_beside()
        name, grade = line.take("class_name", reading) or ("", None)
        if only := self.options.get("class_name"):
            if name and name != only:
                line.notes.append({"field": "class_name", "code": "other_class", "value": name, "fatal": True})
            return {"class_name": only, "grade": self.options["class_grade"]}
        if name and len(name) > LONGEST["class_name"]:
            line.notes.append({"field": "class_name", "code": "too_long", "value": name[:60], "fatal": True})
            return {}
        return {"class_name": name, "grade": grade} if name else {}

    def _class_beside(self) -> Reading:
        """The nearest heading; without a column of classes also the title, the sheet, the file."""
        candidates = [self.heading] if "class_name" in self.of else [self.heading, *self.beside]
        return next((reading for reading in candidates if reading.value), Reading())


def _lines(rows: Rows, columns: Columns) -> Iterator[Line]:
    with rows:
        titles = [text for row in _head(rows, columns) for text in row.texts]
        columns.beside.insert(0, class_of_titles(titles))
        for row in _pupils(rows, columns):
            columns.look(row)  # codes and dates are read with regard to all of their column
        for row in _pupils(rows, columns):
            yield columns.line(row)


def _head(rows: Rows, columns: Columns) -> Iterator[Row]:
    """What is written above the pupils."""
    for row in rows:
        if row.line > columns.header_line:
            return
        yield row


def _pupils(rows: Rows, columns: Columns) -> Iterator[Row]:
    """The rows of pupils: without titles, repeated headers, headings of classes, sums, and the signatures below."""
    columns.dates.counts_from_1904 = rows.counts_from_1904
    columns.heading = Reading()
    header, has_ended = None, False
    for row in rows:
        if row.line <= columns.header_line:
            header = _header(row) if row.line == columns.header_line else header
            columns.titles = row
            continue
        if columns.is_empty(row) or (header and is_header_again(row, header)):
            continue
        if len(row.texts) <= FEW_CELLS and not columns.is_pupil(row) and (heading := class_of_heading(row)).value:
            columns.heading, has_ended = heading, False
            continue
        if columns.is_end(row, has_ended=has_ended):
            has_ended = True
            continue
        yield row


def _header(row: Row) -> Header:
    return Header(row.line, [Column(index, cell.text) for index, cell in enumerate(row.cells) if cell.text])
