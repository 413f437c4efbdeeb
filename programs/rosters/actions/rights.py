"""An import runs long after somebody started it: in every batch it is asked again whether they still may."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.jobs import must_still
from programs.core.private_files import forget_file
from programs.rosters.models import RosterImport, RosterRow
from programs.rosters.policy import may_import
from programs.schools.choices import ImportState, SchoolState
from programs.schools.models import School

RIGHT_GONE = "right_gone"  # kept in ``RosterImport.error``: the page has the words
ENDED = (SchoolState.CLOSED, SchoolState.MERGED)


def must_still_import(*, roster: RosterImport) -> User:
    """Lock the school and ask whether whoever started the job may still import for it; return them as they are now.

    The caller holds the transaction that writes. Raises NoLongerAllowed.
    """
    roster.school = School.objects.select_for_update().get(pk=roster.school_id)
    return must_still(roster.job_id or 0, lambda owner: may_import(owner, roster))


@transaction.atomic
def note_stop(*, roster_id: int, job_id: int) -> None:
    """What was imported stays. Where the school has ended the rest is deleted, else another coordinator may resume."""
    found = RosterImport.objects.filter(pk=roster_id, job_id=job_id).first()
    if found is None:
        return
    school = School.objects.select_for_update().get(pk=found.school_id)
    fresh = RosterImport.objects.select_for_update().get(pk=roster_id)
    fresh.error = RIGHT_GONE
    if school.state in ENDED:
        RosterRow.objects.filter(roster=fresh, applied_at=None).delete()
        transaction.on_commit(partial(forget_file, fresh.file_path))
        fresh.file_path, fresh.state = "", ImportState.CANCELLED
    fresh.save(update_fields=["error", "file_path", "state"])
    record(by=None, action="roster.stop", obj=fresh, after={"state": fresh.state})
