"""Work of the schools wing that runs behind the request."""

from __future__ import annotations

import secrets
import tempfile
from datetime import timedelta

from django.core.files import File
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.core.jobs import Progress, job, periodic
from programs.core.personal_archive import write_archive
from programs.schools import hooks_consents, hooks_pupils, hooks_rights, hooks_rosters  # noqa: F401  (they register)
from programs.schools.actions.deadlines import chase_registrations
from programs.schools.actions.erasure import ERASE_JOB, erase
from programs.schools.actions.rights import warn_handlers
from programs.schools.actions.roster_apply import apply_roster
from programs.schools.actions.roster_preview import judge_again, make_preview
from programs.schools.actions.rosters import APPLY_JOB, PREVIEW_JOB, RECHECK_JOB
from programs.schools.models import RosterImport
from programs.schools.queries.rights import ARCHIVE_JOB, subject_of


@periodic("schools.registrations", every=timedelta(hours=6))
def chase(progress: Progress) -> dict[str, int]:
    """Reminds those for whom a registration waits; the steps are safe to run twice."""
    return chase_registrations()


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


@periodic("schools.data_requests", every=timedelta(hours=1))
def warn_of_data_requests(progress: Progress) -> int:
    """Warns whoever handles a request before its date; each date once."""
    return warn_handlers(today=timezone.localdate())


@job(ERASE_JOB)
def erase_person(progress: Progress, *, request: int, by: int) -> dict:
    """What a person confirmed; an interrupted erasure is done again from the beginning."""
    return erase(request_id=request, by=User.objects.get(pk=by))


@job(ARCHIVE_JOB)
def pack_archive(progress: Progress, *, user: int) -> dict:
    """A large archive of one person, in private storage for a day; the result names its key."""
    with tempfile.TemporaryFile() as packed:
        files = write_archive(packed, subject=subject_of(user=User.objects.get(pk=user)))
        packed.seek(0)
        key = storages["private"].save(f"archives/{secrets.token_urlsafe(24)}.zip", File(packed))
    return {"key": key, "files": files}
