"""Write tables as XLSX files: prepared data in, bytes out. Rows are written as they come, so memory stays small."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from programs.core.text import clean_text
from programs.spreadsheets.formulas import starts_a_formula

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_A4 = 9  # the number of this paper in the format
_NAVY = "0D2340"
_LINE = Side(style="thin", color="C9D1DA")
_WRAP = Alignment(vertical="top", wrap_text=True)
_NUMBER = "#,##0"
_SHARE = "0.0%"
_DATE = "dd/mm/yyyy"


@dataclass(frozen=True)
class Column:
    title: str | Promise
    width: int
    kind: str = "text"  # text, number, share (of 1) or date


@dataclass(frozen=True)
class Sheet:
    """``total`` is shown under the rows, column by column; empty where nothing is summed."""

    name: str | Promise
    title: str
    notes: Sequence[str]
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]
    total: Sequence[object] = field(default_factory=list)


def write_xlsx(sheets: Sequence[Sheet], *, moment: datetime) -> IO[bytes]:
    """A temporary file, ready to be read from its beginning."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write(book, sheet, moment)
    target = TemporaryFile()  # noqa: SIM115 - the response closes it when the last byte has left
    book.save(target)
    target.seek(0)
    return target


def _write(book: Workbook, sheet: Sheet, moment: datetime) -> None:
    page = book.create_sheet(_safe(str(sheet.name))[:31])
    head = [*sheet.notes, _("Exported at {moment}").format(moment=f"{timezone.localtime(moment):%H:%M %d/%m/%Y}")]
    for number, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    page.freeze_panes = f"A{len(head) + 4}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = _A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{len(head) + 3}:{len(head) + 3}"
    page.append([_styled(page, sheet.title, font=Font(bold=True, size=15, color=_NAVY))])
    for line in head:
        page.append([_styled(page, line, font=Font(color="5A6675"))])
    page.append([])
    page.append([_heading(page, column) for column in sheet.columns])
    for row in sheet.rows:
        page.append([_value(page, value, column) for value, column in zip(row, sheet.columns, strict=True)])
    if sheet.total:
        page.append(
            [_value(page, value, column, bold=True) for value, column in zip(sheet.total, sheet.columns, strict=True)]
        )


def _safe(text: str) -> str:
    """Without control characters, which a sheet cannot hold."""
    return clean_text(text)


def _text(page, text: str) -> Cell:
    """Always text: what a person typed never becomes a formula, here or when the cell is edited later."""
    safe = _safe(text)
    cell = WriteOnlyCell(page, value=safe)
    cell.data_type = "s"
    cell.quotePrefix = starts_a_formula(safe)
    return cell


def _styled(page, text: str, *, font: Font) -> Cell:
    cell = _text(page, text)
    cell.font = font
    return cell


def _heading(page, column: Column) -> Cell:
    cell = _styled(page, str(column.title), font=Font(bold=True, color="FFFFFF"))
    cell.fill = PatternFill("solid", fgColor=_NAVY)
    cell.alignment = Alignment(vertical="center", wrap_text=True, horizontal=None if column.kind == "text" else "right")
    return cell


def _value(page, value: object, column: Column, *, bold: bool = False) -> Cell | None:
    if value is None or value == "":
        return None
    cell = _text(page, str(value)) if isinstance(value, str | Promise) else _figure(page, value, column)
    if isinstance(value, str | Promise):
        cell.alignment = _WRAP
    if bold:
        cell.font = Font(bold=True)
        cell.border = Border(top=_LINE)
    return cell


def _figure(page, value: Any, column: Column) -> Cell:
    cell = WriteOnlyCell(page, value=value)
    cell.number_format = {"share": _SHARE, "date": _DATE}.get(column.kind, _NUMBER)
    cell.alignment = Alignment(vertical="top", horizontal="right")
    return cell
