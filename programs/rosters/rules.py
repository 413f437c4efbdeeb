"""Rosters: what a line of a school's list would do, which decisions a person may take, when an import may go on.

Plain values in, plain values out: a preview and the import itself ask the same ``judge``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from programs.core.models import SchoolYear
from programs.core.refusals import Refusal, Refused
from programs.core.text import fold
from programs.pupils.choices import is_shared_register
from programs.rosters.choices import RowDecision, RowOutcome
from programs.schools.choices import ImportState

# What spoils a line: a pupil without these cannot be told apart from others.
VITAL_FIELDS = frozenset({"full_name", "external_id", "birth_date", "class_name"})
KEPT_FIELDS = ("full_name", "given_name", "birth_date", "gender", "guardian_name", "guardian_phone")
OPEN_STATES = (ImportState.UPLOADED, ImportState.PREVIEWING, ImportState.READY, ImportState.FAILED)

# Questions, and the answers that each allows besides leaving the line out.
OTHER_NAME, OTHER_IDENTIFIER = "same_id_other_name", "same_person_other_id"
TWICE, SAME_NAME = "twice_in_file", "same_name_in_file"
ELSEWHERE, CHANGED = "on_other_roll", "changed_since"
ERASED = "erased_on_request"
LEFT, OTHER_SCHOOL, SAME_ROW = "status_left", "other_school", "row_continues"  # why a line is left out

# Doubts about what a line says, in the order in which they are asked; a line whose doubts are open does nothing.
ACCENTS, AGE, ADULT_OR_CHILD, NO_BIRTHDAY = "accents_lost", "age_unlike_grade", "age_group_changes", "no_birthday"
HIDDEN, STATUS = "row_hidden", "status_unclear"
DOUBTS = (
    HIDDEN, STATUS, "name_remark", "date_has_time", "date_maybe_swapped", "class_decimal", NO_BIRTHDAY, AGE,
    ADULT_OR_CHILD, ACCENTS,
)  # fmt: skip
USUAL_AGE = 5  # a pupil of grade 1 becomes 6 in the year in which the school year begins
AGE_TOLERANCE = 3
AGE_GROUPS = (7, 18)  # from here on a child answers too, and alone
FILE_QUESTIONS = (TWICE, SAME_NAME)  # asked by the file itself, not by the roll
ANSWERS: dict[str, tuple[str, ...]] = {
    OTHER_NAME: (RowDecision.SAME_PERSON,),
    OTHER_IDENTIFIER: (RowDecision.SAME_PERSON, RowDecision.NEW),
    TWICE: (RowDecision.SAME_PERSON,),
    SAME_NAME: (RowDecision.NEW,),
    ELSEWHERE: (),
    CHANGED: (),
    ERASED: (RowDecision.NEW,),
    **dict.fromkeys(DOUBTS, (RowDecision.TAKE,)),
    ACCENTS: (RowDecision.KEEP, RowDecision.TAKE),
}


@dataclass(frozen=True)
class OnRoll:
    """A pupil as the portal knows them, as far as a roster may be compared with it."""

    pk: int
    school_id: int
    source: str
    external_id: str
    full_name: str
    given_name: str = ""
    birth_date: str = ""  # ISO, as in a line's facts
    gender: str = ""
    guardian_name: str = ""
    guardian_phone: str = ""
    left_on: str = ""
    class_name: str = ""  # where the pupil is now
    class_year_id: int | None = None
    under_old_identifier: bool = False  # found through a record that was merged into this one


@dataclass(frozen=True)
class Roll:
    """What is known around some lines: by identifier here, by name and birthday here, by identifier elsewhere.

    ``erased``: identifiers whose data this school erased on request; they do not come back in silence.
    """

    here: Mapping[str, list[OnRoll]] = field(default_factory=dict)
    alike: Mapping[tuple[str, str], list[OnRoll]] = field(default_factory=dict)
    elsewhere: Mapping[str, list[OnRoll]] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    outcome: str
    notes: list[dict] = field(default_factory=list)
    changes: dict[str, list[str]] = field(default_factory=dict)
    pupil_id: int | None = None
    question: str = ""

    @property
    def reason(self) -> str:
        """Why a line is left out whose cells are all right."""
        return self.notes[0]["code"] if self.notes else ""


def name_key(full_name: str) -> str:
    """Two spellings of one name have one key: accents, capitals and the place of the tone do not count."""
    return " ".join(fold(full_name).split())


def class_order(name: str) -> tuple[bool, int, str, int]:
    """8A2 before 8A10; pupils without a class last."""
    found = re.fullmatch(r"(\d*)(.*?)(\d*)", name)
    grade, letters, number = found.groups() if found else ("", name, "")
    return (not name, int(grade or 0), letters, int(number or 0))


def spoils(note: dict) -> bool:
    return bool(note.get("fatal"))


def judge(facts: dict, notes: Iterable[dict], *, source: str, year: SchoolYear, roll: Roll, today: date) -> Verdict:
    """What this line would do to the roll as it is now, with the doubts that only the roll gives rise to."""
    verdict = _judge(facts, notes, source=source, year_id=year.pk, roll=roll)
    if verdict.outcome in (RowOutcome.REFUSED, RowOutcome.SAME):
        return verdict
    return replace(verdict, notes=[*verdict.notes, *_doubts(facts, verdict, year=year, today=today)])


def open_doubts(notes: Iterable[dict], accepted: Iterable[str], *, outcome: str) -> list[str]:
    """The doubts that wait for a person, of a line that would do something; a guardian's name is only told of."""
    if outcome in (RowOutcome.SAME, RowOutcome.REFUSED):
        return []
    found = {note["code"] for note in notes if not note["field"].startswith("guardian")} - set(accepted)
    return [doubt for doubt in DOUBTS if doubt in found]


