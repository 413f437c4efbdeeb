"""From the rows of a spreadsheet to lines about pupils."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from programs.core.text import clean_text, fold
from programs.rosters import rules
from programs.rosters.models import RosterImport
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
    Vocabulary,
    is_footer,
    is_header_again,
    join_name,
    read_name,
    read_phone,
    read_rows,
)
from programs.spreadsheets import notes as spreadsheet_notes
from programs.spreadsheets.headers import words

FEW_CELLS = 4  # a signature has its title or its name, seldom two of each
NAME_PARTS = ("full_name", "last_middle_name", "given_name")
LONGEST = {"external_id": 40, "full_name": 150, "class_name": 20, "guardian_name": 150, "given_name": 60}


@dataclass
class Line:
    """One pupil's line: the original texts, the facts read from them, and notes about them."""

    number: int
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
        is_problem = LEVELS.get(note["code"], "problem") == "problem"
        self.notes.append(
            {"field": name} | note | ({"fatal": True} if is_problem and name in rules.VITAL_FIELDS else {})
        )


def read_lines(path: Path, roster: RosterImport) -> tuple[Iterator[Line], int]:
    """The pupils' lines and how many rows the sheet has; or ``Refused``, when the file cannot be read."""
    rows = read_rows(path, file_name=roster.file_name, sheet=roster.sheet)
    return _lines(rows, Columns(roster)), len(rows)


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
        """The field's text unchanged; columns of one field joined in their order."""
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


FIELDS: dict[str, tuple[str, ...]] = {
    "external_id": (
        "ma hoc sinh", "ma hs", "mhs", "ma so hoc sinh", "ma so hs", "mshs", "ma dinh danh", "ma dinh danh bo gddt",
        "ma dinh danh bo gd dt", "ma dinh danh cua bo gddt", "ma dinh danh moet", "ma dinh danh hoc sinh",
        "ma dinh danh hs", "ma hoc sinh bo gd", "ma hoc sinh csdl", "ma csdl", "ma so dinh danh hoc sinh", "ma moet",
        "student id", "student code", "student number", "pupil id", "pupil code", "id hoc sinh", "moet id",
    ),
    "full_name": (
        "ho va ten", "ho ten", "ho va ten hoc sinh", "ho ten hoc sinh", "ho va ten hs", "ho ten hs", "ten hoc sinh",
        "ten hs", "ho dem va ten", "ho chu dem va ten", "ho va ten em", "full name", "name", "student name",
        "pupil name", "fullname", "name of student", "ho  ten",
    ),
    "last_middle_name": (
        "ho", "ho dem", "ho va dem", "ho lot", "ho va ten dem", "ho va chu lot", "ho chu lot", "ho va lot", "ho ten dem",
        "ho va chu dem", "last name", "surname", "family name", "last and middle name", "family and middle name",
    ),
    "given_name": ("ten", "ten hoc sinh rieng", "given name", "first name"),
    "birth_date": (
        "ngay sinh", "ngay thang nam sinh", "ngay thang nam", "sinh ngay", "ns", "ngay thang sinh", "nam sinh", "ntns",
        "ntn sinh", "ngay sinh hs", "ngay sinh hoc sinh", "date of birth", "birth date", "birthday", "dob", "birthdate",
    ),
    "gender": (
        "gioi tinh", "gt", "phai", "nam nu", "nu", "nam", "nu x", "nam x", "la nu", "hoc sinh nu", "hs nu", "gender", "sex", "female",
    ),
    "class_name": ("lop", "lop hoc", "ten lop", "lop dang hoc", "ma lop", "class", "class name", "grade class", "form"),
    "guardian_name": (
        "ho ten cha", "ho va ten cha", "ten cha", "cha", "ho ten bo", "ho va ten bo", "ten bo", "bo", "ho ten me",
        "ho va ten me", "ten me", "me", "ho ten cha me", "ho va ten cha me", "ho ten cha hoac me", "cha me",
        "ho ten phu huynh", "ho va ten phu huynh", "ten phu huynh", "phu huynh", "phhs", "ten phhs", "ho ten phhs",
        "ho ten nguoi giam ho", "ho va ten nguoi giam ho", "nguoi giam ho", "ten nguoi giam ho", "guardian",
        "guardian name", "parent", "parent name", "father", "father name", "mother", "mother name", "nguoi dai dien",
    ),
    "guardian_phone": (
        "sdt", "so dt", "dt", "dien thoai", "so dien thoai", "sdt phu huynh", "sdt ph", "sdt phhs", "dt phu huynh",
        "dien thoai phu huynh", "so dien thoai phu huynh", "dien thoai lien he", "so dien thoai lien he", "sdt lien he",
        "sdt cha", "sdt bo", "sdt me", "sdt cha me", "dien thoai cha", "dien thoai bo", "dien thoai me",
        "so dien thoai cha", "so dien thoai me", "so dien thoai bo", "sdt nguoi giam ho",
        "so dien thoai nguoi giam ho", "dien thoai nguoi giam ho", "dien thoai di dong", "di dong", "so di dong",
        "cha sdt", "me sdt", "bo sdt", "phu huynh sdt", "cha dien thoai", "me dien thoai", "bo dien thoai",
        "phone", "phone number", "mobile", "parent phone", "guardian phone", "telephone", "tel", "zalo", "so zalo",
    ),
}  # fmt: skip

