"""The worker's part before an import: read the file, judge each row, mark rows that need a decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from programs.core.audit import Code, record
from programs.core.private_files import local_copy
from programs.core.refusals import Refusal, Refused
from programs.rosters import queries as roster_queries
from programs.rosters import rules
from programs.rosters.choices import RowDecision, RowOutcome
from programs.rosters.models import RosterImport, RosterRow
from programs.rosters.reading.lines import Line, read_lines
from programs.schools.choices import ImportState

JUDGED = "roll"  # marks the notes that came from comparing with the roll: they are written again each time


def make_preview(*, roster_id: int, job_id: int, progress: Callable[..., None]) -> RosterImport | None:
    """Read the file into rows without touching the roll. Safe to run again: it starts from scratch."""
    roster = _mine(roster_id, job_id)
    if roster is None:
        return None
    RosterRow.objects.filter(roster=roster, applied_at=None).delete()
    with translation.override(roster.uploaded_by.language):  # a refusal is read by the person who sent the file
        try:
            with local_copy(roster.file_path) as path:
                _stage(roster, path, progress)
        except TooStrange as stopped:
            return _stop(roster, stopped)
        except Refused as refused:
            return _fail(roster, str(refused.refusal.message))
    return _finish(roster)


def judge_again(*, roster_id: int, job_id: int, progress: Callable[..., None]) -> RosterImport | None:
    """The rows that are not on the roll yet, compared with the roll as it is now. Decisions stay where they fit."""
    roster = _mine(roster_id, job_id)
    if roster is None:
        return None
    rows = RosterRow.objects.filter(roster=roster, applied_at=None).exclude(decision=RowDecision.SKIP)
    try:
        _judge_stored(roster, rows, progress)
    except TooStrange as stopped:
        return _stop(roster, stopped)
    return _finish(roster)


def _judge_stored(roster: RosterImport, rows: QuerySet[RosterRow], progress: Callable[..., None]) -> None:
    total, done, strange = rows.count(), 0, Strange(roster)
    for batch in roster_queries.batches_of(rows):
        with transaction.atomic():
            strange.count(_judge_rows(roster, batch))
            RosterRow.objects.bulk_update(batch, ["outcome", "notes", "changes", "pupil", "facts", "decision"])
        done += len(batch)
        progress(done, total)
    strange.note()


def _mine(roster_id: int, job_id: int) -> RosterImport | None:
    """The import, while this job is the one that works on it."""
    found = RosterImport.objects.filter(pk=roster_id, job_id=job_id, state=ImportState.PREVIEWING)
    return found.select_related("uploaded_by", "school", "school_year").first()


def _stage(roster: RosterImport, path, progress: Callable[..., None]) -> None:
    lines, total = read_lines(path, roster, our_names=roster_queries.spellings_of(roster.school))
    done, strange = 0, Strange(roster)
    for batch in _in_batches(lines):
        rows = [_row(roster, line) for line in batch]
        with transaction.atomic():
            strange.count(_judge_rows(roster, rows))
            RosterRow.objects.bulk_create(rows)
        done += len(rows)
        progress(min(done, total), total)
    if not done:
        raise rules.no_rows()
    strange.note()


def _in_batches(lines: Iterable[Line]):
    batch: list[Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == roster_queries.BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _row(roster: RosterImport, line: Line) -> RosterRow:
    return RosterRow(
        roster=roster, sheet=line.sheet, line=line.number, values=line.values, facts=line.facts, notes=line.notes
    )


class TooStrange(Refused):
    """The list names numbers of other schools' children without the children."""

    def __init__(self, refusal: Refusal, found: int) -> None:
        super().__init__(refusal)
        self.found = found


class Strange:
    """Counts the numbers of other schools' children in a list; of all lists of the school within a day."""

    def __init__(self, roster: RosterImport) -> None:
        self.roster, self.found = roster, 0
        self.earlier = roster_queries.strange_since(roster, timezone.now() - timedelta(days=1))

    def count(self, number: int) -> None:
        """Raises TooStrange."""
        self.found += number
        if refusal := rules.strange_refusal(found=self.found, earlier=self.earlier):
            raise TooStrange(refusal, self.found)

    def note(self) -> None:
        self.roster.counts = self.roster.counts | {"strange": max(self.found, self.roster.counts.get("strange", 0))}


def _judge_rows(roster: RosterImport, rows: list[RosterRow]) -> int:
    """Set what each row would do; nothing is saved. How many name a number that is of another school's child."""
    source, year, today = roster.source, roster.school_year, timezone.localdate()
    lines = [row.facts for row in rows]
    roll = roster_queries.roll_around(lines, school_id=roster.school_id, source=source, year_id=year.pk)
    for row in rows:
        read = reading_notes(row=row)
        verdict = rules.judge(row.facts, read, roll=roll, source=source, year=year, today=today)
        kept = [note for note in row.notes if note["code"] in rules.FILE_QUESTIONS]
        row.outcome, row.pupil_id, row.changes = verdict.outcome, verdict.pupil_id, verdict.changes
        row.notes = read + [note | {"by": JUDGED} for note in verdict.notes]
        row.facts = {name: value for name, value in row.facts.items() if name not in ("why", "then")}
        question, repeats = verdict.question, row.facts.get("repeats", "")
        if rules.file_still_asks(repeats, verdict):
            question, row.notes = repeats, row.notes + kept
        if verdict.outcome == RowOutcome.REFUSED:
            row.facts["why"] = next((note["code"] for note in row.notes if rules.spoils(note)), verdict.reason)
        elif doubts := rules.open_doubts(row.notes, row.accepted, outcome=verdict.outcome):
            row.facts["then"], question = verdict.outcome, doubts[0]
        _ask(row, question)
        if question:
            row.outcome = RowOutcome.DECIDE
    return sum(rules.is_strange(row.facts, roll) for row in rows)


