"""Background jobs: one row per job, retried with growing delays, requeued when its worker dies, run once per slot.

The queue is django-tasks' database backend; what it lacks (attempts, progress, recovery, a schedule) is here.
A job is a function ``fn(progress, **arguments)`` under a name; its arguments are identifiers, and it must tolerate that
their rows no longer exist. It may be run again after a crash, so it must be safe to run twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from programs.core.choices import JobState
from programs.core.models import Job
from programs.core.nets import JobLost, noting_what_falls

logger = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
STALE_AFTER = timedelta(minutes=5)
LOOKED_INTO = timedelta(days=7)


@dataclass(frozen=True)
class JobKind:
    """A registered job: its function, its attempts, and how long it may stay silent before it counts as dead."""

    name: str
    run: Callable[..., Any]
    max_attempts: int = 5
    stale_after: timedelta = STALE_AFTER


@dataclass(frozen=True)
class Sweep:
    """Light work without a job row, such as sending due messages: ``run`` says whether it did any.

    Each worker has a thread for it, which runs it again at once as long as there is work, else after ``every``.
    """

    name: str
    run: Callable[[], Any]
    every: timedelta


KINDS: dict[str, JobKind] = {}
PERIODIC: dict[str, timedelta] = {}
SWEEPS: dict[str, Sweep] = {}


def job(name: str, *, max_attempts: int = 5, stale_after: timedelta = STALE_AFTER) -> Callable:
    """Registers ``fn(progress, **arguments)`` as the work of jobs called ``name``."""

    def register(run: Callable) -> Callable:
        if name in KINDS:
            raise ValueError(f"Two jobs are called {name!r}.")
        KINDS[name] = JobKind(name=name, run=run, max_attempts=max_attempts, stale_after=stale_after)
        return run

    return register


def periodic(name: str, *, every: timedelta, max_attempts: int = 5) -> Callable:
    """Registers a job that the worker enqueues once in every slot of ``every``."""

    def register(run: Callable) -> Callable:
        PERIODIC[name] = every
        return job(name, max_attempts=max_attempts)(run)

    return register


def sweep(name: str, *, every: timedelta) -> Callable:
    """Register ``fn()`` as a sweep of every worker; it must be safe to run concurrently, also with jobs."""

    def register(run: Callable[[], Any]) -> Callable[[], Any]:
        SWEEPS[name] = Sweep(name=name, run=run, every=every)
        return run

    return register


class NoLongerAllowed(Exception):
    """Whoever started a job may not do this any more: it ends at once and is not tried again."""


def must_still(job_id: int, may: Callable[[Any], bool]) -> Any:
    """Ask again whether the owner of the job may; return the owner as they are now.

    A job runs long after the page was looked at: its school may be closed, its owner's post ended. Ask in each
    transaction that writes, under the lock of what gives the right. Raises NoLongerAllowed, also when the account is
    closed or gone.
    """
    owner = get_user_model().objects.filter(pk__in=Job.objects.filter(pk=job_id).values("owner"), is_active=True)
    found = owner.first()
    if found is None or not may(found):
        raise NoLongerAllowed
    return found


@dataclass(frozen=True)
class Progress:
    """Progress reported by a running job. Each report also shows that the job is alive.

    Reports made inside a transaction only become visible after its commit: report between transactions.
    """

    job_id: int
    attempt: int

    def __call__(self, done: int, total: int | None = None) -> None:
        """``done`` of ``total`` steps are done. Raises JobLost when the job was taken over by another run."""
        sizes = {"steps_done": done} if total is None else {"steps_done": done, "steps_total": total}
        mine = Job.objects.filter(pk=self.job_id, state=JobState.RUNNING, attempts=self.attempt)
        if not mine.update(heartbeat_at=timezone.now(), **sizes):
            raise JobLost


def enqueue(
    name: str,
    *,
    arguments: dict[str, Any],
    owner=None,
    unique_key: str | None = None,
    run_after: datetime | None = None,
) -> Job:
    """Put the job ``name`` into the queue, in the caller's transaction if there is one.

    With a ``unique_key`` the same work is queued once: the job that has the key is returned;
    one that has failed permanently is started again, for the owner who asks now.
    """
    kind = KINDS[name]
    with transaction.atomic():
        if unique_key and (existing := _with_key(unique_key)):
            return _start_anew(existing, owner=owner) if existing.state == JobState.FAILED else existing
        try:
            with transaction.atomic():
                queued = Job.objects.create(
                    name=name,
                    arguments=arguments,
                    owner=owner,
                    unique_key=unique_key,
                    max_attempts=kind.max_attempts,
                    next_run_at=run_after or timezone.now(),
                )
        except IntegrityError:
            if unique_key is None:
                raise
            return Job.objects.get(unique_key=unique_key)
        _queue(queued)
        return queued


def _with_key(unique_key: str) -> Job | None:
    return Job.objects.filter(unique_key=unique_key).first()


def _start_anew(failed: Job, *, owner) -> Job:
    again = Job.objects.filter(pk=failed.pk, state=JobState.FAILED)
    fresh = {"owner": owner, "attempts": 0, "steps_done": 0, "error": "", "next_run_at": timezone.now()}
    if again.update(state=JobState.QUEUED, **fresh):
        failed.refresh_from_db()
        _queue(failed)
    return failed


def _queue(queued: Job) -> None:
    run_job.using(run_after=queued.next_run_at).enqueue(queued.pk)


@task(backend="jobs")
def run_job(job_id: int) -> None:
    """One attempt at a job. Its outcome is on our row; the queue's own row is always a success."""
    claimed = _claim(job_id)
    if claimed is None:
        return
    kind = KINDS.get(claimed.name)
    if kind is None:
        _finish(claimed, state=JobState.FAILED, error=f"No job is called {claimed.name}.")
        return
    try:
        with noting_what_falls() as fallen:
            result = kind.run(Progress(claimed.pk, claimed.attempts), **claimed.arguments)
    except NoLongerAllowed:
        logger.warning("Job %s was stopped: its owner may not do this any more.", claimed)
        _finish(claimed, state=JobState.FAILED, error="Stopped: whoever started it may not do this any more.")
    except JobLost:
        logger.warning("Job %s was taken over by another worker.", claimed)
    except Exception as error:
        logger.exception("Job %s failed in attempt %s.", claimed, claimed.attempts)
        _retry_or_fail(claimed, f"{type(error).__name__}: {error}")
    else:
        _finish(claimed, state=JobState.DONE, result=result, error="; ".join(fallen))


