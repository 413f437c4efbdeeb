"""A file's sheets and rows, for the portal. The file is opened by a process of its own (``child``)."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import IO

from programs.core.refusals import Refused
from programs.core.text import clean_text
from programs.spreadsheets import limits, process
from programs.spreadsheets.cells import EMPTY, Cell, Row, date_text, number_text
from programs.spreadsheets.legacy_vietnamese import Encoding, decode
from programs.spreadsheets.lost_letters import column_without_letters
from programs.spreadsheets.raw import RawCell
from programs.spreadsheets.refusing import refused

_ESCAPED = re.compile("_x(?!D[89A-F])([0-9A-F]{4})_", re.IGNORECASE)  # Excel's way to write what XML cannot


@dataclass(frozen=True)
class SheetInfo:
    """A sheet and its first rows. A text file has one, without a name."""

    name: str
    hidden: bool
    sample: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Workbook:
    kind: str
    sheets: list[SheetInfo] = field(default_factory=list)

    @property
    def visible(self) -> list[SheetInfo]:
        """The sheets to choose from; those that the school hid, if there are no others."""
        return [sheet for sheet in self.sheets if not sheet.hidden] or self.sheets


def open_table(path: Path | str, *, file_name: str) -> Workbook:
    """The sheets of the file at ``path``, or ``Refused``. ``file_name`` only tells people which file it was."""
    with tempfile.TemporaryFile() as unused:
        answer = _ask("list", path, into=unused)
    sheets = []
    for sheet in answer["sheets"]:
        writing = Writing.of(sheet)
        sample = tuple(_row(line, cells, hidden, writing) for line, cells, hidden in sheet["sample"])
        sheets.append(SheetInfo(clean_text(sheet["name"]) and sheet["name"], sheet["hidden"], sample))
    if not any(sheet.sample for sheet in sheets):
        raise refused("no_sheet")
    for sheet in sheets:
        if example := column_without_letters(sheet.sample):
            raise refused("lost_letters", value=example)
    return Workbook(answer["kind"], sheets)


class Rows:
    """The rows of one sheet, stored on disk: iterate as often as you like, close when done."""

    def __init__(self, spool: IO[bytes], answer: dict) -> None:
        self._spool = spool
        self.count: int = answer["count"]
        self.counts_from_1904: bool = answer["counts_from_1904"]
        self.writing = Writing.of(answer)
        self.merges: dict[int, list[tuple[int, int]]] = {}  # first row → columns, each with its last row
        for column, first, last in answer["merges"]:
            self.merges.setdefault(first, []).append((column, last))

    def __iter__(self) -> Iterator[Row]:
        """Merged cells are in each of their rows."""
        return self._filled() if self.merges else self._plain()

    def _filled(self) -> Iterator[Row]:
        going_on: dict[int, tuple[int, Cell]] = {}  # column → its last row, and what its first one says
        for row in self._plain():
            going_on = {column: (last, cell) for column, (last, cell) in going_on.items() if row.line <= last}
            merged = {column: cell for column, (_last, cell) in going_on.items() if row.cell(column).kind == "empty"}
            for column, last in self.merges.get(row.line, ()):
                going_on[column] = (last, row.cell(column))
            yield _with(row, merged) if merged else row

    def _plain(self) -> Iterator[Row]:
        place = 0
        while True:
            self._spool.seek(place)  # another loop over the same rows may have moved it
            line = self._spool.readline()
            if not line:
                return
            place += len(line)
            row = _row(*json.loads(line), self.writing)
            if not row.is_blank:
                yield row

    def __len__(self) -> int:
        return self.count

    def close(self) -> None:
        self._spool.close()

    def __del__(self) -> None:
        self.close()

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def read_rows(path: Path | str, *, file_name: str, sheet: str | None = None) -> Rows:
    """The rows of ``sheet`` that are not blank, or ``Refused``; without ``sheet`` those of the first visible one."""
    if sheet is None:
        sheet = open_table(path, file_name=file_name).visible[0].name
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the rows
    try:
        return Rows(spool, _ask("rows", path, sheet, into=spool))
    except Refused:
        spool.close()
        raise


def _ask(order: str, path: Path | str, *arguments: str, into: IO[bytes]) -> dict:
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the path is an argument, not a command
            process.command("programs.spreadsheets.child", order, str(Path(path).resolve()), *arguments),
            cwd=process.ROOT,
            env=process.environment(),
            stdin=subprocess.DEVNULL,
            stdout=into,
            stderr=subprocess.PIPE,
            timeout=limits.CHILD_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise refused("too_heavy_file") from error
    try:
        answer = json.loads(done.stderr)
    except ValueError:
        raise refused("too_heavy_file") from None  # it was killed, or ran out of what it may use
    if "refused" in answer:
        raise refused(answer["refused"])
    return answer


@dataclass(frozen=True)
class Writing:
    """The columns that are written in an old way; in those ``by_font`` only the cells in an old font."""

    encodings: dict[int, Encoding]
    by_font: frozenset[int]

    @classmethod
    def of(cls, answer: dict) -> Writing:
        encodings = {int(index): encoding for index, encoding in answer["encodings"].items()}
        return cls(encodings, frozenset(answer["by_font"]))


# --- Cells ----------------------------------------------------------------------------------------
def _row(line: int, cells: list[RawCell], hidden: int, writing: Writing) -> Row:
    if not writing.encodings:
        return Row(line, tuple(_cell(cell, None, False) for cell in cells), bool(hidden))
    return Row(
        line,
        tuple(_cell(cell, writing.encodings.get(index), index in writing.by_font) for index, cell in enumerate(cells)),
        bool(hidden),
    )


def _with(row: Row, merged: dict[int, Cell]) -> Row:
    cells = list(row.cells) + [EMPTY] * (max(merged) + 1 - len(row.cells))
    for column, cell in merged.items():
        cells[column] = cell
    return Row(row.line, tuple(cells), row.hidden, frozenset(merged))


def _cell(cell: RawCell, encoding: Encoding | None, by_font: bool) -> Cell:
    if cell is None:
        return EMPTY
    if isinstance(cell, str):
        return _text_cell(cell, None if by_font else encoding)
    kind, value = cell[0], cell[1]
    if kind == "f":
        return _text_cell(value, encoding)
    if kind == "n":
        return Cell("number", cell[2] if len(cell) > 2 else number_text(value), value)
    if kind == "d":
        moment = _moment(value)
        return Cell("date", date_text(moment), moment)
    if kind == "b":
        return Cell("bool", "TRUE" if value else "FALSE", value)
    return Cell("error", value, value)


@lru_cache(maxsize=4096)
def _text_cell(text: str, encoding: Encoding | None) -> Cell:
    decoded = decode(text, encoding) if encoding else text
    if "_x" in decoded:
        decoded = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), decoded)
    cleaned = clean_text(decoded)
    if not cleaned:
        return EMPTY
    return Cell("text", cleaned, cleaned, "" if cleaned == text.strip(" ") else text)


def _moment(value: str) -> date | datetime | time:
    if "T" in value:
        return datetime.fromisoformat(value)
    return time.fromisoformat(value) if ":" in value else date.fromisoformat(value)
