"""Importing a school's list of pupils: upload, match, decide, start, cancel. The worker does the rest."""

from __future__ import annotations

from functools import partial

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.jobs import enqueue
from programs.core.locking import locked
from programs.core.models import SchoolYear
from programs.core.policy import must
from programs.core.private_files import forget_file, hash_of_file, keep_file, local_copy
from programs.core.references import under_reference
from programs.core.refusals import Refusal, Refused, refuse_if
from programs.pupils.choices import register_name
from programs.pupils.models import ClassGroup
from programs.pupils.policy import may_keep_roll
from programs.rosters import queries as roster_queries
from programs.rosters import rules
from programs.rosters.actions.preview import settle_doubts
from programs.rosters.choices import RowDecision, RowOutcome
from programs.rosters.models import RosterImport, RosterRow
from programs.rosters.policy import may_import
from programs.schools.choices import ImportState
from programs.schools.models import School
from programs.spreadsheets import open_table

PREVIEW_JOB, RECHECK_JOB, APPLY_JOB = "schools.roster_preview", "schools.roster_recheck", "schools.roster_apply"
ALL_OR_NOTHING, LEAVE_OUT = "all", "rest"


@transaction.atomic
@once("roster.upload", returns=RosterImport)
def upload_roster(
    *,
    school: School,
    school_year: SchoolYear,
    upload: UploadedFile,
    file_name: str,
    source: str,
    class_group: ClassGroup | None,
    once_more: bool,
    by: User,
    key: str,
) -> RosterImport:
    """Keep the school's file for a preview. Nothing is applied to the roll yet.

    Raises PermissionDenied, and ``Refused``: ``file_applied``, ``file_known`` (unless ``once_more``), and whatever
    makes a file unreadable.
    """
    must(may_keep_roll(by, school))
    file_path = keep_file(upload, folder="rosters")
    try:
        with local_copy(file_path) as path:
            open_table(path, file_name=file_name)
        school = lock_school(school_id=school.pk)
        must(may_keep_roll(by, school))
        file_hash = hash_of_file(upload)
        refuse_if(same_file_refusal(school=school, file_hash=file_hash, once_more=once_more))
        facts = {
            "school": school,
            "school_year": school_year,
            "uploaded_by": by,
            "source": register_name(source),
            "file_name": file_name,
            "file_path": file_path,
            "file_hash": file_hash,
            "options": {"class_name": class_group.name, "class_grade": class_group.grade} if class_group else {},
        }
        roster = under_reference(
            RosterImport, "DS", lambda reference: RosterImport.objects.create(reference=reference, **facts)
        )
        after = {"school": Code(school.code), "year": Code(school_year.name)}
        record(by=by, action="roster.upload", obj=roster, after=after)
    except BaseException:
        forget_file(file_path)
        raise
    return roster


def same_file_refusal(*, school: School, file_hash: str, once_more: bool) -> Refusal | None:
    """Refuse the same file again, unless the roll has changed since it was applied, or a person insists."""
    earlier = roster_queries.same_file(school, file_hash)
    if earlier is None:
        return None
    changed = earlier.applied_at is None or roster_queries.roll_changed_since(school, earlier.applied_at)
    return rules.same_file_refusal(
        day=timezone.localtime(earlier.applied_at or earlier.created_at),
        person=str(earlier.uploaded_by),
        is_applied=earlier.applied_at is not None,
        is_changed=changed,
        once_more=once_more,
    )


@transaction.atomic
@once("roster.map", returns=RosterImport)
def map_roster(
    *,
    roster: RosterImport,
    sheet: str,
    header_line: int,
    mapping: dict[str, str],
    other_sheets: list[dict],
    dropped_columns: list[str],
    title_case: bool,
    mode: str,
    by: User,
    key: str,
) -> RosterImport:
    """Match the columns and start the preview. Raises PermissionDenied, and ``Refused("wrong_state")``."""
    fresh = _fresh(roster, by=by, wanted=(*rules.OPEN_STATES,), or_stalled=True)
    if fresh.applied_at:
        raise Refused.because("wrong_state", _("Some rows in this file are already on the roll. Send the file again."))
    fresh.sheet, fresh.header_line, fresh.mapping = sheet, header_line, mapping
    fresh.other_sheets, fresh.dropped_columns = other_sheets, dropped_columns
    fresh.options = fresh.options | {"title_case": title_case, "mode": mode}
    _start(fresh, PREVIEW_JOB, ImportState.PREVIEWING, by=by)
    fresh.save()
    after = {"columns": len(mapping), "sheets": len(fresh.sheets_read), "mode": Code(mode)}
    record(by=by, action="roster.map", obj=fresh, after=after)
    return fresh