def _claim(job_id: int) -> Job | None:
    """Claim the job; return it if it was waiting and this worker got it."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=job_id, state=JobState.QUEUED, next_run_at__lte=now)
    if not waiting.update(state=JobState.RUNNING, attempts=F("attempts") + 1, heartbeat_at=now, error=""):
        return None
    return Job.objects.filter(pk=job_id).first()


def _running(claimed: Job):
    """The row, while it still belongs to this attempt: a late worker must not overwrite its successor."""
    return Job.objects.filter(pk=claimed.pk, state=JobState.RUNNING, attempts=claimed.attempts)


def _finish(claimed: Job, *, state: JobState, result: Any = None, error: str = "") -> None:
    _running(claimed).update(
        state=state, result=result, error=error[:2000], finished_at=timezone.now(), next_run_at=None
    )


def _retry_or_fail(claimed: Job, error: str) -> None:
    if claimed.attempts >= claimed.max_attempts:
        _finish(claimed, state=JobState.FAILED, error=error)
        return
    _put_back(claimed, error, pause=pause_after(claimed.attempts))


def pause_after(attempts: int) -> timedelta:
    """10 seconds, then twice as long each time, at most an hour."""
    return min(FIRST_PAUSE * 2 ** max(attempts - 1, 0), LONGEST_PAUSE)


def _put_back(claimed: Job, error: str, *, pause: timedelta) -> bool:
    with transaction.atomic():
        due = timezone.now() + pause
        if not _running(claimed).update(state=JobState.QUEUED, next_run_at=due, error=error[:2000]):
            return False
        claimed.next_run_at = due
        _queue(claimed)
        return True


def reap(*, now: datetime | None = None) -> int:
    """Requeue every job whose worker has gone silent; return their number."""
    now = now or timezone.now()
    reaped = 0
    for running in Job.objects.filter(state=JobState.RUNNING):
        patience = KINDS[running.name].stale_after if running.name in KINDS else STALE_AFTER
        if running.heartbeat_at and running.heartbeat_at > now - patience:
            continue
        if running.attempts >= running.max_attempts:
            _finish(running, state=JobState.FAILED, error="The worker stopped in the middle, again and again.")
        elif _put_back(running, "The worker stopped in the middle.", pause=timedelta(0)):
            reaped += 1
    return reaped + _requeue_orphans(now)


def _requeue_orphans(now: datetime) -> int:
    """Queued jobs whose entry in the queue was taken by a worker that died before it claimed the job."""
    requeued = 0
    dead = DBTaskResult.objects.filter(
        backend_name="jobs", status=TaskResultStatus.RUNNING, started_at__lt=now - STALE_AFTER
    )
    for entry in dead.filter(task_path=run_job.module_path):
        waiting = Job.objects.filter(pk__in=entry.args_kwargs["args"], state=JobState.QUEUED).first()
        running = Job.objects.filter(pk__in=entry.args_kwargs["args"], state=JobState.RUNNING).exists()
        if running:
            continue
        with transaction.atomic():
            ended = DBTaskResult.objects.filter(pk=entry.pk, status=TaskResultStatus.RUNNING)
            if ended.update(status=TaskResultStatus.FAILED, finished_at=now) and waiting:
                _queue(waiting)
                requeued += 1
    return requeued


def enqueue_periodic(*, now: datetime | None = None) -> None:
    """Enqueue every periodic job whose slot has begun; the unique key lets one worker of many do it."""
    now = now or timezone.now()
    slots = {name: f"{name}@{int(now.timestamp() // every.total_seconds())}" for name, every in PERIODIC.items()}
    taken = set(Job.objects.filter(unique_key__in=slots.values()).values_list("unique_key", flat=True))
    for name, key in slots.items():
        if key not in taken:
            enqueue(name, arguments={}, unique_key=key)


def to_look_into(*, now: datetime | None = None) -> QuerySet[Job]:
    """Runs of a week that whoever runs the portal should know of, the newest first: failed, or left rows behind.

    Of a periodic job the last run counts: what the next one did well is past.
    """
    now = now or timezone.now()
    ended = Job.objects.filter(state__in=(JobState.DONE, JobState.FAILED))
    later = ended.filter(name=OuterRef("name"), pk__gt=OuterRef("pk"))
    ill = ended.exclude(error="").filter(finished_at__gt=now - LOOKED_INTO)
    return ill.exclude(Q(name__in=[*PERIODIC]) & Exists(later))


def oldest_wait(*, now: datetime | None = None) -> timedelta:
    """How long the job that should have begun first has been waiting."""
    now = now or timezone.now()
    first = Job.objects.filter(state=JobState.QUEUED, next_run_at__lte=now).order_by("next_run_at").first()
    return now - first.next_run_at if first and first.next_run_at else timedelta(0)
