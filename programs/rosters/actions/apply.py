"""The worker's import: apply previewed rows to the roll, judged again on current data.

Either all rows in one transaction, or batch by batch: then a row that is done is marked in the transaction that did
it, so a worker that dies in the middle loses nothing and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.dateparse import parse_date

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.jobs import enqueue
from programs.pupils.actions.places import end_places, place
from programs.pupils.models import ClassGroup, Pupil
from programs.rosters import emails, rules
from programs.rosters import queries as roster_queries
from programs.rosters.actions.preview import JUDGED, preview_counts, reading_notes
from programs.rosters.actions.rights import must_still_import
from programs.rosters.actions.rosters import ALL_OR_NOTHING, RECHECK_JOB
from programs.rosters.choices import RowDecision, RowOutcome
from programs.rosters.models import RosterImport, RosterRow
from programs.schools.actions.staff import school_begins
from programs.schools.choices import ImportState

WORTH_A_LETTER = timedelta(seconds=60)
STALE = "stale"  # kept in ``RosterImport.error``: the page has the words


@dataclass
class Work:
    """What one batch is going to write."""

    new: list[RosterRow] = field(default_factory=list)
    known: list[tuple[RosterRow, int, bool]] = field(default_factory=list)  # row, pupil, whether facts change
    stale: list[tuple[RosterRow, rules.Verdict]] = field(default_factory=list)
    places: dict[int, tuple[str, int | None]] = field(default_factory=dict)  # pupil → class and year now


class GoneStale(Exception):
    """In all-or-nothing mode, one row that would do something other than shown stops everything."""


def apply_roster(*, roster_id: int, job_id: int, progress: Callable[..., None]) -> RosterImport | None:
    """Write the rows that are not written yet: safe to call again after a crash, since each row says when it was.

    ``progress(done, total)`` counts rows. None when the import was dropped or belongs to another job; an import in
    all-or-nothing whose rows would now do something else is shown again instead. Raises NoLongerAllowed: no batch
    is written for somebody who may not import any more.
    """
    found = RosterImport.objects.filter(pk=roster_id, job_id=job_id, state=ImportState.APPLYING)
    roster = found.select_related("school", "school_year", "uploaded_by", "job__owner").first()
    if roster is None:
        return None
    try:
        if roster.options.get("mode") == ALL_OR_NOTHING:
            _apply_whole(roster, progress)
        else:
            _apply_by_batches(roster, progress)
    except GoneStale:
        return _preview_anew(roster)
    return roster


def _rows_to_do(roster: RosterImport):
    rows = RosterRow.objects.filter(roster=roster, applied_at=None).exclude(outcome=RowOutcome.REFUSED)
    return rows.exclude(outcome=RowOutcome.DECIDE, decision__in=["", RowDecision.SKIP])


def _apply_by_batches(roster: RosterImport, progress: Callable[..., None]) -> None:
    rows = _rows_to_do(roster)
    total, done = rows.count(), 0
    for batch in roster_queries.batches_of(rows):
        with transaction.atomic():
            must_still_import(roster=roster)
            _leave_stale_out(_write(roster, batch))
        done += len(batch)
        progress(done, total)
    with transaction.atomic():
        _finish(roster, by=must_still_import(roster=roster))


def _apply_whole(roster: RosterImport, progress: Callable[..., None]) -> None:
    """Looked at first without holding anything up, then written in one transaction that judges again."""
    rows = _rows_to_do(roster)
    total, done = rows.count(), 0
    for batch in roster_queries.batches_of(rows):
        if _plan(roster, batch, lock=False).stale:
            raise GoneStale
        done += len(batch)
        progress(done // 2, total)
    with transaction.atomic():
        owner = must_still_import(roster=roster)
        for batch in roster_queries.batches_of(rows):
            if _write(roster, batch).stale:
                raise GoneStale
        _finish(roster, by=owner)
    progress(total, total)


def _preview_anew(roster: RosterImport) -> RosterImport:
    """Nothing was imported: compare the rows again for another review."""
    with transaction.atomic():
        mine = RosterImport.objects.select_for_update().get(pk=roster.pk)
        mine.state, mine.error = ImportState.PREVIEWING, STALE
        mine.job = enqueue(RECHECK_JOB, arguments={"roster": roster.pk}, owner=roster.job and roster.job.owner)
        mine.save(update_fields=["state", "error", "job"])
    return mine


# --- One batch ------------------------------------------------------------------------------------
def _plan(roster: RosterImport, rows: list[RosterRow], *, lock: bool) -> Work:
    """Judge the rows against the current roll and sort them by outcome."""
    source, year_id, today = roster.source, roster.school_year_id, timezone.localdate()
    lines = [row.facts for row in rows]
    roll = roster_queries.roll_around(lines, school_id=roster.school_id, source=source, year_id=year_id, lock=lock)
    work = Work()
    here = {pupil.pk: pupil for found in [*roll.here.values(), *roll.alike.values()] for pupil in found}
    taken = _already_served(roster, list(here))
    for row in rows:
        read = reading_notes(row=row)
        verdict = rules.judge(row.facts, read, roll=roll, source=source, year=roster.school_year, today=today)
        if verdict.question == rules.OTHER_IDENTIFIER and verdict.pupil_id in taken:
            verdict = rules.Verdict(
                RowOutcome.ADD
            )  # the other pupil came with this same file, under their own identifier
        if doubts := rules.open_doubts([*read, *verdict.notes], row.accepted, outcome=verdict.outcome):
            verdict = replace(verdict, outcome=RowOutcome.DECIDE, question=doubts[0])
        act = rules.act_of(verdict, question=row.question, decision=row.decision)
        shown = {"outcome": row.outcome, "changes": row.changes, "question": row.question}
        target = _target(verdict, row, roll, act)
        served = {row.facts.get("external_id"), target} - {None}
        if act == "leave" or rules.has_gone_stale(**shown, fresh=verdict) or served & taken:
            work.stale.append((row, verdict))
            continue
        taken |= served
        if target is None:
            work.new.append(row)
            continue
        work.known.append((row, target, act != "same"))
        if target in here:
            work.places[target] = (here[target].class_name, here[target].class_year_id)
    return work


def _target(verdict: rules.Verdict, row: RosterRow, roll: rules.Roll, act: str) -> int | None:
    """The pupil whom the row is about: one of this school, or one whom another school has let go."""
    if act != "add":
        return verdict.pupil_id
    if any(note["code"] == "moves_here" for note in verdict.notes):
        return rules.latest_left(rules.children_elsewhere(row.facts, roll)).pk
    return None


def _already_served(roster: RosterImport, pupil_ids: list[int]) -> set:
    """Pupils whom an earlier row of this import has dealt with."""
    done = RosterRow.objects.filter(roster=roster, applied_at__isnull=False, pupil_id__in=pupil_ids)
    return set(done.values_list("pupil_id", flat=True))


def _new_pupil(roster: RosterImport, row: RosterRow, now: datetime) -> Pupil:
    pupil = Pupil(school_id=roster.school_id, source=roster.source, imported_at=now)
    _set_facts(pupil, row.facts)
    return pupil


def _set_facts(pupil: Pupil, facts: dict) -> None:
    """Set what the file says; an empty cell keeps the existing value."""
    pupil.external_id = facts["external_id"]
    for name in rules.KEPT_FIELDS:
        if facts.get(name) and not (
            name == "guardian_name" and rules.only_loses_accents(pupil.guardian_name, facts[name])
        ):
            setattr(pupil, name, parse_date(facts[name]) if name == "birth_date" else facts[name])
    pupil.set_keys()


def _write(roster: RosterImport, rows: list[RosterRow]) -> Work:
    """Inside the caller's transaction: pupils, their classes, and the mark that the rows are done."""
    work = _plan(roster, rows, lock=True)
    now = timezone.now()
    made = Pupil.objects.bulk_create(_new_pupil(roster, row, now) for row in work.new)
    _change(roster, work, now)
    _place(roster, work, made)
    _mark_done(roster, work, now)
    return work