# What the portal never keeps, nor looks at: the law calls much of it sensitive, and no programme needs it.
SENSITIVE = (
    "cccd", "cmnd", "cmt", "can cuoc", "chung minh", "dinh danh ca nhan", "so dinh danh", "dinh danh cong dan",
    "ma dinh danh cong dan", "ma dinh danh ca nhan", "identity", "id card", "citizen id", "passport", "ho chieu",
    "dan toc", "ethnicity", "ethnic", "ton giao", "religion", "dang vien", "doan vien", "doi vien",
    "suc khoe", "health", "benh", "di ung", "allergy", "khuyet tat", "disability", "hoa nhap", "nhom mau",
    "chieu cao", "can nang", "the luc", "thi luc", "tiem", "vaccine", "vac xin", "hoa hoc suc khoe",
    "dia chi", "cho o", "noi o", "address", "thuong tru", "tam tru", "thon", "to dan pho", "khu pho", "so nha", "que quan",
    "nguyen quan", "noi sinh", "birthplace", "place of birth", "ho khau", "bhyt", "bao hiem", "insurance",
    "ho ngheo", "can ngheo", "ngheo", "poor", "mo coi", "orphan", "chinh sach", "thuong binh", "liet si", "mien giam",
    "con thuong binh", "dien uu tien", "hoan canh", "khu vuc", "tai khoan", "so the", "nghe nghiep", "thu nhap",
    "income", "occupation", "hanh kiem", "hoc luc", "ket qua", "diem", "ky luat", "email", "e mail", "facebook",
)  # fmt: skip

VOCABULARY = Vocabulary(
    fields=FIELDS,
    sensitive=SENSITIVE,
    joined={"full_name": ("last_middle_name", "given_name")},
    split={
        "birth_date": (
            ("ngay", "ngay sinh", "day"), ("thang", "thang sinh", "month"), ("nam", "nam sinh", "year"),
        ),
    },
)  # fmt: skip

_GIRL = ("nu", "f", "female", "gai", "girl", "be gai")
_BOY = ("nam", "m", "male", "trai", "boy", "be trai")
_GENDERS = dict.fromkeys(_GIRL, "f") | dict.fromkeys(_BOY, "m")
_TICKS = {"x", "v", "1", "co", "true", "yes", "✓", "✔", "☑"}
_NOT_TICKS = {"0", "khong", "false", "no", "-"}


def read_gender(cell: Cell, *, title: str = "") -> Reading:
    """``f``, ``m`` or nothing: words, or a tick in a column that is called ``Nữ`` (or ``Nam``)."""
    of_column = _GENDERS.get(re.sub(r"^(?:la|hs|hoc sinh) | x$", "", words(title)))
    text = words(cell.text) or cell.text.strip()
    if text in _GENDERS:
        return Reading(_GENDERS[text])
    if of_column and (not text or text in _NOT_TICKS):
        return Reading("m" if of_column == "f" else "f")
    if of_column and text in _TICKS:
        return Reading(of_column)
    return Reading("", [spreadsheet_notes.note("gender_unknown", cell.text)]) if text else Reading("")


_CLASS_WORD = re.compile(r"^(?:lớp|lop|class)\s*[:.]?\s*", re.IGNORECASE)
_PARTS = re.compile(r"0?(?P<grade>1[0-2]|[1-9])(?!\d)\s*(?P<joint>[./\-_]?)\s*(?P<rest>\S.*)?")
_SHORT = re.compile(r"[a-z]\d*(?:\s+\d+)?", re.IGNORECASE)


def read_class(cell: Cell) -> Reading:
    """A class as ``(name, grade)``: ``Lớp 8a1`` and ``8 A 1`` are 8A1; ``8/1`` and ``12 Toán`` stay."""
    if cell.kind == "date":  # a spreadsheet program took 8/1 for a day
        day = cell.value
        return Reading(None, [spreadsheet_notes.note("class_became_date", cell.text, read=f"{day.day}/{day.month}")])
    if cell.kind == "error":
        return Reading(None, [spreadsheet_notes.note("cell_error", cell.text)])
    text = _CLASS_WORD.sub("", clean_text(cell.text))
    if not text:
        return Reading()
    found = _PARTS.fullmatch(text)
    if not found:
        return Reading(None, [spreadsheet_notes.note("class_unknown", cell.text)])
    name = _class_name(found["grade"], found["joint"], found["rest"] or "", text)
    notes = [spreadsheet_notes.note("class_respelled", cell.text, read=name)] if name != cell.text else []
    return Reading((name, int(found["grade"])), notes)


def _class_name(grade: str, joint: str, rest: str, text: str) -> str:
    if _SHORT.fullmatch(rest):
        return grade + "".join(rest.split()).upper()
    if joint and rest.isdigit():
        return f"{grade}{joint}{rest}"
    return text.removeprefix("0")
