"""What a reader of a value has to say about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["info", "ask", "problem"]

# Notes that were worth telling but changed nothing of the meaning are ``info``; ``ask`` means that a person should
# look before the row goes in; with a ``problem`` the value was not taken.
LEVELS: dict[str, Level] = {
    # dates
    "date_year_only": "problem",
    "date_two_digit_year": "ask",
    "date_month_first": "problem",
    "date_no_such_day": "problem",
    "date_unreadable": "problem",
    "date_from_number": "info",
    "date_future": "problem",
    "date_too_old": "problem",
    # telephones
    "phone_zero_restored": "info",
    "phone_shortened": "problem",
    "phone_old_mobile": "problem",
    "phone_two": "problem",
    "phone_landline": "info",
    "phone_unreadable": "problem",
    "phone_foreign": "problem",
    # codes
    "code_was_number": "ask",
    "code_float": "ask",
    "code_shortened": "problem",
    "code_zero_lost": "ask",
    "code_personal_id": "problem",
    "code_too_long": "problem",
    # names
    "name_eth": "info",
    "name_cleaned": "info",
    "name_capitals": "info",
    "name_recased": "info",
    "name_decoded": "info",
    "name_digits": "problem",
    "name_one_word": "ask",
    "name_too_long": "problem",
    # words
    "gender_unknown": "problem",
    "class_unknown": "problem",
    "class_respelled": "info",
    # any
    "cell_error": "problem",
    "missing": "problem",
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
    """``value`` is what stood in the file; ``more`` is what the sentence about it needs."""
    assert code in LEVELS, code
    return {"code": code, "value": str(value), **more}
