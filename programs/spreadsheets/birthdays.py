"""Cells as dates: real date cells, text day first, ISO, and the numbers by which spreadsheets count days."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

from programs.spreadsheets.cells import Cell
from programs.spreadsheets.dates import date_of_serial
from programs.spreadsheets.notes import Reading, note, problem

_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})(?:[T ].*)?")
_IN_WORDS = re.compile(r"(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})", re.IGNORECASE)
_MIDNIGHT = re.compile(r"\s+(?:0?0|12):00(?::00)?(?:\s*[AaSs][MmAa])?$")
_NUMBER = re.compile(r"\d{4,6}(?:\.\d+)?")
_EARLIEST = 1900


def read_date(cell: Cell, *, counts_from_1904: bool = False, today: date | None = None) -> Reading:
    """Read ``cell`` as a ``date``, day first; two-digit years and anything doubtful are noted."""
    if cell.kind == "empty":
        return Reading()
    if cell.kind == "error":
        return problem("cell_error", cell.text)
    reading = _read(cell, counts_from_1904, today or date.today())
    if isinstance(reading.value, date):
        if reading.value > (today or date.today()):
            return problem("date_future", cell.text)
        if reading.value.year < _EARLIEST:
            return problem("date_too_old", cell.text)
    return reading


def _read(cell: Cell, counts_from_1904: bool, today: date) -> Reading:
    if cell.kind == "date":
        value = cell.value.date() if isinstance(cell.value, datetime) else cell.value
        return Reading(value) if isinstance(value, date) else problem("date_unreadable", cell.text)
    text = _MIDNIGHT.sub("", unicodedata.normalize("NFKC", cell.text).strip().strip("'’`"))
    if re.fullmatch(r"(?:19|20)\d\d", text):
        return problem("date_year_only", cell.text)
    if _NUMBER.fullmatch(text):
        return _serial(cell, float(text), counts_from_1904)
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
        return _day(cell, day, month, year)
    found = _DAY_FIRST.fullmatch(text) or _IN_WORDS.fullmatch(text)
    if not found:
        return problem("date_unreadable", cell.text)
    return _day_first(cell, *found.groups(), today=today)


def _serial(cell: Cell, serial: float, counts_from_1904: bool) -> Reading:
    moment = date_of_serial(serial, counts_from_1904=counts_from_1904)
    day = moment.date() if isinstance(moment, datetime) else moment
    if day is None or not 1930 <= day.year <= 2100:
        return problem("date_unreadable", cell.text)
    return Reading(day, [note("date_from_number", cell.text, read=f"{day:%d/%m/%Y}")])


def _day_first(cell: Cell, day: str, month: str, year: str, *, today: date) -> Reading:
    notes = []
    full_year = int(year)
    if len(year) == 2:
        full_year += 2000 if full_year <= today.year - 2000 else 1900
        notes = [note("date_two_digit_year", cell.text, read=f"{int(day):02d}/{int(month):02d}/{full_year}")]
    if int(month) > 12 >= int(day) and int(month) <= 31:
        return problem("date_month_first", cell.text, read=f"{int(month):02d}/{int(day):02d}/{full_year}")
    return _day(cell, int(day), int(month), full_year, notes)


def _day(cell: Cell, day: int, month: int, year: int, notes: list[dict] | None = None) -> Reading:
    try:
        return Reading(date(year, month, day), notes or [])
    except ValueError:
        return problem("date_no_such_day", cell.text)


class DateColumn:
    """A column of dates, read as a whole because some programs read ``05/09`` month first.

    They turn the days up to 12 into date cells with day and month swapped and leave the others as text; or they
    write all of them month first.
    """

    def __init__(self, cells: Iterable[Cell] = (), *, counts_from_1904: bool = False) -> None:
        self.counts_from_1904 = counts_from_1904
        self.late_cells = self.late_texts = self.late_months = self.cells = 0
        for cell in cells:
            self.look(cell)

    def look(self, cell: Cell) -> None:
        if cell.kind == "date" and isinstance(cell.value, date):
            self.cells += 1
            self.late_cells += cell.value.day > 12
        elif cell.kind == "text" and (found := _DAY_FIRST.fullmatch(cell.text)):
            self.late_texts += int(found.group(1)) > 12
            self.late_months += int(found.group(2)) > 12 >= int(found.group(1))

    @property
    def swaps_cells(self) -> bool:
        return self.cells > 1 and not self.late_cells and self.late_texts > 1

    @property
    def is_month_first(self) -> bool:
        return self.late_months > 0 and not self.late_texts

    def read(self, cell: Cell, *, today: date | None = None) -> Reading:
        reading = read_date(cell, counts_from_1904=self.counts_from_1904, today=today)
        day = reading.value
        doubtful = self.swaps_cells if cell.kind == "date" else cell.kind == "text" and self.is_month_first
        if not doubtful or day is None or day.day > 12 or day.day == day.month:
            return reading
        swapped = f"{day.month:02d}/{day.day:02d}/{day.year}"
        return Reading(day, [*reading.notes, note("date_maybe_swapped", cell.text, read=swapped)])