def settle_doubts(*, roster: RosterImport, rows: list[RosterRow], answers: Mapping[int, str]) -> None:
    """A person said that what is doubtful is right, or that the name stays as it is: the rows are judged again.

    A row with another doubt asks that next. Nothing is saved of rows whose question is no doubt.
    """
    for row in rows:
        if answers[row.pk] == RowDecision.KEEP:
            row.facts["full_name"] = row.changes["full_name"][0]
        row.facts["accepted"] = [*row.accepted, row.question]
    _judge_rows(roster, rows)
    RosterRow.objects.bulk_update(rows, ["outcome", "notes", "changes", "pupil", "facts", "decision"])


def reading_notes(*, row: RosterRow) -> list[dict]:
    """What was noted when the file was read, without what was judged since."""
    return [note for note in row.notes if note.get("by") != JUDGED]


def _ask(row: RosterRow, question: str) -> None:
    """A decision is only valid while the question is still the one it answered."""
    if question != row.question:
        row.decision = ""
    row.facts = {name: value for name, value in row.facts.items() if name != "question"}
    if question:
        row.facts["question"] = question


# --- The file against itself ----------------------------------------------------------------------
def _mark_repeats(roster: RosterImport) -> None:
    """Rows of one identifier, and new pupils of one name and birthday, wait for a person: they are never merged."""
    readable = ~Q(outcome=RowOutcome.REFUSED)
    _mark(roster, "external_id", rules.TWICE, "external_id", readable)
    added = Q(outcome=RowOutcome.ADD) | Q(outcome=RowOutcome.DECIDE, facts__then=RowOutcome.ADD.value)
    _mark(roster, "key", rules.SAME_NAME, "full_name", added)


def _mark(roster: RosterImport, fact: str, question: str, field: str, among: Q) -> None:
    chunk: list[str] = []
    for value in list(roster_queries.repeated(roster, fact, among=among)):
        chunk.append(value)
        if len(chunk) == 100:
            _mark_chunk(roster, fact, question, field, among, chunk)
            chunk = []
    if chunk:
        _mark_chunk(roster, fact, question, field, among, chunk)


def _mark_chunk(roster: RosterImport, fact: str, question: str, field: str, among: Q, values: list[str]) -> None:
    rows = list(roster_queries.rows_with_fact(roster, fact, values).filter(among))  # those of some dozen repeats
    places: dict[str, list[str]] = {}
    for row in rows:
        places.setdefault(row.facts[fact], []).append(roster.place_of(row.sheet, row.line))
    for row in rows:
        here = roster.place_of(row.sheet, row.line)
        others = [place for place in places[row.facts[fact]] if place != here]
        row.notes = [*row.notes, {"field": field, "code": question, "lines": others[:10], "by": JUDGED}]
    new = [row for row in rows if row.applied_at is None and row.facts.get("repeats") != question]
    for row in new:
        row.facts = row.facts | {"repeats": question}
        row.outcome = RowOutcome.DECIDE
        if row.question not in rules.DOUBTS:  # a doubt is asked first
            _ask(row, question)
    with transaction.atomic():
        RosterRow.objects.bulk_update(new, ["outcome", "notes", "facts", "decision"])


# --- The end --------------------------------------------------------------------------------------
def _finish(roster: RosterImport) -> RosterImport:
    _mark_repeats(roster)
    counts = preview_counts(roster=roster)
    with transaction.atomic():
        mine = RosterImport.objects.filter(pk=roster.pk, job=roster.job, state=ImportState.PREVIEWING)
        mine.update(state=ImportState.READY, counts=counts)
    roster.refresh_from_db()
    return roster


def preview_counts(*, roster: RosterImport) -> dict:
    """The figures above the preview: rows by outcome, new classes, pupils not in the file, rows that wait."""
    counts = roster_queries.counts_of(roster)
    return roster.counts | counts | {
        "understood": roster_queries.understood(roster),
        "new_classes": roster_queries.new_class_names(roster),
        "missing": roster_queries.pupils_not_in_file(roster).count(),
        "waiting": roster_queries.questions_of(roster).get(rules.ELSEWHERE, 0),
    }  # fmt: skip


def _stop(roster: RosterImport, stopped: TooStrange) -> RosterImport:
    """Nothing of the list is shown; officers see in the school's log that it was stopped."""
    with transaction.atomic():
        roster.counts = roster.counts | {"strange": stopped.found}
        RosterImport.objects.filter(pk=roster.pk).update(counts=roster.counts)
        after = {"list": Code(roster.reference), "rows": stopped.found}
        record(by=roster.uploaded_by, action="roster.strange", obj=roster.school, after=after)
    return _fail(roster, str(stopped.refusal.message))


def _fail(roster: RosterImport, message: str) -> RosterImport:
    RosterRow.objects.filter(roster=roster, applied_at=None).delete()
    RosterImport.objects.filter(pk=roster.pk, job=roster.job).update(state=ImportState.FAILED, error=message)
    roster.refresh_from_db()
    return roster
