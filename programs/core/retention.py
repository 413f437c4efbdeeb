"""Data retention: how long each kind of data is kept, and what removes it afterwards.

A wing registers its rules in ``retention.py``; their days are rows that the operator may change. A rule only says
which rows are due and how they go. The nightly run removes them in small transactions; a dry run only counts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from programs.core.choices import JobState
from programs.core.emptying import purge_rows, still_to_purge
from programs.core.jobs import Progress, periodic
from programs.core.models import ActReason, IdempotencyRecord, Job, RetentionRule
from programs.core.nets import in_turn, one_by_one
from programs.core.personal import delete_files

logger = logging.getLogger(__name__)
BATCH = 500
EXAMPLES = 3
NIGHT = range(1, 5)  # hours of the portal's own clock

Due = Callable[[datetime], QuerySet]
Purge = Callable[[QuerySet], None]


@dataclass(frozen=True)
class Rule:
    """``due(limit)`` returns the rows that were finished before ``limit``; ``purge(rows)`` removes them.

    ``doubt`` says what the law leaves open: such a rule is off until somebody decides.
    """

    name: str
    label: str | Promise
    days: int
    due: Due
    purge: Purge
    basis: str | Promise
    doubt: str | Promise = ""


@dataclass(frozen=True)
class Outlook:
    """What a rule would remove now. Examples are numbers of rows: they name nobody."""

    rule: Rule
    row: RetentionRule
    count: int
    examples: list[str]


RULES: dict[str, Rule] = {}


def retention_rule(
    name: str,
    *,
    label: str | Promise,
    days: int,
    basis: str | Promise,
    purge: Purge | None = None,
    doubt: str | Promise = "",
) -> Callable[[Due], Due]:
    """Registers ``fn(limit) -> rows`` as the rule ``name``; ``days`` hold until the operator says otherwise.

    Without ``purge`` the rule empties the columns whose fate names it, or deletes the rows where there is none.
    """

    def register(due: Due) -> Due:
        if name in RULES:
            raise ValueError(f"Two retention rules are called {name!r}.")
        RULES[name] = Rule(
            name=name,
            label=label,
            days=days,
            due=lambda limit: still_to_purge(due(limit), name),
            purge=purge or (lambda rows: purge_rows(rows, name)),
            basis=basis,
            doubt=doubt,
        )
        return due

    return register


def rule_rows() -> dict[str, RetentionRule]:
    """The operator's row of every rule; a rule that is new gets its row here."""
    rows = {row.name: row for row in RetentionRule.objects.filter(name__in=RULES)}
    for rule in RULES.values():
        if rule.name not in rows:
            rows[rule.name], _created = RetentionRule.objects.get_or_create(
                name=rule.name, defaults={"days": rule.days, "is_active": not rule.doubt}
            )
    return rows


def kept_for(name: str) -> str:
    """How long a kind of data is kept, in words for its owner."""
    row = RetentionRule.objects.filter(name=name).first()
    rule = RULES[name]
    if not (row.is_active if row else not rule.doubt):
        return _("No time limit has been set yet.")
    days = row.days if row else rule.days
    return ngettext(
        "{days} day after it is no longer needed.", "{days} days after it is no longer needed.", days
    ).format(days=days)


def outlook(*, now: datetime | None = None) -> list[Outlook]:
    """What every rule would remove now, the inactive ones too."""
    now = now or timezone.now()
    return [_outlook(RULES[name], row, now) for name, row in sorted(rule_rows().items())]


def _outlook(rule: Rule, row: RetentionRule, now: datetime) -> Outlook:
    due = rule.due(now - timedelta(days=row.days))
    first = due.order_by("pk").values_list("pk", flat=True)[:EXAMPLES]
    label = due.model._meta.verbose_name
    # The key of a session opens it: those are counted only.
    examples = [f"{label} #{key}" for key in first if isinstance(key, int)]
    return Outlook(rule=rule, row=row, count=due.count(), examples=examples)


