"""Every minute: submissions whose files have come, reopenings that are over, projects that were not approved in time."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from programs.core.jobs import Progress, periodic
from programs.core.nets import in_turn, one_by_one
from programs.projects.actions.reopening import close_reopening
from programs.projects.actions.submitting import lapse_project, settle_submission, warn_of_lapse
from programs.projects.queries.deadlines import arriving, reopenings_over, to_approve


def settle_all() -> int:
    return one_by_one("projects.settle", arriving(), lambda project: settle_submission(project_id=project.pk))


@periodic("projects.sweep", every=timedelta(minutes=1))
def sweep(progress: Progress) -> dict[str, int]:
    now = timezone.now()
    close = partial(close_reopening, now=now)
    warn, lapse = partial(warn_of_lapse, now=now), partial(lapse_project, now=now)
    steps = {
        "settle": settle_all,
        "close": lambda: one_by_one("close", reopenings_over(now=now), lambda row: close(reopening_id=row.pk)),
        "warn": lambda: one_by_one("warn", to_approve(now=now), lambda row: warn(project_id=row.pk)),
        "lapse": lambda: one_by_one("lapse", to_approve(now=now), lambda row: lapse(project_id=row.pk)),
    }
    return in_turn("projects", steps)
