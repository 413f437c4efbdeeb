"""What a preview says of a row, in the reader's language: what was cleaned, what is wrong and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from programs.core.phones import show_phone
from programs.pupils.choices import Gender
from programs.rosters import rules
from programs.rosters.choices import RowDecision
from programs.rosters.models import RosterRow
from programs.spreadsheets import LEVELS

FIELD_NAMES: dict[str, str | Promise] = {
    "external_id": gettext_lazy("Pupil ID"),
    "full_name": gettext_lazy("Full name"),
    "last_middle_name": gettext_lazy("Family and middle name"),
    "given_name": gettext_lazy("Given name"),
    "birth_date": gettext_lazy("Date of birth"),
    "gender": gettext_lazy("Gender"),
    "class_name": pgettext_lazy("of pupils", "Class"),
    "guardian_name": gettext_lazy("Guardian"),
    "guardian_phone": gettext_lazy("Guardian phone"),
    "source": gettext_lazy("Source"),
    "left_on": gettext_lazy("Left the school on"),
}

SENTENCES: dict[str, str | Promise] = {
    # dates
    "date_year_only": gettext_lazy("“{value}” is only a year. Type the full date, such as 05/09/2012."),
    "date_two_digit_year": gettext_lazy("“{value}” has a two-digit year; it was read as {read}. Please check."),
    "date_month_first": gettext_lazy(
        "“{value}” has the month first. If you mean {read}, type it that way, with the day before the month."
    ),
    "date_no_such_day": gettext_lazy("There is no such date: “{value}”. Correct it."),
    "date_unreadable": gettext_lazy("“{value}” is not a date. Type it as day/month/year, such as 05/09/2012."),
    "date_from_number": gettext_lazy("The number {value} is how the spreadsheet stores a date; it was read as {read}."),
    "date_future": gettext_lazy("“{value}” is in the future. Correct the date."),
    "date_too_old": gettext_lazy("“{value}” is too long ago for a pupil. Correct the date."),
    "date_maybe_swapped": gettext_lazy(
        "The day and month of “{value}” may have been swapped by a program that puts the month first: is it "
        "{read}? If so, correct the date in the file."
    ),
    # telephones
    "phone_zero_restored": gettext_lazy("“{value}” had lost its leading zero; it was restored."),
    "phone_shortened": gettext_lazy("The spreadsheet shortened the number to “{value}”. Type all its digits as text."),
    "phone_old_mobile": gettext_lazy(
        "“{value}” is an 11-digit number; these stopped working in 2018. Ask for the new one."
    ),
    "phone_renumbered": gettext_lazy(
        "“{value}” is an 11-digit number; these stopped working in 2018. Today it would be {read}: check with "
        "the family, then type it."
    ),
    "phone_words_dropped": gettext_lazy("Only the number {read} was kept from “{value}”."),
    "phone_two": gettext_lazy("There are two numbers in one cell: “{value}”. Keep one."),
    "phone_landline": gettext_lazy("“{value}” is a landline and cannot receive messages."),
    "phone_unreadable": gettext_lazy("“{value}” is not a complete phone number. The row will be imported without it."),
    "phone_foreign": gettext_lazy("“{value}” is a foreign number; only Vietnamese numbers can be stored."),
    # identifiers
    "code_float": gettext_lazy("“{value}” had become a decimal number; it was read as {read}. Please compare."),
    "code_shortened": gettext_lazy(
        "The spreadsheet shortened the identifier to “{value}”. Type all its digits as text."
    ),
    "code_zero_lost": gettext_lazy("“{value}” is shorter than the other identifiers: a leading zero may be missing."),
    "code_personal_id": gettext_lazy(
        "This looks like the 12 digits of an identity card, which the portal must not store. Use the identifier "
        "from the register."
    ),
    "code_unreadable": gettext_lazy("“{value}” is not an identifier. Type the one in your register."),
    # names
    "name_eth": gettext_lazy("“Ð” was the Icelandic letter; it was replaced by the Vietnamese “Đ”."),
    "name_cleaned": gettext_lazy("Invisible or repeated characters were removed from “{value}”."),
    "name_capitals": gettext_lazy("The name is in capitals and was left that way."),
    "name_recased": gettext_lazy("“{value}” was in capitals."),
    "name_decoded": gettext_lazy("The name was typed in an old font; compare it with the file."),
    "name_digits": gettext_lazy("“{value}” contains digits or symbols. Correct the name."),
    "name_one_word": gettext_lazy("The name is only one word: “{value}”. Is the rest in another column?"),
    "name_too_long": gettext_lazy("The name is too long to be stored: “{value}”."),
    # words
    "gender_unknown": gettext_lazy("“{value}” is neither Nam nor Nữ. The row will be imported without it."),
    "class_unknown": gettext_lazy("“{value}” is not a class name we can read. Include the grade, such as 8A1."),
    "class_became_date": gettext_lazy(
        "The spreadsheet turned the class into a date: {value}. If you mean {read}, type it as text."
    ),
    "class_respelled": gettext_lazy("“{value}” is written as {read} on the portal."),
    "other_class": gettext_lazy("This row is for class {value}, but you said the file is for a single other class."),
    # any
    "cell_error": gettext_lazy("The cell shows the spreadsheet error {value}. Correct it in the file."),
    "missing": gettext_lazy("The cell is empty. Fill it in."),
    "too_long": gettext_lazy("Longer than the {most} characters that can be stored: “{value}”."),
    # compared with the roll
    rules.OTHER_NAME: gettext_lazy("On your roll this identifier belongs to {value}. Is this the same pupil?"),
    rules.OTHER_IDENTIFIER: gettext_lazy(
        "A pupil with this name and date of birth is on your roll with the identifier {value}. Is this the same pupil?"
    ),
    rules.TWICE: gettext_lazy("This pupil is also in row {lines}. Use one of the rows."),
    rules.SAME_NAME: gettext_lazy(
        "The name and date of birth are the same as in row {lines}, but the identifier is not."
    ),
    rules.ELSEWHERE: gettext_lazy(
        "This identifier is still on the roll of another school. When you import, that school is asked to "
        "release the pupil; until then the row waits."
    ),
    rules.CHANGED: gettext_lazy("The roll changed after the preview, so this row was not imported. Compare it again."),
    rules.ERASED: gettext_lazy(
        "The data of the pupil with this identifier was erased on request. Only add the pupil again with new consent."
    ),
    "merged_before": gettext_lazy("{value} is an old identifier of this pupil; the two records were merged."),
    "identifier_elsewhere": gettext_lazy(
        "The identifier {value} is known, but not with this name and date of birth. Check it in the register."
    ),
    "moves_here": gettext_lazy(
        "The pupil's former school has released the identifier; the pupil moves to your school."
    ),
}

QUESTIONS: dict[str, str | Promise] = {
    rules.OTHER_NAME: gettext_lazy("Known identifier, different name"),
    rules.OTHER_IDENTIFIER: gettext_lazy("Known name and date of birth, different identifier"),
    rules.TWICE: gettext_lazy("The same identifier in several rows"),
    rules.SAME_NAME: gettext_lazy("The same name and date of birth in several rows"),
    rules.ELSEWHERE: gettext_lazy("Still on the roll of another school"),
    rules.CHANGED: gettext_lazy("Changed since the preview"),
    rules.ERASED: gettext_lazy("Previously erased on request"),
}
ANSWER_WORDS: dict[tuple[str, str], str | Promise] = {
    (rules.TWICE, RowDecision.SAME_PERSON): gettext_lazy("Use this row"),
}
ALL_ANSWER_WORDS: dict[tuple[str, str], str | Promise] = {
    (rules.TWICE, RowDecision.SAME_PERSON): gettext_lazy("Use the first row of each, leave out the others"),
}


@dataclass(frozen=True)
class Remark:
    """``kind`` is what it looks like: ``no`` (left out), ``wait`` (look at it), ``info``."""

    text: str
    kind: str
    field: str


@dataclass(frozen=True)
class Change:
    field: str
    before: str
    after: str


def remarks_of(row: RosterRow) -> list[Remark]:
    return [Remark(_sentence(note), _kind(note), _field(note.get("field", ""))) for note in row.notes]


def _sentence(note: dict) -> str:
    sentence = SENTENCES.get(note["code"])
    if sentence is None:
        return note["code"]
    told = {name: _shown(name, value) for name, value in note.items()}
    return str(sentence).format_map({"value": "", "read": "", "lines": "", "most": ""} | told)


def _shown(name: str, value: object) -> str:
    return ", ".join(map(str, value)) if name == "lines" and isinstance(value, list) else str(value)


def _kind(note: dict) -> str:
    if note.get("fatal"):
        return "no"
    if note["code"] in rules.ANSWERS or LEVELS.get(note["code"]) in ("ask", "problem"):
        return "wait"
    return "no" if note["code"] == "identifier_elsewhere" else "info"


def _field(name: str) -> str:
    return str(FIELD_NAMES.get(name, ""))


def changes_of(row: RosterRow) -> list[Change]:
    return [
        Change(_field(name), _fact(name, before), _fact(name, after)) for name, (before, after) in row.changes.items()
    ]


def _fact(name: str, value: str) -> str:
    """A fact as people read it."""
    if not value:
        return "–"
    if name in ("birth_date", "left_on"):
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    if name == "gender":
        return str(Gender(value).label)
    return show_phone(value) if name == "guardian_phone" else value


def facts_shown(row: RosterRow) -> dict[str, str]:
    """The cleaned facts of a row for a list: name, identifier, class, birthday, gender, guardian."""
    facts = row.facts
    names = ("full_name", "external_id", "class_name", "birth_date", "gender", "guardian_name", "guardian_phone")
    return {name: _fact(name, str(facts.get(name) or "")) for name in names}


def answers_of(question: str, *, for_all: bool = False) -> list[tuple[str, str]]:
    """The answers to a question, each with its words."""
    words = ANSWER_WORDS | (ALL_ANSWER_WORDS if for_all else {})
    allowed = (*rules.ANSWERS.get(question, ()), RowDecision.SKIP)
    return [(answer, str(words.get((question, answer), RowDecision(answer).label))) for answer in allowed]


def stale_notice() -> str:
    return _(
        "The roll changed during the import, so nothing was imported. The rows have been compared again: review "
        "them and start again."
    )
