"""Notes that readers attach to values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["info", "ask", "decide", "problem"]

# ``info`` tells what was done; at ``ask`` the value was taken, but a person should look at it; at ``decide`` it is
# not used before somebody said that it is right; with a ``problem`` no value was taken. ``read`` in a note is the
# value as it was, or would be, understood.
LEVELS: dict[str, Level] = {
    "cell_error": "problem",  # #N/A, #REF!, or a formula that was never worked out
    # dates
    "date_from_number": "info",  # a count of days
    "date_two_digit_year": "ask",
    "date_maybe_swapped": "decide",  # day and month, by a program that reads the month first
    "date_has_time": "decide",  # a day is written with a time: some programs shift it by some hours
    "date_month_first": "problem",
    "date_year_only": "problem",
    "date_no_such_day": "problem",
    "date_future": "problem",
    "date_too_old": "problem",
    "date_unreadable": "problem",
    # telephones
    "phone_zero_restored": "info",
    "phone_landline": "info",
    "phone_words_dropped": "info",
    "phone_shortened": "problem",  # 9.12E+08
    "phone_old_mobile": "problem",  # 11 digits
    "phone_renumbered": "problem",  # 11 digits, and what they became in 2018
    "phone_two": "problem",
    "phone_foreign": "problem",
    "phone_unreadable": "problem",
    # codes
    "code_float": "info",  # 79760501.0
    "code_zero_lost": "ask",  # shorter than the others
    "code_shortened": "problem",  # 7.97605E+11
    "code_personal_id": "problem",
    "code_unreadable": "problem",
    # names
    "name_cleaned": "info",  # invisible or doubled characters, accents in pieces
    "name_eth": "info",
    "name_decoded": "info",
    "name_recased": "info",
    "name_capitals": "info",
    "name_one_word": "ask",
    "name_remark": "decide",  # (KT), *, emoji: what stands beside a name is not repeated, it may be sensitive
    "name_lost_letters": "problem",  # Nguy?n
    "name_too_short": "problem",
    "name_digits": "problem",
    "name_too_long": "problem",
    # words
    "gender_unknown": "problem",
    "class_respelled": "info",
    "class_from_row": "info",  # of a heading above the pupils, the title, the sheet's name, the file's
    "class_from_title": "info",
    "class_from_sheet": "info",
    "class_from_file": "info",
    "class_decimal": "decide",  # 8.1 that may have been 8.10
    "class_became_date": "problem",  # 8/1 that a program took for the 8th of January
    "class_unknown": "problem",
}


@dataclass(frozen=True)
class Reading:
    """A value, or nothing where none could be taken, and notes: ``{"code", "value", …}``."""

    value: Any = None
    notes: list[dict] = field(default_factory=list)

    @property
    def is_problem(self) -> bool:
        return any(LEVELS[note["code"]] == "problem" for note in self.notes)


def note(code: str, value: object, **more: object) -> dict:
    """``value`` is the content of the cell; ``more`` is what the message about it needs."""
    if code not in LEVELS:
        raise KeyError(code)
    return {"code": code, "value": str(value), **more}


def problem(code: str, value: object, **more: object) -> Reading:
    """A reading without a value, and why."""
    return Reading(None, [note(code, value, **more)])