def _change(roster: RosterImport, work: Work, now: datetime) -> None:
    ids = [pupil_id for _row, pupil_id, _changes in work.known]
    changing = {pupil_id: row for row, pupil_id, changes in work.known if changes}
    pupils = Pupil.objects.in_bulk(list(changing))
    written = []
    for pupil_id, row in changing.items():
        pupil = pupils[pupil_id]
        under_old = any(note["code"] == "merged_before" for note in row.notes)
        kept = (pupil.external_id, pupil.source)
        before = _own_facts(pupil)
        _set_facts(pupil, row.facts)
        pupil.source, pupil.school_id, pupil.left_on = roster.source, roster.school_id, None
        if under_old:
            pupil.external_id, pupil.source = kept
        if _own_facts(pupil) != before:
            written.append(pupil)
    columns = [*rules.KEPT_FIELDS, "sort_key", "search_key", "external_id", "source", "school", "left_on"]
    Pupil.objects.bulk_update(written, columns)
    Pupil.objects.filter(pk__in=ids).update(imported_at=now)


def _own_facts(pupil: Pupil) -> tuple:
    return (*(getattr(pupil, name) for name in rules.KEPT_FIELDS), pupil.external_id, pupil.source, pupil.school_id,
            pupil.left_on)  # fmt: skip


