"""What single cells of a list of pupils say: boy or girl, class, school, whether the pupil is still there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from programs.core.text import clean_text
from programs.rosters import rules
from programs.spreadsheets import Cell, Reading, Row
from programs.spreadsheets import notes as spreadsheet_notes
from programs.spreadsheets.cells import number_text
from programs.spreadsheets.headers import words

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
_MAY_HAVE_LOST = ("1", "2")  # no school has thirty classes of a grade
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
    if is_decimal(cell):
        notes.append(spreadsheet_notes.note("class_decimal", cell.text, read=f"{cell.value:.2f}"))
    return Reading((name, int(found["grade"])), notes)


def _class_name(grade: str, joint: str, rest: str, text: str) -> str:
    if _SHORT.fullmatch(rest):
        return grade + "".join(rest.split()).upper()
    if joint and rest.isdigit():
        return f"{grade}{joint}{rest}"
    return text.removeprefix("0")


def is_decimal(cell: Cell) -> bool:
    """A number with one digit behind the point, shown without a format of its own: 8.1 may have been 8.10."""
    value = cell.value
    return (
        isinstance(value, float) and cell.text == number_text(value) and cell.text.partition(".")[2] in _MAY_HAVE_LOST
    )


# --- A class that stands beside the table: above its pupils, in the title, as the name of the sheet or the file -------
_NAME = r"(?:1[0-2]|0?[1-9])(?:\s?[A-ZĐ]\s?\d{0,2}|[A-ZĐ]{2}\d{0,2}|\s?[./\-_]\s?\d{1,2})(?!\w)"
_AFTER_WORD = re.compile(rf"\b(?:lớp|lop|class)[\s:._\-]*({_NAME})", re.IGNORECASE)
_ALONE = re.compile(_NAME, re.IGNORECASE)
_HEADING = re.compile(
    rf"(?:danh sách\s+)?(?:học sinh\s+)?(?:lớp|lop|class)[\s:.\-]*({_NAME})(?:$|\s*[-–—(:;,.]|\s+(?:gv|sĩ|si)\w*)",
    re.IGNORECASE,
)
_IN_FILE_NAME = re.compile(r"(?:1[0-2]|[1-9])[A-ZĐ]{1,2}\d{1,2}", re.IGNORECASE)
_FEW_CELLS = 4


def class_of_heading(row: Row) -> Reading:
    """``Lớp 8A1 – GVCN: Nguyễn Thị Hoa`` in a row of its own, or ``8A1`` alone."""
    texts = row.texts
    if not 0 < len(texts) <= _FEW_CELLS:
        return Reading()
    found = next((match for text in texts if (match := _HEADING.match(text))), None)
    if found is None and len(texts) == 1:
        found = _ALONE.fullmatch(texts[0])
        return _read(found.group(), "class_from_row") if found else Reading()
    return _read(found.group(1), "class_from_row") if found else Reading()


def class_of_titles(texts: Iterable[str]) -> Reading:
    """``DANH SÁCH HỌC SINH LỚP 8A1`` above the table, where all titles name one class."""
    names = {match.group(1).upper() for text in texts for match in _AFTER_WORD.finditer(text)}
    return _read(names.pop(), "class_from_title") if len(names) == 1 else Reading()


def class_of_sheet(name: str) -> Reading:
    text = clean_text(name)
    found = _ALONE.fullmatch(_CLASS_WORD.sub("", text))
    return _read(found.group(), "class_from_sheet") if found else Reading()


def class_of_file(name: str) -> Reading:
    """``DS lop 8A1.xlsx``; ``DS 2026-2027.xlsx`` names no class."""
    stem = clean_text(name).rpartition(".")[0]
    if found := _AFTER_WORD.search(stem.replace("_", " ")):
        return _read(found.group(1), "class_from_file")
    names = {part.upper() for part in re.split(r"[\s_()\-.,]+", stem) if _IN_FILE_NAME.fullmatch(part)}
    return _read(names.pop(), "class_from_file") if len(names) == 1 else Reading()


def _read(text: str, code: str) -> Reading:
    reading = read_class(Cell("text", text, text))
    if reading.value is None:
        return Reading()
    return Reading(reading.value, [spreadsheet_notes.note(code, text, read=reading.value[0])])


# --- Schools --------------------------------------------------------------------------------------
_KINDS = {"trung hoc co so": "thcs", "trung hoc pho thong": "thpt", "tieu hoc": "th", "mam non": "mn"}


@lru_cache(maxsize=512)
def school_key(name: str) -> str:
    """One spelling of a school's name: ``Trường THCS Phú Lợi`` is ``THCS Phú Lợi`` and ``Trung học cơ sở Phú Lợi``."""
    key = words(name)
    for kind, short in _KINDS.items():
        key = re.sub(rf"\b{kind}\b", short, key)
    return key.removeprefix("truong ")


class OurSchool:
    """Whether a cell names the school whose list this is; nothing is known where no names are given."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = {school_key(name): _marked(name) for name in names}

    def is_other(self, text: str) -> bool:
        """Accents count where the list has any: Thanh An and Thạnh An are two schools."""
        if not self.names or not text:
            return False
        ours = self.names.get(school_key(text))
        return ours is None or not (text.isascii() or _marked(text) == ours)


_KIND_WORDS = frozenset(["trường", "trung", "học", "cơ", "sở", "phổ", "thông", "tiểu", "mầm", "non"])


@lru_cache(maxsize=512)
def _marked(name: str) -> frozenset[str]:
    """The words that have marks, wherever in the word these are written, without the kind of school."""
    parts = [word for word in re.split(r"[\s.,\-]+", clean_text(name).lower()) if word not in _KIND_WORDS]
    return frozenset("".join(sorted(unicodedata.normalize("NFD", word))) for word in parts if not word.isascii())


# --- Whether the pupil is still there ----------------------------------------------------------------
_GONE = ("chuyen di", "chuyen truong", "thoi hoc", "bo hoc", "nghi hoc", "tot nghiep", "da tot nghiep", "hoan thanh",
         "ra truong", "da chuyen", "da nghi", "da ra")  # fmt: skip
_HERE = ("dang hoc", "chuyen den", "hoc lai", "luu ban", "tuyen moi", "moi tuyen", "nhap hoc", "chuyen lop", "hoc tiep")


def read_status(cell: Cell) -> Reading:
    """True for a pupil of today; someone who left is a problem, and what says both or neither is asked about."""
    code = _status_of(cell.text)
    return Reading(None, [{"code": code, "value": cell.text}]) if code else Reading(True)


@lru_cache(maxsize=512)
def _status_of(text: str) -> str:
    folded = words(text)
    is_gone, is_here = folded.startswith(_GONE), any(word in folded for word in _HERE)
    if not folded or (is_here and not is_gone):
        return ""
    return rules.LEFT if is_gone and not is_here else rules.STATUS
