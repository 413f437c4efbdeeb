"""Who is prepared to leave a school has left it when the day has come."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from programs.core.jobs import Progress, periodic
from programs.core.nets import one_by_one
from programs.pupils.actions.promotion import leave_as_prepared
from programs.pupils.queries import schools_with_leavers


@periodic("pupils.leaving", every=timedelta(hours=1))
def let_leavers_go(progress: Progress) -> int:
    """Their places have ended without it: this writes it on the record, and tells the schools that wait for them."""
    schools = schools_with_leavers(timezone.localdate())
    return one_by_one("pupils.leaving", schools, lambda pk: leave_as_prepared(school_id=pk))