def _doubts(facts: dict, verdict: Verdict, *, year: SchoolYear, today: date) -> Iterator[dict]:
    changes, born = verdict.changes, facts.get("birth_date", "")
    is_new = verdict.pupil_id is None or verdict.question == OTHER_IDENTIFIER
    if is_new and not born and not any(note["code"] == "moves_here" for note in verdict.notes):
        yield {"field": "birth_date", "code": NO_BIRTHDAY, "value": ""}
    if born and facts.get("grade") and (is_new or {"birth_date", "class_name"} & changes.keys()):
        age = year.starts_on.year - int(born[:4])
        if abs(age - facts["grade"] - USUAL_AGE) > AGE_TOLERANCE:
            yield {"field": "birth_date", "code": AGE, "value": str(age), "read": str(facts["grade"])}
    if "birth_date" in changes and _group(changes["birth_date"][0], today) != _group(born, today):
        yield {"field": "birth_date", "code": ADULT_OR_CHILD, "value": str(_age(born, today))}
    before, after = changes.get("full_name", ("", ""))
    if only_loses_accents(before, after):
        yield {"field": "full_name", "code": ACCENTS, "value": before, "read": after}


def _age(born: str, today: date) -> int | None:
    if not born:
        return None
    day = date.fromisoformat(born)
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def _group(born: str, today: date) -> int:
    """Whether a guardian answers, both, or the pupil alone; who is of unknown age is answered for."""
    age = _age(born, today)
    return sum(age >= limit for limit in AGE_GROUPS) if age is not None else 0


def only_loses_accents(before: str, after: str) -> bool:
    """Whether ``after`` is ``before`` with fewer marks: ``Nguyen`` for ``Nguyễn``, not ``Hòa`` for ``Hoà``."""
    if before == after or name_key(before) != name_key(after):
        return False
    pairs = [(_marks(one), _marks(other)) for one, other in zip(before.split(), after.split(), strict=False)]
    return any(more != less for more, less in pairs) and all(less <= more for more, less in pairs)


def _marks(word: str) -> Counter[str]:
    letters = unicodedata.normalize("NFD", word.lower().replace("đ", "d\u0335"))
    return Counter(letter for letter in letters if unicodedata.combining(letter))


def _judge(facts: dict, notes: Iterable[dict], *, source: str, year_id: int, roll: Roll) -> Verdict:
    known = _known_here(facts, source, roll)
    if not facts.get("external_id") or any(spoils(note) for note in notes):
        return Verdict(RowOutcome.REFUSED, pupil_id=known.pk if known else None)
    if known:
        return _judge_known(facts, known, source, year_id)
    if facts["external_id"] in roll.erased:
        return Verdict(RowOutcome.DECIDE, [{"field": "external_id", "code": ERASED, "value": ""}], question=ERASED)
    moving = _judge_elsewhere(facts, source, roll)
    if moving:
        return moving
    alike = roll.alike.get((name_key(facts["full_name"]), facts.get("birth_date", "")), [])
    alike = alike or [pupil for pupil in _numbered_so(facts, roll) if _may_agree(facts, pupil)]
    if alike:
        note = {"field": "external_id", "code": OTHER_IDENTIFIER, "value": alike[0].external_id}
        return Verdict(RowOutcome.DECIDE, [note], changes_between(facts, alike[0], source, year_id), alike[0].pk,
                       OTHER_IDENTIFIER)  # fmt: skip
    return Verdict(RowOutcome.ADD)


