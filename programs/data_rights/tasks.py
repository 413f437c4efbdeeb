"""Warnings, erasures and archives run behind the request."""

from __future__ import annotations

import tempfile
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.utils import timezone

from programs.accounts.models import User
from programs.core.jobs import NoLongerAllowed, Progress, job, must_still, periodic
from programs.core.private_files import keep_file
from programs.data_rights.actions.erasure import ERASE_JOB, erase
from programs.data_rights.actions.requests import warn_handlers
from programs.data_rights.exports import write_archive
from programs.data_rights.queries import ARCHIVE_JOB, subject_of


@periodic("schools.data_requests", every=timedelta(hours=1))
def warn_of_data_requests(progress: Progress) -> int:
    """Warn the handlers of a request before each deadline, once per deadline."""
    return warn_handlers(today=timezone.localdate())


@job(ERASE_JOB)
def erase_person(progress: Progress, *, request: int, by: int) -> dict:
    """What a person confirmed; an interrupted erasure is done again from the beginning."""
    try:
        return erase(request_id=request, by=User.objects.get(pk=by), report=progress)
    except PermissionDenied as gone:
        raise NoLongerAllowed from gone


@job(ARCHIVE_JOB)
def pack_archive(progress: Progress, *, user: int) -> dict:
    """A large archive of one person, in private storage for a day; the result names its key."""
    owner = must_still(progress.job_id, lambda owner: owner.pk == user)
    with tempfile.TemporaryFile() as packed:
        files = write_archive(packed, subject=subject_of(user=owner))
        key = keep_file(File(packed), folder="archives", ending=".zip")
    return {"key": key, "files": files}
