"""Who has not submitted three days before the deadline is reminded; files of entries are compared with each other."""

from datetime import timedelta

from django.utils import timezone

from programs.core.jobs import Progress, job, periodic
from programs.core.nets import one_by_one
from programs.entries.actions import COMPARE_JOB, ask_for_comparison, compare_file, remind_team
from programs.entries.queries import to_compare, to_remind

AT_ONCE = 500  # files that an hour's round puts into the queue


@periodic("entries.reminders", every=timedelta(hours=1))
def remind(progress: Progress) -> dict[str, int]:
    now = timezone.now()
    keys = list(to_remind(now=now).values_list("pk", flat=True))
    return {"reminded": one_by_one("entries remind", keys, lambda pk: remind_team(project_id=pk, now=now))}


@job(COMPARE_JOB)
def compare(progress: Progress, file: int) -> dict[str, int]:
    return {"alike": compare_file(file_id=file)}


@periodic("entries.comparing", every=timedelta(hours=1))
def compare_the_rest(progress: Progress) -> dict[str, int]:
    """What was entered before files were compared, and what failed: the checking process was away, or the storage."""
    return {"asked": ask_for_comparison(files=to_compare().order_by("pk")[:AT_ONCE])}
