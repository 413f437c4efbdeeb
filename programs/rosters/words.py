"""What a preview says of a row, in the reader's language: what was cleaned, what is wrong and what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from programs.core.phones import show_phone
from programs.pupils.choices import Gender
from programs.rosters import rules
from programs.rosters.choices import RowDecision
from programs.rosters.models import RosterImport, RosterRow
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
    "school": gettext_lazy("School"),
    "status": gettext_lazy("Status in the list"),
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
    "date_has_time": gettext_lazy(
        "“{value}” has a time of day, and some programs move a day by some hours. Is the pupil’s birthday {read}?"
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
    "name_remark": gettext_lazy(
        "Something beside the name in the file is not part of a name. It was not stored. Is the name “{read}”?"
    ),
    "name_lost_letters": gettext_lazy(
        "“{value}” has lost letters. Open the original list, save it as .xlsx or “CSV UTF-8”, and send that file."
    ),
    "name_too_short": gettext_lazy("This is not a name. Type the full name."),
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
    "class_from_row": gettext_lazy("Class {read} comes from the heading above the pupils."),
    "class_from_title": gettext_lazy("Class {read} comes from the title of the list."),
    "class_from_sheet": gettext_lazy("Class {read} comes from the name of the sheet."),
    "class_from_file": gettext_lazy("Class {read} comes from the name of the file."),
    "class_decimal": gettext_lazy(
        "The spreadsheet stores the class as the number {value}. Is it class {value}, not {read}?"
    ),
    "other_class": gettext_lazy("This row is for class {value}, but you said the file is for a single other class."),
    # any
    "cell_error": gettext_lazy("The cell shows the spreadsheet error {value}. Correct it in the file."),
    "missing": gettext_lazy("The cell is empty. Fill it in."),
    "too_long": gettext_lazy("Longer than the {most} characters that can be stored: “{value}”."),
    # the whole row
    rules.HIDDEN: gettext_lazy("This row is hidden in the file, by a filter or by hand. Does the pupil belong here?"),
    rules.OTHER_SCHOOL: gettext_lazy(
        "The file says that this pupil is at {value}. If that is your school under another spelling, match the "
        "columns again and leave the school’s column out."
    ),
    rules.LEFT: gettext_lazy(
        "The list says “{value}”, so this is not a pupil of the school now. If the pupil is on your roll, mark the "
        "pupil as left."
    ),
    rules.STATUS: gettext_lazy("The list says “{value}”. Is this a pupil of the school now?"),
    rules.SAME_ROW: gettext_lazy("This is a further row of the pupil above: their cells are merged."),
    rules.NO_BIRTHDAY: gettext_lazy(
        "There is no date of birth. Without it the pupil counts as a small child, for whom a guardian answers."
    ),
    rules.AGE: gettext_lazy("A pupil of grade {read} who becomes {value} this school year: is the date right?"),
    rules.ADULT_OR_CHILD: gettext_lazy(
        "With this date of birth the pupil is {value} years old, and somebody else answers for the pupil: below 7 "
        "the guardian alone, from 7 both, from 18 the pupil alone. Is the date right?"
    ),
    rules.ACCENTS: gettext_lazy("The name would only lose its accents: {value} would become {read}."),
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
    rules.HIDDEN: gettext_lazy("Hidden in the file"),
    rules.STATUS: gettext_lazy("It is unclear whether the pupil is still at the school"),
    rules.NO_BIRTHDAY: gettext_lazy("No date of birth"),
    rules.AGE: gettext_lazy("The age does not fit the grade"),
    rules.ADULT_OR_CHILD: gettext_lazy("The new date of birth changes who answers for the pupil"),
    rules.ACCENTS: gettext_lazy("The name would lose its accents"),
    "name_remark": gettext_lazy("Something stands beside the name"),
    "date_has_time": gettext_lazy("A date of birth with a time of day"),
    "date_maybe_swapped": gettext_lazy("Day and month may be swapped"),
    "class_decimal": gettext_lazy("A class that may have lost a zero"),
}
# Why rows are left out, in the few words of a summary; by the beginning of the reason.
REASONS: dict[str, str | Promise] = {
    rules.OTHER_SCHOOL: gettext_lazy("pupils of another school"),
    rules.LEFT: gettext_lazy("have left the school according to the list"),
    rules.SAME_ROW: gettext_lazy("further rows of one pupil"),
    "other_class": gettext_lazy("of another class than this file is for"),
    "name": gettext_lazy("the name cannot be used"),
    "date": gettext_lazy("the date of birth cannot be used"),
    "class": gettext_lazy("the class cannot be used"),
    "code": gettext_lazy("the identifier cannot be used"),
    "missing": gettext_lazy("the name or the identifier is missing"),
    "": gettext_lazy("other reasons"),
}
ANSWER_WORDS: dict[tuple[str, str], str | Promise] = {
    (rules.TWICE, RowDecision.SAME_PERSON): gettext_lazy("Use this row"),
    (rules.HIDDEN, RowDecision.TAKE): gettext_lazy("Belongs to the list"),
    (rules.STATUS, RowDecision.TAKE): gettext_lazy("Is at the school"),
    (rules.NO_BIRTHDAY, RowDecision.TAKE): gettext_lazy("Import without it"),
    (rules.ACCENTS, RowDecision.TAKE): gettext_lazy("Write it without accents"),
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
    if note["code"] in rules.ANSWERS or LEVELS.get(note["code"]) in ("ask", "decide", "problem"):
        return "wait"
    return "info"


def reason_in_short(code: str) -> str:
    """Why rows are left out, for a summary."""
    return str(REASONS.get(code) or REASONS.get(code.partition("_")[0]) or REASONS[""])


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


@dataclass(frozen=True)
class Understanding:
    """What the file was understood to say, for the top of the preview."""

    pupils: int
    classes: list[tuple[str, int]]
    no_class: int
    left_out: list[tuple[str, int]]
    sheets: list[tuple[str, int]]
    unread: list[str]

    @property
    def is_several_sheets(self) -> bool:
        return len(self.sheets) + len(self.unread) > 1


def understanding_of(roster: RosterImport) -> Understanding:
    found = roster.counts.get("understood", {})
    numbers, read = dict(map(tuple, found.get("sheets", []))), roster.sheets_read
    reasons: Counter[str] = Counter()
    for code, number in found.get("left_out", []):
        reasons[reason_in_short(code)] += number
    return Understanding(
        pupils=sum(number for _name, number in found.get("classes", [])),
        classes=[(name, number) for name, number in found.get("classes", []) if name],
        no_class=sum(number for name, number in found.get("classes", []) if not name),
        left_out=reasons.most_common(),
        sheets=[(sheet["name"], numbers.get(index, 0)) for index, sheet in enumerate(read)],
        unread=[sheet["name"] for sheet in roster.other_sheets if not sheet["mapping"]],
    )


def stale_notice() -> str:
    return _(
        "The roll changed during the import, so nothing was imported. The rows have been compared again: review "
        "them and start again."
    )
