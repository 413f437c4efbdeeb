"""Cells as birthdays, telephones, codes and names: what is unsure is told, nothing is changed in silence."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from programs.core.phones import normalise_phone
from programs.core.refusals import Refused
from programs.core.spreadsheets.cells import Cell
from programs.core.spreadsheets.dates import date_of_serial
from programs.core.spreadsheets.notes import Reading, note
from programs.core.text import clean_text

_EXPONENT = re.compile(r"\d[.,]?\d*[eE][+-]?\d+")


def read_cell_error(cell: Cell) -> Reading | None:
    """``#N/A`` is no text: whoever made the file has to look."""
    return Reading(None, [note("cell_error", cell.text)]) if cell.kind == "error" else None


# --- Dates ----------------------------------------------------------------------------------------
_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})(?:[T ].*)?")
_IN_WORDS = re.compile(r"ngày (\d{1,2}) tháng (\d{1,2}) năm (\d{4})", re.IGNORECASE)
_SERIALS = range(18264, 73051)  # 1950 to 2099
_TIME_TAIL = re.compile(r"\s+0?0:00(:00)?(\s*[AaSs][MmAa])?$")


def read_date(cell: Cell, *, counts_from_1904: bool = False, today: date | None = None) -> Reading:
    """A birthday: a date cell, text day first or ISO, or the number that a spreadsheet counts days by."""
    if error := read_cell_error(cell):
        return error
    if cell.kind == "empty":
        return Reading()
    if cell.kind == "date":
        return _date_cell(cell)
    text = _TIME_TAIL.sub("", unicodedata.normalize("NFKC", cell.text).strip().strip("'’"))
    if re.fullmatch(r"(19|20)\d\d", text):
        return Reading(None, [note("date_year_only", cell.text)])
    if cell.kind == "number" or re.fullmatch(r"\d{5}(\.0)?", text):
        return _serial(cell, text, counts_from_1904)
    return _date_text(cell.text, text, today)


def _date_cell(cell: Cell) -> Reading:
    if isinstance(cell.value, datetime):
        return Reading(cell.value.date())
    if isinstance(cell.value, date):
        return Reading(cell.value)
    return Reading(None, [note("date_unreadable", cell.text)])


def _serial(cell: Cell, text: str, counts_from_1904: bool) -> Reading:
    serial = float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else -1.0
    moment = date_of_serial(serial, counts_from_1904=counts_from_1904) if int(serial) in _SERIALS else None
    if moment is None:
        return Reading(None, [note("date_unreadable", cell.text)])
    day = moment.date() if isinstance(moment, datetime) else moment
    return Reading(day, [note("date_from_number", cell.text, read=f"{day:%d/%m/%Y}")])


def _date_text(shown: str, text: str, today: date | None) -> Reading:
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
        return _day(shown, day, month, year, [])
    found = _DAY_FIRST.fullmatch(text) or _IN_WORDS.fullmatch(text)
    if not found:
        return Reading(None, [note("date_unreadable", shown)])
    day, month, year = (int(part) for part in found.groups())
    notes = []
    if len(found.group(3)) == 2:
        year += 2000 if year <= (today or date.today()).year - 2000 else 1900
        notes = [note("date_two_digit_year", shown, read=f"{day:02d}/{month:02d}/{year}")]
    if month > 12 >= day:
        return Reading(None, [note("date_month_first", shown, read=f"{month:02d}/{day:02d}/{year}")])
    return _day(shown, day, month, year, notes)


def _day(shown: str, day: int, month: int, year: int, notes: list[dict]) -> Reading:
    try:
        return Reading(date(year, month, day), notes)
    except ValueError:
        return Reading(None, [note("date_no_such_day", shown)])


# --- Telephones -----------------------------------------------------------------------------------
def read_phone(cell: Cell) -> Reading:
    """A telephone number as E.164; a zero that a spreadsheet ate is put back and told."""
    if error := read_cell_error(cell):
        return error
    if cell.kind == "empty":
        return Reading()
    try:
        number = normalise_phone(cell.text)
    except Refused:
        return Reading(None, [note("phone_unreadable", cell.text)])
    return Reading(number)


# --- Codes ----------------------------------------------------------------------------------------
def read_code(cell: Cell) -> Reading:
    """An opaque code, as text."""
    if error := read_cell_error(cell):
        return error
    return Reading(cell.text or None)


# --- Names ----------------------------------------------------------------------------------------
def read_name(text: str, *, title_case: bool = False) -> Reading:
    """A person's name."""
    return Reading(clean_text(text) or None)
