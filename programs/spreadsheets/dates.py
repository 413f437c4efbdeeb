"""How spreadsheet programs count days, and which number formats show them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_CODE = re.compile(r'"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]|_.|\*.', re.IGNORECASE)


def is_date_format(number: int, code: str) -> bool:
    """Whether a number format shows a date or time: by its number where built in, else by its letters."""
    if not code:
        return number in _BUILT_IN_DATES
    letters = _NOT_CODE.sub("", code).split(";")[0].lower()
    return letters != "general" and any(letter in letters for letter in "dmyh")


def date_of_serial(serial: float, *, counts_from_1904: bool = False) -> date | datetime | None:
    """The day that ``serial`` counts to; nothing for the 29 February 1900 that Excel believes in, or beyond 9999."""
    if counts_from_1904:
        start = datetime(1904, 1, 1)
    elif 60 <= serial < 61:
        return None
    else:
        start = datetime(1899, 12, 30) if serial >= 61 else datetime(1899, 12, 31)
    try:
        moment = start + timedelta(days=serial)
    except OverflowError:
        return None
    seconds = round((moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds())
    moment = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(seconds=seconds)
    return moment if seconds else moment.date()
