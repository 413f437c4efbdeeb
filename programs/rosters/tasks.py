"""Lists are read, judged and imported behind the request, as long as whoever started it may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.urls import reverse

from programs.core.jobs import NoLongerAllowed, Progress, job
from programs.rosters.actions.apply import apply_roster
from programs.rosters.actions.preview import judge_again, make_preview
from programs.rosters.actions.rights import must_still_import, note_stop
from programs.rosters.actions.rosters import APPLY_JOB, PREVIEW_JOB, RECHECK_JOB
from programs.rosters.models import RosterImport


def _answer(roster: RosterImport | None) -> dict:
    return {"url": reverse("roster_detail", args=[roster.reference])} if roster else {}


@contextmanager
def _while_allowed(progress: Progress, roster: int) -> Iterator[Callable[..., None]]:
    """A ``progress`` that asks with each batch; what stops is noted at the import before the job ends."""

    def report(done: int, total: int | None = None) -> None:
        _ask(progress, roster)
        progress(done, total)

    try:
        _ask(progress, roster)
        yield report
    except NoLongerAllowed:
        note_stop(roster_id=roster, job_id=progress.job_id)
        raise


def _ask(progress: Progress, roster: int) -> None:
    if found := RosterImport.objects.filter(pk=roster, job_id=progress.job_id).first():
        with transaction.atomic():
            must_still_import(roster=found)


@job(PREVIEW_JOB)
def roster_preview(progress: Progress, *, roster: int) -> dict:
    with _while_allowed(progress, roster) as report:
        return _answer(make_preview(roster_id=roster, job_id=progress.job_id, progress=report))


@job(RECHECK_JOB)
def roster_recheck(progress: Progress, *, roster: int) -> dict:
    with _while_allowed(progress, roster) as report:
        return _answer(judge_again(roster_id=roster, job_id=progress.job_id, progress=report))


@job(APPLY_JOB)
def roster_apply(progress: Progress, *, roster: int) -> dict:
    with _while_allowed(progress, roster):  # each batch asks under the lock that it writes with
        return _answer(apply_roster(roster_id=roster, job_id=progress.job_id, progress=progress))
