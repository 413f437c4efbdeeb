"""CSV and TSV: detect encoding and separator, then read row by row."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from programs.spreadsheets import limits
from programs.spreadsheets.kinds import Unreadable, utf16_without_mark
from programs.spreadsheets.legacy_vietnamese import western_text
from programs.spreadsheets.raw import RawCell, RawRow

_CHUNK = 64 * 1024
_SEPARATORS = ",;\t|"
_SAMPLE = 64 * 1024
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


WESTERN = "western"  # one byte per letter: the words in the columns show which legacy encoding it is


def encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    if encoding := utf16_without_mark(head):
        return encoding
    return "utf-8" if _is_utf8(path) else WESTERN


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def open_text(path: Path, encoding: str) -> io.TextIOBase:
    if encoding == WESTERN:
        return _WesternFile(path)
    return path.open(encoding=encoding, newline="")


class _WesternFile(io.TextIOWrapper):
    """A text file of Windows-1252 in which no byte is an error."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), encoding="latin-1", newline="")

    # The types of Python's library say that a text file's lines are bytes.
    def readline(self, size: int = -1) -> str:  # type: ignore[override]
        return western_text(super().readline(size).encode("latin-1"))

    def read(self, size: int | None = -1) -> str:
        return western_text(super().read(size).encode("latin-1"))

    def __next__(self) -> str:  # type: ignore[override]
        line = self.readline()
        if not line:
            raise StopIteration
        return line


def separator_of(sample: str) -> str:
    """The separator that cuts most lines into the same number of cells, more than one."""
    best, best_score = ",", (0.0, 0)
    for separator in _SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row]
        except csv.Error:
            continue
        counts = Counter(width for width in widths if width > 1)
        if counts:
            width, times = counts.most_common(1)[0]
            best, best_score = max((best, best_score), (separator, (times / len(widths), width)), key=lambda it: it[1])
    return best


class DelimitedFile:
    """A text file looks like a workbook with one nameless sheet."""

    counts_from_1904 = False

    def __init__(self, path: Path) -> None:
        self.path, self.encoding = path, encoding_of(path)

    def rows(self) -> Iterator[RawRow]:
        csv.field_size_limit(_SAMPLE * 2)
        try:
            with open_text(self.path, self.encoding) as file:
                yield from self._rows(file)
        except csv.Error as error:  # a quotation mark that is never closed swallows the rest of the file
            raise Unreadable("open_quote") from error
        except UnicodeDecodeError as error:
            raise Unreadable("damaged_file") from error

    def _rows(self, file: io.TextIOBase) -> Iterator[RawRow]:
        sample = file.read(_SAMPLE)
        separator, told = _told_separator(sample)
        file.seek(0)
        for line, cells in enumerate(csv.reader(file, delimiter=separator), start=1):
            if told and line == 1:
                continue
            kept: list[RawCell] = [
                cell[: limits.CELL_CHARACTERS] if cell.strip() else None for cell in cells[: limits.COLUMNS]
            ]
            if any(cell is not None for cell in kept):
                yield line, kept, False


def _told_separator(sample: str) -> tuple[str, bool]:
    """The separator, and whether a first line ``sep=;`` told it."""
    first = sample.lstrip("\ufeff").split("\n", 1)[0].strip().strip('"').lower()
    if first.startswith("sep=") and len(first) == 5:
        return first[4], True
    return separator_of(sample[: sample.rfind("\n") + 1] or sample), False