def _fresh(roster: RosterImport, *, by: User, wanted, or_stalled: bool = False) -> RosterImport:
    fresh = locked(RosterImport.objects.select_related("school", "school_year", "job"), pk=roster.pk)
    must(may_import(by, fresh))
    state = ImportState.FAILED if or_stalled and fresh.is_stalled else fresh.state
    refuse_if(rules.import_refusal(state=state, wanted=wanted))
    return fresh


def _start(roster: RosterImport, job_name: str, state: str, *, by: User) -> None:
    roster.state, roster.error = state, ""
    roster.job = enqueue(job_name, arguments={"roster": roster.pk}, owner=by)


@transaction.atomic
def decide_rows(*, roster: RosterImport, decisions: dict[int, str], by: User) -> RosterImport:
    """Answer the questions of some rows (by their pk). A row whose question does not allow the answer stays as it is.

    Raises PermissionDenied, and ``Refused("wrong_state")``.
    """
    fresh = _fresh(roster, by=by, wanted=(ImportState.READY,))
    rows = RosterRow.objects.filter(roster=fresh, pk__in=decisions, outcome=RowOutcome.DECIDE, applied_at=None)
    changed, settled = [], []
    for row in rows:
        wanted = decisions[row.pk]
        if rules.settles(row.question, wanted):
            settled.append(row)
        elif wanted == "" or rules.decision_allowed(row.question, wanted):
            row.decision = wanted
            changed.append(row)
    RosterRow.objects.bulk_update(changed, ["decision"])
    for row in changed:
        _leave_out_the_others(row)
    settle_doubts(roster=fresh, rows=settled, answers=decisions)
    record(by=by, action="roster.decide", obj=fresh, after={"rows": len(changed) + len(settled)})
    return fresh


def _leave_out_the_others(row: RosterRow) -> None:
    """Of rows with one identifier, one is used: choosing it leaves out the others."""
    if row.question != rules.TWICE or row.decision != RowDecision.SAME_PERSON:
        return
    others = roster_queries.rows_with_fact(row.roster, "external_id", [row.facts["external_id"]])
    others.filter(outcome=RowOutcome.DECIDE, applied_at=None).exclude(pk=row.pk).update(decision=RowDecision.SKIP)


@transaction.atomic
def decide_all(*, roster: RosterImport, question: str, decision: str, by: User) -> RosterImport:
    """One answer for every row that still asks ``question``; of repeated pupils the first row is used.

    Raises PermissionDenied, and ``Refused``: ``wrong_state``, ``wrong_answer``.
    """
    fresh = _fresh(roster, by=by, wanted=(ImportState.READY,))
    if not rules.decision_allowed(question, decision):
        raise Refused.because("wrong_answer", _("That is not a possible answer to this question."))
    rows = roster_queries.rows_shown(fresh, outcome=RowOutcome.DECIDE, question=question)
    rows = rows.filter(decision="", applied_at=None).order_by()
    if rules.settles(question, decision):
        number = 0
        for batch in roster_queries.batches_of(rows):
            settle_doubts(roster=fresh, rows=batch, answers=dict.fromkeys((row.pk for row in batch), decision))
            number += len(batch)
    elif question == rules.TWICE and decision == RowDecision.SAME_PERSON:
        number = _use_first_rows(rows)
    else:
        number = rows.update(decision=decision)
    record(by=by, action="roster.decide", obj=fresh, after={"question": Code(question), "rows": number})
    return fresh


