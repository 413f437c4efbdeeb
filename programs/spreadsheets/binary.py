"""XLS, XLSB and ODS through calamine, which loads a sheet whole: the process around it has a limit of memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from programs.spreadsheets import limits
from programs.spreadsheets.kinds import FileKind, Unreadable
from programs.spreadsheets.raw import Merge, RawRow, raw_cell
from programs.spreadsheets.workbook import Sheet


class BinaryWorkbook:
    def __init__(self, path: Path, kind: FileKind) -> None:
        try:
            # calamine relies on the file extension, and without one reports a locked file as damaged.
            with tempfile.TemporaryDirectory() as folder:
                named = Path(folder) / f"book.{kind}"
                named.symlink_to(path.resolve())
                self.book = CalamineWorkbook.from_path(named)
        except PasswordError as error:
            raise Unreadable("encrypted_file") from error
        except CalamineError as error:
            raise Unreadable("damaged_file") from error
        self.counts_from_1904 = False
        self.merges: list[Merge] = []  # of the sheet that was read last
        self.sheets = [
            Sheet(sheet.name, sheet.visible != SheetVisibleEnum.Visible)
            for sheet in self.book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def rows(self, sheet: Sheet) -> Iterator[RawRow]:
        try:
            table = self.book.get_sheet_by_name(sheet.name)
        except CalamineError as error:
            raise Unreadable("damaged_file") from error
        first = (table.start or (0, 0))[0]
        ranges = table.merged_cell_ranges or []
        self.merges = [
            (column, top + 1, bottom + 1)
            for (top, column), (bottom, _column) in ranges[: limits.MERGES]
            if bottom > top and column < limits.COLUMNS
        ]
        for line, values in enumerate(table.iter_rows(), start=first + 1):
            cells = [raw_cell(value) for value in values[: limits.COLUMNS]]
            if any(cell is not None for cell in cells):
                yield line, cells, False
