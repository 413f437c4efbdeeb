"""The data model of a spreadsheet that has been read: rows of typed cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

Kind = Literal["text", "number", "date", "bool", "error", "empty"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``text`` is cleaned (NFC, legacy fonts decoded) and written as a person would;
    ``value`` is the number, date or truth value behind it. ``raw`` is the text as the file has it, where reading it changed more than spaces at its ends.
    """

    kind: Kind
    text: str = ""
    value: str | int | float | bool | date | time | None = None
    raw: str = ""


EMPTY = Cell("empty")


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its number as the spreadsheet program shows it (in a text file: the line of its first character).

    ``hidden``: by a filter, a closed group or by hand. ``merged``: the columns whose cell continues the one above.
    """

    line: int
    cells: tuple[Cell, ...]
    hidden: bool = False
    merged: frozenset[int] = frozenset()

    def cell(self, index: int) -> Cell:
        return self.cells[index] if 0 <= index < len(self.cells) else EMPTY

    @property
    def is_blank(self) -> bool:
        return all(cell.kind == "empty" for cell in self.cells)

    @property
    def texts(self) -> list[str]:
        """The texts of the cells that are not empty."""
        return [cell.text for cell in self.cells if cell.kind != "empty"]


def number_text(value: float) -> str:
    """A number as plain digits: never ``9.12E+08``, and no ``.0`` that a spreadsheet program would not show."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return repr(value)


def date_text(value: date | datetime | time) -> str:
    """dd/mm/yyyy; a time of day only where there is one."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    day = f"{value.day:02d}/{value.month:02d}/{value.year}"
    if isinstance(value, datetime) and value.time() != time():
        return f"{day} {value:%H:%M}"
    return day