def _use_first_rows(rows) -> int:
    firsts = rows.annotate(value=roster_queries.fact("external_id")).values("value").annotate(first=Min("pk"))
    first_ids = list(firsts.values_list("first", flat=True))
    number = 0
    for start in range(0, len(first_ids), roster_queries.BATCH):
        chunk = first_ids[start : start + roster_queries.BATCH]
        number += rows.filter(pk__in=chunk).update(decision=RowDecision.SAME_PERSON)
    return number + rows.update(decision=RowDecision.SKIP)


@transaction.atomic
@once("roster.start", returns=RosterImport)
def start_roster(*, roster: RosterImport, by: User, key: str) -> RosterImport:
    """Start applying the previewed rows in the background. Only one import per school runs at a time.

    Raises PermissionDenied, and ``Refused``: ``wrong_state``, ``bad_rows``, ``undecided_rows``, ``nothing_to_do``,
    ``other_import``.
    """
    lock_school(school_id=roster.school_id)
    fresh = _fresh(roster, by=by, wanted=(ImportState.READY,))
    refuse_if(start_refusal(roster=fresh))
    running = RosterImport.objects.filter(school=fresh.school_id, state=ImportState.APPLYING).select_related("job")
    if any(not other.is_stalled for other in running):
        raise Refused.because(
            "other_import", _("Another import for this school is running. Wait until it has finished.")
        )
    _start(fresh, APPLY_JOB, ImportState.APPLYING, by=by)
    fresh.save(update_fields=["state", "error", "job"])
    return fresh


def lock_school(*, school_id: int) -> School:
    """Serialises uploads and imports for one school."""
    return School.objects.select_for_update().get(pk=school_id)


def start_refusal(*, roster: RosterImport, figures: dict[str, int] | None = None) -> Refusal | None:
    """Why this import cannot start now, or None; ``figures`` if the caller has counted already."""
    figures = figures or roster_queries.figures_of(roster)
    return rules.apply_refusal(
        all_or_nothing=roster.options.get("mode") == ALL_OR_NOTHING,
        unusable=figures["refused"],
        undecided=figures["undecided"],
        useful=figures["useful"],
    )


@transaction.atomic
def check_again(*, roster: RosterImport, by: User) -> RosterImport:
    """Judge the rows not yet on the roll again, after decisions, releases and other imports.

    Raises PermissionDenied, and ``Refused("wrong_state")``.
    """
    fresh = _fresh(roster, by=by, wanted=(ImportState.READY, ImportState.APPLIED))
    _start(fresh, RECHECK_JOB, ImportState.PREVIEWING, by=by)
    fresh.save(update_fields=["state", "error", "job"])
    return fresh


@transaction.atomic
def restart_roster(*, roster: RosterImport, by: User) -> RosterImport:
    """Resume a job that the worker gave up. Completed rows stay done.

    Raises PermissionDenied, and ``Refused("wrong_state")``.
    """
    fresh = _fresh(roster, by=by, wanted=(ImportState.PREVIEWING, ImportState.APPLYING))
    if not fresh.is_stalled:
        raise Refused.because("wrong_state", _("This import has moved on in the meantime. Open it again."))
    _start(fresh, fresh.job.name if fresh.job else PREVIEW_JOB, fresh.state, by=by)
    fresh.save(update_fields=["state", "error", "job"])
    return fresh


@transaction.atomic
def drop_roster(*, roster: RosterImport, by: User) -> RosterImport:
    """Cancel the import: its rows and its file are deleted at once. Rows already applied stay on the roll.

    Raises PermissionDenied, and ``Refused("wrong_state")``.
    """
    fresh = _fresh(roster, by=by, wanted=rules.OPEN_STATES, or_stalled=True)
    RosterRow.objects.filter(roster=fresh, applied_at=None).delete()
    transaction.on_commit(partial(forget_file, fresh.file_path))
    fresh.file_path = ""
    fresh.state = ImportState.APPLIED if fresh.applied_at else ImportState.CANCELLED
    fresh.save(update_fields=["state", "file_path"])
    record(by=by, action="roster.drop", obj=fresh)
    return fresh
