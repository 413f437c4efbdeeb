"""Cells as dates: real date cells, text day first, ISO, and the numbers by which spreadsheets count days."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from programs.spreadsheets.cells import Cell
from programs.spreadsheets.dates import date_of_serial
from programs.spreadsheets.notes import Reading, note, problem

_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})")
_IN_WORDS = re.compile(r"(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})", re.IGNORECASE)
_TIME = re.compile(
    r"(?:T|\s+)(?P<hour>\d{1,2})[:h](?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?\s*"
    r"(?P<half>[AS]M|SA|PM|CH)?\s*(?P<zone>Z|(?:GMT|UTC)?[+-]\d\d:?\d\d|GMT|UTC)?(?:\s*\(.*\))?$",
    re.IGNORECASE,
)
_IN_SCRIPT = re.compile(r"[A-Z][a-z]{2}\s+([A-Z][a-z]{2})\s+(\d{1,2})\s+(\d{4})")  # Thu Feb 02 2012
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HERE = ZoneInfo("Asia/Ho_Chi_Minh")
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
        if isinstance(cell.value, datetime):
            return _with_time(cell, cell.value.date())
        return Reading(cell.value) if isinstance(cell.value, date) else problem("date_unreadable", cell.text)
    text = unicodedata.normalize("NFKC", cell.text).strip().strip("'’`")
    if ":" in text and (found := _TIME.search(text)):
        return _at_a_time(cell, text[: found.start()], found, today)
    return _read_day(cell, text, counts_from_1904, today)


def _with_time(cell: Cell, day: date) -> Reading:
    return Reading(day, [note("date_has_time", cell.text, read=f"{day:%d/%m/%Y}")])


def _at_a_time(cell: Cell, text: str, found: re.Match[str], today: date) -> Reading:
    """A day with a time. Midnight is the day; any other time is asked about, in another zone as the day it was here."""
    reading = _read_day(cell, text, False, today)
    if not isinstance(reading.value, date):
        return reading
    moment = _moment(reading.value, found)
    if moment is None:
        return problem("date_unreadable", cell.text)
    if moment.time() == time():
        return reading
    here = moment.astimezone(_HERE) if moment.tzinfo else moment
    asked = _with_time(cell, here.date())
    return Reading(asked.value, [*reading.notes, *asked.notes])


def _moment(day: date, found: re.Match[str]) -> datetime | None:
    hour, half = int(found["hour"]), (found["half"] or "").upper()
    if half:
        hour = hour % 12 + 12 * (half in ("PM", "CH"))
    try:
        moment = datetime.combine(day, time(hour, int(found["minute"]), int(found["second"] or 0)))
    except ValueError:
        return None
    zone = (found["zone"] or "").upper().removeprefix("GMT").removeprefix("UTC").replace(":", "")
    if not found["zone"]:
        return moment
    offset = timedelta() if zone in ("", "Z") else timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    return moment.replace(tzinfo=timezone(-offset if zone.startswith("-") else offset))


def _read_day(cell: Cell, text: str, counts_from_1904: bool, today: date) -> Reading:
    if re.fullmatch(r"(?:19|20)\d\d", text):
        return problem("date_year_only", cell.text)
    if _NUMBER.fullmatch(text):
        return _serial(cell, float(text), counts_from_1904)
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
        return _day(cell, day, month, year)
    if (found := _IN_SCRIPT.fullmatch(text)) and found[1] in _MONTHS:
        return _day(cell, int(found[2]), _MONTHS.index(found[1]) + 1, int(found[3]))
    found = _DAY_FIRST.fullmatch(text) or _IN_WORDS.fullmatch(text)
    if not found:
        return problem("date_unreadable", cell.text)
    return _day_first(cell, *found.groups(), today=today)


def _serial(cell: Cell, serial: float, counts_from_1904: bool) -> Reading:
    moment = date_of_serial(serial, counts_from_1904=counts_from_1904)
    has_time = isinstance(moment, datetime)
    day = moment.date() if isinstance(moment, datetime) else moment
    if day is None or not 1930 <= day.year <= 2100:
        return problem("date_unreadable", cell.text)
    code = "date_has_time" if has_time else "date_from_number"
    return Reading(day, [note(code, cell.text, read=f"{day:%d/%m/%Y}")])


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
