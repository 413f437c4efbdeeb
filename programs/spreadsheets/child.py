"""The process that opens a stranger's file: little memory, little time, no secrets, no network of its own making.

``python -m programs.spreadsheets.child list PATH`` or ``… rows PATH SHEET``. Rows go to stdout as JSON lines,
one summary goes to stderr. If this process is killed, nothing else is affected.
"""

from __future__ import annotations

import errno
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import cast
from xml.parsers.expat import ExpatError

from programs.spreadsheets import limits
from programs.spreadsheets.binary import BinaryWorkbook
from programs.spreadsheets.delimited import WESTERN, DelimitedFile
from programs.spreadsheets.kinds import FileKind, Unreadable, kind_of
from programs.spreadsheets.legacy_vietnamese import Evidence
from programs.spreadsheets.process import tie_hands
from programs.spreadsheets.raw import Merge, RawCell, RawRow
from programs.spreadsheets.workbook import Sheet, Workbook
from programs.spreadsheets.worksheet import SharedStrings, SheetReader

TEXT_SHEET = Sheet("", hidden=False)


class Source:
    """One way to ask for the sheets and rows of a file of any kind."""

    def __init__(self, path: Path) -> None:
        self.kind = kind_of(path)
        self.strings: SharedStrings | None = None
        self.reader: SheetReader | None = None
        self.book = _book(path, self.kind)
        self.sheets = [TEXT_SHEET] if isinstance(self.book, DelimitedFile) else self.book.sheets[: limits.SHEETS]

    def rows(self, sheet: Sheet) -> Iterator[RawRow]:
        if isinstance(self.book, DelimitedFile):
            return self.book.rows()
        if isinstance(self.book, Workbook):
            self.strings = self.strings or SharedStrings(self.book)
            self.reader = SheetReader(self.book, self.strings)
            return self.reader.rows(sheet)
        return self.book.rows(sheet)

    @property
    def merges(self) -> list[Merge]:
        """Of the sheet that was read to its end."""
        if self.reader:
            return self.reader.merges
        return self.book.merges if isinstance(self.book, BinaryWorkbook) else []

    def columns(self) -> Columns:
        return Columns(of_one_kind=isinstance(self.book, DelimitedFile) and self.book.encoding == WESTERN)

    def sheet(self, name: str) -> Sheet:
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise Unreadable("no_such_sheet")


def _book(path: Path, kind: FileKind) -> DelimitedFile | Workbook | BinaryWorkbook:
    if kind == "text":
        return DelimitedFile(path)
    return Workbook(path) if kind == "xlsx" else BinaryWorkbook(path, kind)


class Columns:
    """What the words of each column say about the way in which they are written.

    A sheet may hold columns of different fonts; ``of_one_kind``: a text file of one-byte letters cannot.
    """

    def __init__(self, *, of_one_kind: bool) -> None:
        self.of_one_kind = of_one_kind
        self.evidence: dict[int, Evidence] = {}

    def look(self, cells: list[RawCell]) -> None:
        for index, cell in enumerate(cells):
            if isinstance(cell, str):
                text, font = cell, ""
            elif cell is not None and cell[0] == "f":
                text, font = cell[1], cell[2]
            else:
                continue
            if not text.isascii():
                self.evidence.setdefault(index, Evidence()).add(text, font=font)

    def verdicts(self) -> dict:
        """The old writing of each column that has one, and those columns of which the font tells it cell by cell."""
        whole = Evidence()
        for evidence in self.evidence.values():
            whole.merge(evidence)
        prior = whole.verdict()
        if self.of_one_kind:
            return {"encodings": dict.fromkeys(self.evidence, prior) if prior else {}, "by_font": []}
        found = {index: evidence.verdict(prior=prior) for index, evidence in self.evidence.items()}
        encodings = {index: encoding for index, encoding in found.items() if encoding}
        by_font = [index for index in encodings if self.evidence[index].is_told_by_font(encodings[index])]
        return {"encodings": encodings, "by_font": by_font}


def list_sheets(source: Source) -> dict:
    listed = []
    for sheet in source.sheets:
        sample, columns = [], source.columns()
        for line, cells, hidden in source.rows(sheet):
            columns.look(cells)
            sample.append([line, cells, int(hidden)])
            if len(sample) == limits.SAMPLE_ROWS:
                break
        listed.append({"name": sheet.name, "hidden": sheet.hidden, "sample": sample} | columns.verdicts())
    return {"kind": source.kind, "sheets": listed}


def spool_rows(source: Source, name: str) -> dict:
    columns, count = source.columns(), 0
    write = sys.stdout.write
    for line, cells, hidden in source.rows(source.sheet(name)):
        count += 1
        if count > limits.ROWS + limits.TITLE_ROWS:
            raise Unreadable("too_many_rows")
        columns.look(cells)
        write(json.dumps([line, cells, int(hidden)], ensure_ascii=False, separators=(",", ":")) + "\n")
    told = {"count": count, "counts_from_1904": source.book.counts_from_1904, "merges": source.merges}
    return told | columns.verdicts()


def main(order: str, path: str, name: str = "") -> dict:
    try:
        source = Source(Path(path))
        return list_sheets(source) if order == "list" else spool_rows(source, name)
    except Unreadable as refusal:
        return {"refused": str(refusal)}
    except MemoryError:
        return {"refused": "too_heavy_file"}
    except OSError as error:
        return {"refused": "too_heavy_file" if error.errno == errno.EFBIG else "damaged_file"}
    except (zipfile.BadZipFile, zlib.error, ExpatError, EOFError, ValueError, LookupError, TypeError):
        return {"refused": "damaged_file"}


def _peak_kilobytes() -> int:
    """The most memory that this program has held; what started it, which ``getrusage`` counts too, is not in it."""
    status = Path("/proc/self/status")
    return int(status.read_text().split("VmHWM:")[1].split()[0]) if status.exists() else 0


if __name__ == "__main__":
    tie_hands(memory=limits.CHILD_MEMORY, cpu_seconds=limits.CHILD_CPU_SECONDS, file_bytes=limits.SPOOL_BYTES)
    cast(TextIOWrapper, sys.stdout).reconfigure(encoding="utf-8", errors="replace", newline="\n")
    answer = main(*sys.argv[1:]) | {"peak_kb": _peak_kilobytes()}
    sys.stdout.flush()
    sys.stderr.write(json.dumps(answer, ensure_ascii=True))
