"""The rows of one XLSX sheet, one after the other; texts that cells share lie on the disk."""

from __future__ import annotations

import math
import os
import struct
import tempfile
from collections.abc import Iterator
from datetime import datetime, time
from functools import lru_cache

from programs.spreadsheets import limits
from programs.spreadsheets.cells import number_text
from programs.spreadsheets.dates import date_of_serial
from programs.spreadsheets.kinds import Unreadable
from programs.spreadsheets.raw import Merge, RawCell, RawRow, date_cell
from programs.spreadsheets.workbook import Sheet, Workbook, chunks, parse

_PLACE = struct.Struct("<QQ")
_KEPT = 4096  # texts kept at hand: classes, words for boys and girls, wards


class SharedStrings:
    """The workbook's table of texts, in a file of its own with a second file of places: no text stays in memory."""

    def __init__(self, workbook: Workbook) -> None:
        self.texts, self.places = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - till the process ends
        self.size = 0
        self.gathered: list[str] = []
        self.length = 0
        self.wanted = False
        self.phonetic = 0
        parse(workbook.archive, workbook.shared_strings, start=self._start, end=self._end, text=self._text)
        self.texts.flush()
        self.places.flush()
        self.get = lru_cache(maxsize=_KEPT)(self._read)

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag == "si":
            self.gathered, self.length = [], 0
        elif tag == "rPh":
            self.phonetic += 1
        self.wanted = tag == "t" and not self.phonetic

    def _text(self, text: str) -> None:
        if self.wanted and self.length < limits.CELL_CHARACTERS:
            self.gathered.append(text)
            self.length += len(text)

    def _end(self, tag: str) -> None:
        self.wanted = False
        if tag == "rPh":
            self.phonetic -= 1
        elif tag == "si":
            content = "".join(self.gathered)[: limits.CELL_CHARACTERS].encode("utf-8", "replace")
            self.texts.write(content)
            self.places.write(_PLACE.pack(self.size, len(content)))
            self.size += len(content)

    def _read(self, number: int) -> str:
        place = os.pread(self.places.fileno(), _PLACE.size, number * _PLACE.size) if number >= 0 else b""
        if len(place) < _PLACE.size:
            raise Unreadable("damaged_file")
        start, length = _PLACE.unpack(place)
        return os.pread(self.texts.fileno(), length, start).decode()


class SheetReader:
    """Handlers that turn the sheet's XML into rows; ``rows`` hands them out piece by piece."""

    def __init__(self, workbook: Workbook, strings: SharedStrings) -> None:
        self.workbook, self.strings = workbook, strings
        self.ready: list[RawRow] = []
        self.merges: list[Merge] = []  # written below all rows: complete when the last row is out
        self.hidden = False
        self.fonts: dict[tuple[int, str], str] = {}
        self.line = 0
        self.column = -1
        self.cells: list[RawCell] = []
        self.kind = "n"
        self.style: str | None = None
        self.gathered: list[str] = []
        self.length = 0
        self.wanted = self.has_formula = False
        self.phonetic = 0

    def rows(self, sheet: Sheet) -> Iterator[RawRow]:
        for _piece in chunks(self.workbook.archive, sheet.part, start=self.start, end=self.end, text=self.text):
            yield from self.ready
            self.ready.clear()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            place = attributes.get("r")
            self.column = column_of(place) if place else self.column + 1
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s")
            self.gathered, self.length, self.has_formula = [], 0, False
        elif tag == "row":
            self.line = int(attributes.get("r") or self.line + 1)
            self.hidden = attributes.get("hidden") in {"1", "true"} or attributes.get("ht") == "0"
            self.cells, self.column = [], -1
        elif tag == "mergeCell":
            self._keep_merge(attributes.get("ref", ""))
        elif tag == "f":
            self.has_formula = True
        elif tag == "rPh":
            self.phonetic += 1
        self.wanted = tag in {"v", "t"} and not self.phonetic

    def text(self, text: str) -> None:
        if self.wanted and self.length < limits.CELL_CHARACTERS:
            self.gathered.append(text)
            self.length += len(text)

    def end(self, tag: str) -> None:
        self.wanted = False
        if tag == "c":
            self._keep_cell()
        elif tag == "row":
            if any(cell is not None for cell in self.cells):
                self.ready.append((self.line, self.cells, self.hidden))
        elif tag == "rPh":
            self.phonetic -= 1

    def _keep_merge(self, reference: str) -> None:
        first, _colon, last = reference.partition(":")
        top, bottom, column = line_of(first), line_of(last), column_of(first)
        if bottom > top and column < limits.COLUMNS:
            self.merges.append((column, top, bottom))
        if len(self.merges) > limits.MERGES:
            raise Unreadable("too_heavy_file")

    def _keep_cell(self) -> None:
        if self.column >= limits.COLUMNS:
            return
        cell = self._cell("".join(self.gathered)[: limits.CELL_CHARACTERS])
        if cell is not None:
            self.cells.extend([None] * (self.column - len(self.cells)))
            self.cells[self.column :] = [cell]

    def _cell(self, text: str) -> RawCell:
        if self.kind == "s":
            return self._text_cell(self.strings.get(int(text))) if text else None
        if self.kind in {"str", "inlineStr"}:
            return self._text_cell(text)
        if self.kind == "e":
            return ["e", text]
        if text == "":
            return ["e", "formula"] if self.has_formula else None  # a formula that no program ever worked out
        if self.kind == "b":
            return ["b", text == "1"]
        return _iso_cell(text) if self.kind == "d" else self._number_cell(text)

    def _text_cell(self, text: str) -> RawCell:
        if not text.strip():
            return None
        font = "" if text.isascii() else self.workbook.styles.font(self.style)
        return ["f", text, font] if font[:3].lower() in {".vn", "vni"} else text

    def _number_cell(self, text: str) -> RawCell:
        number = float(text)
        if not math.isfinite(number):
            return text
        if self.workbook.styles.is_date(self.style):
            moment = date_of_serial(number, counts_from_1904=self.workbook.counts_from_1904)
            return ["n", number] if moment is None else date_cell(moment)
        shown = self.workbook.styles.shown(number, self.style)
        return ["n", number, shown] if shown and shown != number_text(number) else ["n", number]


def _iso_cell(text: str) -> RawCell:
    """A day; a time in some zone stays a text: which day that is here is still to be worked out."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if moment.tzinfo and moment.time() != time() else date_cell(moment.replace(tzinfo=None))


def column_of(place: str) -> int:
    """``AB12`` → 27."""
    number = 0
    for letter in place.upper():
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number - 1


def line_of(place: str) -> int:
    """``AB12`` → 12."""
    digits = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$").replace("$", "")
    return int(digits) if digits.isdigit() else 0
