"""Spreadsheets as schools have them: XLSX, XLS, ODS, CSV; any header, any old font; in bounded memory.

``open_table`` lists the sheets, ``read_rows`` returns the rows, ``suggest_header`` finds the columns, ``read_*`` read
the cells. What cannot be read is ``Refused`` with what to do next.
"""

from __future__ import annotations

from programs.spreadsheets.birthdays import DateColumn, read_date
from programs.spreadsheets.cells import EMPTY, Cell, Row
from programs.spreadsheets.codes import CodeColumn, read_code
from programs.spreadsheets.headers import (
    Column,
    Header,
    Vocabulary,
    header_at,
    is_footer,
    is_header_again,
    suggest_header,
    suggest_sheet,
)
from programs.spreadsheets.names import join_name, read_name
from programs.spreadsheets.notes import LEVELS, Reading
from programs.spreadsheets.reading import Rows, SheetInfo, Workbook, open_table, read_rows
from programs.spreadsheets.telephones import read_phone

__all__ = [
    "EMPTY", "LEVELS", "Cell", "CodeColumn", "Column", "DateColumn", "Header", "Reading", "Row", "Rows", "SheetInfo",
    "Vocabulary", "Workbook", "header_at", "is_footer", "is_header_again", "join_name", "open_table", "read_code",
    "read_date", "read_name", "read_phone", "read_rows", "suggest_header", "suggest_sheet",
]  # fmt: skip