def _known_here(facts: dict, source: str, roll: Roll) -> OnRoll | None:
    """By the same register's identifier; under another register's only when name and birthday agree as well.

    Of two schools that became one, both may have numbered a pupil 001: then name and birthday say which is meant.
    """
    found = _numbered_so(facts, roll)
    exact = next((pupil for pupil in found if pupil.source == source), None)
    if exact and name_key(facts.get("full_name", "")) == name_key(exact.full_name):
        return exact
    return next((pupil for pupil in found if _agree(facts, pupil)), exact)


def _numbered_so(facts: dict, roll: Roll) -> list[OnRoll]:
    return roll.here.get(facts.get("external_id", ""), [])


def _agree(facts: dict, pupil: OnRoll) -> bool:
    """The same name and the same birthday; a birthday that is not known agrees with none."""
    return bool(pupil.birth_date) and pupil.birth_date == facts.get("birth_date", "") and _may_agree(facts, pupil)


def _may_agree(facts: dict, pupil: OnRoll) -> bool:
    """As far as both are known."""
    days = {facts.get("birth_date", ""), pupil.birth_date} - {""}
    return name_key(facts.get("full_name", "")) == name_key(pupil.full_name) and len(days) < 2


def _judge_known(facts: dict, known: OnRoll, source: str, year_id: int) -> Verdict:
    changes = changes_between(facts, known, source, year_id)
    notes = []
    if known.under_old_identifier:
        notes.append({"field": "external_id", "code": "merged_before", "value": facts["external_id"]})
    if name_key(facts["full_name"]) != name_key(known.full_name):
        notes.append({"field": "full_name", "code": OTHER_NAME, "value": known.full_name})
        return Verdict(RowOutcome.DECIDE, notes, changes, known.pk, OTHER_NAME)
    return Verdict(RowOutcome.CHANGE if changes else RowOutcome.SAME, notes, changes, known.pk)


def _judge_elsewhere(facts: dict, source: str, roll: Roll) -> Verdict | None:
    """Only whoever has number, name and birthday learns of another school; else the number is like a free one."""
    found = children_elsewhere(facts, roll) if is_shared_register(source) else []
    if not found:
        return None
    if any(not pupil.left_on for pupil in found):
        return Verdict(RowOutcome.DECIDE, [{"field": "external_id", "code": ELSEWHERE}], question=ELSEWHERE)
    return Verdict(RowOutcome.ADD, [{"field": "external_id", "code": "moves_here"}])


def children_elsewhere(facts: dict, roll: Roll) -> list[OnRoll]:
    """Those of other schools who are the child of this line beyond doubt."""
    return [pupil for pupil in roll.elsewhere.get(facts.get("external_id", ""), []) if _agree(facts, pupil)]


def is_strange(facts: dict, roll: Roll) -> bool:
    """Whether the line's number is of another school's child whom the line does not name."""
    there = roll.elsewhere.get(facts.get("external_id", ""), [])
    return bool(there) and not _numbered_so(facts, roll) and not children_elsewhere(facts, roll)


STRANGE_A_DAY = 50  # numbers of other schools' children that the lists of one school may hit: by slips, never by trying


def strange_refusal(*, found: int, earlier: int) -> Refusal | None:
    """``too_many_strange``."""
    if found + earlier <= STRANGE_A_DAY:
        return None
    return Refusal(
        "too_many_strange",
        _(
            "Reading was stopped: too many identifiers in this list do not belong to the names beside them. Check in "
            "your register whether the columns have slipped, then send the list again tomorrow. The education "
            "authority can see in the log that this list was stopped."
        ),
    )


def latest_left(found: Iterable[OnRoll]) -> OnRoll:
    return max(found, key=lambda pupil: (pupil.left_on, pupil.pk))


def changes_between(facts: dict, known: OnRoll, source: str, year_id: int) -> dict[str, list[str]]:
    """Field → [before, after]. An empty cell changes nothing: a short list must not erase a long one."""
    after = {name: facts[name] for name in KEPT_FIELDS if facts.get(name)}
    if only_loses_accents(known.guardian_name, after.get("guardian_name", "")):
        del after["guardian_name"]
    if not known.under_old_identifier:
        after |= {"external_id": facts["external_id"], "source": source}
    changes = {name: [getattr(known, name), value] for name, value in after.items() if getattr(known, name) != value}
    if known.left_on:
        changes["left_on"] = [known.left_on, ""]
    moved = facts.get("class_name") and (facts["class_name"], year_id) != (known.class_name, known.class_year_id)
    if moved:
        changes["class_name"] = [known.class_name, facts["class_name"]]
    return changes


