"""Every hour: who has not submitted three days before the deadline is reminded, once for each deadline."""

from datetime import timedelta

from django.utils import timezone

from programs.core.jobs import Progress, periodic
from programs.core.nets import one_by_one
from programs.entries.actions import remind_team
from programs.entries.queries import to_remind


@periodic("entries.reminders", every=timedelta(hours=1))
def remind(progress: Progress) -> dict[str, int]:
    now = timezone.now()
    keys = list(to_remind(now=now).values_list("pk", flat=True))
    return {"reminded": one_by_one("entries remind", keys, lambda pk: remind_team(project_id=pk, now=now))}