def _place(roster: RosterImport, work: Work, made: list[Pupil]) -> None:
    """Each pupil into the class of the file; the old place ends, it is not deleted."""
    wanted = [(row.facts, pupil.pk) for row, pupil in zip(work.new, made, strict=True)]
    wanted += [
        (row.facts, pupil_id)
        for row, pupil_id, _changes in work.known
        if work.places.get(pupil_id) != (row.facts.get("class_name"), roster.school_year_id)
    ]
    moving = {pupil_id: facts for facts, pupil_id in wanted if facts.get("class_name")}
    moving_in = {pupil_id for _row, pupil_id, _changes in work.known if pupil_id not in work.places}
    classes = _classes(roster, moving.values())
    end_places(pupils=moving_in - moving.keys(), on=timezone.localdate())
    place(wanted={pupil_id: classes[facts["class_name"]] for pupil_id, facts in moving.items()})


def _classes(roster: RosterImport, lines) -> dict[str, ClassGroup]:
    """Class name → its row of this school year; those that are missing are made."""
    grades = {facts["class_name"]: facts["grade"] for facts in lines}
    of_year = ClassGroup.objects.filter(school=roster.school_id, school_year=roster.school_year_id, name__in=grades)
    known = {group.name: group for group in of_year.select_related("school_year")}
    new = [
        ClassGroup(school_id=roster.school_id, school_year=roster.school_year, name=name, grade=grade)
        for name, grade in sorted(grades.items())
        if name not in known
    ]
    ClassGroup.objects.bulk_create(new)
    return known | {group.name: group for group in new}


def _mark_done(roster: RosterImport, work: Work, now: datetime) -> None:
    """Mark the rows with their result; decided ones become what was decided."""
    done: dict[str, list[int]] = {RowOutcome.ADD: [row.pk for row in work.new]}
    for row, _pupil_id, changes in work.known:
        decided = RowOutcome.CHANGE if changes else RowOutcome.SAME
        done.setdefault(decided if row.outcome == RowOutcome.DECIDE else row.outcome, []).append(row.pk)
    moved = [row for row, pupil_id, _changes in work.known if row.pupil_id != pupil_id]
    for row, pupil_id, _changes in work.known:
        row.pupil_id = pupil_id
    RosterRow.objects.bulk_update(moved, ["pupil"])
    _name_new_pupils(roster, done[RowOutcome.ADD][: len(work.new)])
    for outcome, ids in done.items():
        RosterRow.objects.filter(pk__in=ids).update(outcome=outcome, applied_at=now)


def _name_new_pupils(roster: RosterImport, row_ids: list[int]) -> None:
    """Which row made which pupil, by the identifier that is unique: one statement for the whole batch."""
    mine = Pupil.objects.filter(school=roster.school_id, source=roster.source, external_id=OuterRef("identifier"))
    rows = RosterRow.objects.filter(pk__in=row_ids).annotate(identifier=roster_queries.fact("external_id"))
    rows.update(pupil=Subquery(mine.values("pk")[:1]))


def _leave_stale_out(work: Work) -> None:
    """Rows that would do something other than shown wait for a person; the others continue."""
    for row, verdict in work.stale:
        question = verdict.question or rules.CHANGED
        row.facts = row.facts | {"question": question}
        row.decision, row.pupil_id, row.changes = "", verdict.pupil_id, verdict.changes
        row.outcome = RowOutcome.REFUSED if verdict.outcome == RowOutcome.REFUSED else RowOutcome.DECIDE
        said = [*verdict.notes, {"field": "", "code": rules.CHANGED}]
        row.notes = reading_notes(row=row) + [note | {"by": JUDGED} for note in said]
    RosterRow.objects.bulk_update(
        [row for row, _verdict in work.stale], ["facts", "decision", "pupil", "changes", "outcome", "notes"]
    )


# --- The end --------------------------------------------------------------------------------------
def _finish(roster: RosterImport, *, by: User) -> None:
    """Under the school's lock: write one audit row, send an email if it took long, and notify schools whose pupils are in the file."""
    mine = RosterImport.objects.select_for_update().get(pk=roster.pk)
    if mine.state != ImportState.APPLYING or mine.job_id != roster.job_id:
        return
    now = timezone.now()
    mine.state, mine.applied_at, mine.error = ImportState.APPLIED, now, ""
    mine.counts = preview_counts(roster=mine) | {"applied": roster_queries.applied_counts(mine)}
    mine.save(update_fields=["state", "applied_at", "error", "counts"])
    figures = {name: number for name, number in mine.counts.items() if isinstance(number, int)}
    record(by=by, action="roster.apply", obj=mine, after=figures | {"applied": mine.counts["applied"]})
    if any(mine.counts["applied"].values()):
        school_begins(school_id=mine.school_id, by=by)
    if mine.job and now - mine.job.created_at > WORTH_A_LETTER:
        emails.roster_applied(roster=mine)
    for school, number in roster_queries.asked_of(mine):
        emails.pupils_asked_for(roster=mine, school=school, number=number)
