"""Cells as codes: opaque text, which spreadsheets tend to turn into numbers."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from programs.spreadsheets.cells import Cell
from programs.spreadsheets.notes import Reading, note, problem

_EXPONENT = re.compile(r"\d+(?:[.,]\d+)?[eE][+-]?\d+")
_FLOAT = re.compile(r"(\d+)[.,]0+")
_CODE = re.compile(r"[\w./\-]+(?: [\w./\-]+)*")
_EXACT = 10**15  # spreadsheets lose the last digits of longer numbers
# A citizen's number: province 001 to 096, century and sex, two digits of the year, six of the person.
_PERSONAL_ID = re.compile(r"0(?:0[1-9]|[1-8]\d|9[0-6])[0-3]\d{8}")
_LOST_AT_MOST = 3  # zeros


def is_personal_id(code: str) -> bool:
    """Whether ``code`` is built like the number of a citizen's identity card, with or without its first zeros."""
    return code.isdigit() and 10 < len(code) <= 12 and bool(_PERSONAL_ID.fullmatch(code.zfill(12)))


def masked(code: str) -> str:
    """The first three characters: enough to find the row, too little to know the number."""
    return code[:3] + "*" * (len(code) - 3)


def read_code(cell: Cell) -> Reading:
    """A code as text. A citizen's number is not a code that the portal may know: it is refused and not repeated."""
    if cell.kind == "empty":
        return Reading()
    if cell.kind == "error":
        return problem("cell_error", cell.text)
    text = unicodedata.normalize("NFKC", cell.text).strip("'’` ")
    notes = []
    number = cell.value if cell.kind == "number" and isinstance(cell.value, int | float) else 0
    if _EXPONENT.fullmatch(text) or abs(number) >= _EXACT:
        return problem("code_shortened", cell.text)
    if found := _FLOAT.fullmatch(text):
        text = found.group(1)
        notes.append(note("code_float", cell.text, read=text))
    if is_personal_id(re.sub(r"[\s.\-]", "", text)):
        return problem("code_personal_id", masked(text))
    if cell.kind not in {"text", "number"} or not _CODE.fullmatch(text) or (cell.kind == "number" and "." in text):
        return problem("code_unreadable", cell.text)
    return Reading(text, notes)


class CodeColumn:
    """A column of codes: one that is shorter than the others may have lost its zeros."""

    def __init__(self, cells: Iterable[Cell] = ()) -> None:
        self.widths: Counter[int] = Counter()
        for cell in cells:
            self.look(cell)

    def look(self, cell: Cell) -> None:
        found = _FLOAT.fullmatch(cell.text)
        text = found.group(1) if found else cell.text
        if text.isascii() and text.isdigit():
            self.widths[len(text)] += 1

    @property
    def usual_width(self) -> int | None:
        """The width of most codes that are numbers, if most have one."""
        if not self.widths:
            return None
        width, times = self.widths.most_common(1)[0]
        return width if times >= 3 and times * 10 >= self.widths.total() * 6 else None

    def read(self, cell: Cell) -> Reading:
        reading = read_code(cell)
        code, width = reading.value, self.usual_width
        if not code or not width or not code.isdigit() or not 0 < width - len(code) <= _LOST_AT_MOST:
            return reading
        return Reading(code, [*reading.notes, note("code_zero_lost", cell.text, read=code.zfill(width), width=width)])