def decision_allowed(question: str, decision: str) -> bool:
    return decision == RowDecision.SKIP or decision in ANSWERS.get(question, ())


def settles(question: str, decision: str) -> bool:
    """Whether the answer only takes a doubt away: what the line does then is judged as for any other line."""
    return question in DOUBTS and decision in ANSWERS[question]


def file_still_asks(question: str, verdict: Verdict) -> bool:
    """Whether a question about the file's own rows stays open, whatever the roll says of this row."""
    if question not in FILE_QUESTIONS or verdict.question:
        return False
    return verdict.outcome == RowOutcome.ADD or (question == TWICE and verdict.outcome != RowOutcome.REFUSED)


def act_of(verdict: Verdict, *, question: str, decision: str) -> str:
    """What is to be done with a line now: ``add``, ``change``, ``same``, or ``leave`` for a person to decide.

    ``question`` is the one that ``decision`` answered in the preview.
    """
    if decision == RowDecision.SKIP or (question and not decision):
        return "leave"
    if verdict.outcome in (RowOutcome.ADD, RowOutcome.CHANGE, RowOutcome.SAME):
        return verdict.outcome
    if verdict.outcome == RowOutcome.DECIDE and verdict.question == question:
        acts: dict[str, str] = {RowDecision.NEW: "add", RowDecision.SAME_PERSON: "change"}
        return acts.get(decision, "leave")
    return "leave"


def has_gone_stale(*, outcome: str, changes: dict, question: str, fresh: Verdict) -> bool:
    """Whether the roll changed since the preview in a way that makes the line do something else than was shown."""
    if fresh.outcome == RowOutcome.SAME and outcome != RowOutcome.DECIDE:
        return False  # somebody has meanwhile done what the line asks for
    if question in FILE_QUESTIONS:
        return fresh.outcome in (RowOutcome.DECIDE, RowOutcome.REFUSED)
    return (fresh.outcome, fresh.question, fresh.changes) != (outcome, question, changes)


def no_rows() -> Refused:
    return Refused.because("no_rows", _("There are no pupils below the header. Check the sheet and the header row."))


# --- Whether it may happen ------------------------------------------------------------------------
def import_refusal(*, state: str, wanted: Iterable[str]) -> Refusal | None:
    """``wrong_state``."""
    if state not in wanted:
        return Refusal("wrong_state", _("This import has moved on in the meantime. Open it again."))
    return None


def same_file_refusal(
    *, day: datetime, person: str, is_applied: bool, is_changed: bool, once_more: bool
) -> Refusal | None:
    """``file_applied``: nothing would change. ``file_known``: a person may go on nevertheless."""
    words = {"date": f"{day:%d/%m/%Y}", "person": person}
    if is_applied and not is_changed:
        return Refusal(
            "file_applied",
            _("{person} already imported this same file on {date}, and nothing has changed since.").format(**words),
            "upload",
        )
    if once_more:
        return None
    if is_applied:
        return Refusal(
            "file_known",
            _(
                "{person} already imported this same file on {date}. The roll has changed since, so you can "
                "continue anyway."
            ).format(**words),
            "upload",
        )
    return Refusal(
        "file_known",
        _("{person} already sent this same file on {date}, but did not import it. You can continue anyway.").format(
            **words
        ),
        "upload",
    )


def apply_refusal(*, all_or_nothing: bool, unusable: int, undecided: int, useful: int) -> Refusal | None:
    """``bad_rows``, ``undecided_rows``, ``nothing_to_do``."""
    if all_or_nothing and unusable:
        return Refusal(
            "bad_rows",
            _(
                "You chose all or nothing, and some rows in this file cannot be used: {count}. Correct them in "
                "the file and send it again, or match the columns again and choose to leave those rows out."
            ).format(count=unusable),
        )
    if all_or_nothing and undecided:
        return Refusal(
            "undecided_rows",
            _("You chose all or nothing, and some rows are still waiting for your decision: {count}.").format(
                count=undecided
            ),
        )
    if not useful:
        return Refusal("nothing_to_do", _("No row in this file adds or changes anything."))
    return None