def run(*, now: datetime | None = None, progress: Callable[[int, int], None] = lambda done, total: None) -> dict:
    """Remove what is due by every active rule; how many rows each removed. One rule's failure stops no other."""
    now = now or timezone.now()
    active = [(RULES[name], row) for name, row in sorted(rule_rows().items()) if row.is_active]
    removed: dict[str, int] = {}
    for number, (rule, row) in enumerate(active, start=1):
        removed |= in_turn("retention", {rule.name: partial(_run_one, rule, row, now)})
        progress(number, len(active))
    return removed


def _run_one(rule: Rule, row: RetentionRule, now: datetime) -> int:
    due = rule.due(now - timedelta(days=row.days)).order_by("pk")
    count, last = 0, None
    while keys := list((due.filter(pk__gt=last) if last is not None else due).values_list("pk", flat=True)[:BATCH]):
        count, last = count + _purge(rule, due.model, keys), keys[-1]
    RetentionRule.objects.filter(pk=row.pk).update(last_run_at=now, last_count=count)
    return count


def _purge(rule: Rule, model: type[Model], keys: list) -> int:
    """All at once; where one of them stands in the way, one by one without it."""

    def purge(some: list) -> bool:
        with transaction.atomic():
            rule.purge(model._default_manager.filter(pk__in=some))
        return True

    try:
        purge(keys)
    except Exception:
        logger.warning("The retention rule %s goes on row by row.", rule.name)
        return one_by_one(f"retention {rule.name}", keys, lambda key: purge([key]))
    return len(keys)


@periodic("core.retention", every=timedelta(hours=1), max_attempts=1)
def run_at_night(progress: Progress) -> dict:
    """Runs once a night; by day only to catch up after a night without a worker."""
    now = timezone.now()
    last = RetentionRule.objects.filter(last_run_at__isnull=False).order_by("-last_run_at").first()
    waited = now - last.last_run_at if last and last.last_run_at else timedelta(days=2)
    by_night = timezone.localtime(now).hour in NIGHT
    if waited < timedelta(hours=12) or (not by_night and waited < timedelta(hours=36)):
        return {}
    return run(now=now, progress=progress)


def forget_jobs(rows: QuerySet[Job]) -> None:
    """Delete finished jobs together with the files they created."""
    results = rows.values_list("result", flat=True)
    delete_files(storages["private"], [result.get("key", "") for result in results if isinstance(result, dict)])
    rows.delete()


@retention_rule(
    "core.finished_jobs",
    label=gettext_lazy("Finished background jobs and the files they created"),
    days=30,
    basis=gettext_lazy("Only needed until the result has been downloaded."),
    purge=forget_jobs,
)
def finished_jobs(limit: datetime) -> QuerySet[Job]:
    return Job.objects.filter(state__in=[JobState.DONE, JobState.FAILED], finished_at__lt=limit)


@retention_rule(
    "core.queue_entries",
    label=gettext_lazy("Entries of the work queue"),
    days=30,
    basis=gettext_lazy("Only needed while someone is looking for a fault."),
)
def queue_entries(limit: datetime) -> QuerySet[DBTaskResult]:
    ended = [TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED]
    return DBTaskResult.objects.filter(status__in=ended, finished_at__lt=limit)


@retention_rule(
    "core.form_keys",
    label=gettext_lazy("Keys that prevent a form from being sent twice"),
    days=30,
    basis=gettext_lazy("Nobody sends the same form again after a month."),
)
def form_keys(limit: datetime) -> QuerySet[IdempotencyRecord]:
    return IdempotencyRecord.objects.filter(created_at__lt=limit)


@retention_rule(
    "core.reasons",
    label=gettext_lazy("What was written as the reason of an act"),
    days=730,
    basis=gettext_lazy("Two school years, for questions about the act. The audit log keeps the act itself."),
)
def reasons(limit: datetime) -> QuerySet[ActReason]:
    return ActReason.objects.filter(act__timestamp__lt=limit)
