"""Cells of the tables that leave the portal: what somebody typed never becomes a formula in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.utils.functional import Promise

# A tab and a carriage return are passed over by spreadsheets, which then read what follows.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def starts_a_formula(text: str) -> bool:
    """Whether a spreadsheet would take ``text`` for a formula."""
    return text.startswith(FORMULA_STARTS)


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """The rows as CSV; a text that a spreadsheet would take for a formula begins with an apostrophe."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([[_cell(value) for value in row] for row in rows])
    return written.getvalue()


def _cell(value: object) -> object:
    """Numbers stay numbers: a minus is no formula there."""
    if not isinstance(value, str | Promise):
        return value
    text = str(value)
    return f"'{text}" if starts_a_formula(text) else text
