"""The row format between the reader process and the portal: plain values that JSON can carry.

A cell is nothing (empty), a text, ``["f", text, font]``, ``["n", number]`` or ``["n", number, as it is shown]``,
``["d", ISO date]``, ``["b", truth]`` or ``["e", what is wrong]``. A row is its number, its cells, and whether the
file hides it. A merge is a column, its first row and its last.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

RawCell = None | str | list
RawRow = tuple[int, list[RawCell], bool]
Merge = tuple[int, int, int]


def date_cell(value: date | datetime | time) -> RawCell:
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return ["d", value.isoformat()]


def raw_cell(value: object) -> RawCell:
    """What another reader gives for a cell."""
    if isinstance(value, bool):
        return ["b", value]
    if isinstance(value, int | float):
        return ["n", value]
    if isinstance(value, date | datetime | time):
        return date_cell(value)
    if isinstance(value, timedelta):
        return ["n", value / timedelta(days=1)]
    text = str(value) if value is not None else ""
    return text if text.strip() else None
