"""Lists are read, judged and imported behind the request."""

from __future__ import annotations

from django.urls import reverse

from programs.core.jobs import Progress, job
from programs.rosters.actions.apply import apply_roster
from programs.rosters.actions.preview import judge_again, make_preview
from programs.rosters.actions.rosters import APPLY_JOB, PREVIEW_JOB, RECHECK_JOB
from programs.rosters.models import RosterImport


def _answer(roster: RosterImport | None) -> dict:
    return {"url": reverse("roster_detail", args=[roster.reference])} if roster else {}


@job(PREVIEW_JOB)
def roster_preview(progress: Progress, *, roster: int) -> dict:
    return _answer(make_preview(roster_id=roster, job_id=progress.job_id, progress=progress))


@job(RECHECK_JOB)
def roster_recheck(progress: Progress, *, roster: int) -> dict:
    return _answer(judge_again(roster_id=roster, job_id=progress.job_id, progress=progress))


@job(APPLY_JOB)
def roster_apply(progress: Progress, *, roster: int) -> dict:
    return _answer(apply_roster(roster_id=roster, job_id=progress.job_id, progress=progress))
