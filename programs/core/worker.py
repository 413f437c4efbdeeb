"""The worker: runs due jobs, recovers lost ones, keeps the schedule and the sweeps.

One process in production (``manage.py worker``); a thread of the web server in the demonstration.
"""

from __future__ import annotations

import logging
import threading
import time

from django.db import Error, close_old_connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker as QueueReader
from django_tasks_db.models import DBTaskResult

from programs.core import jobs

logger = logging.getLogger(__name__)
PAUSE = 1.0
CARE_EVERY = 30.0
BATCH = 20


class Worker:
    """A loop that ends when ``stop`` is set, after the job at hand."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._last: dict[str, float] = {}

    def run(self) -> None:
        while not self.stop.is_set():
            worked = self._safely("round", self.round)
            if not worked:
                self.stop.wait(PAUSE)

    def round(self) -> bool:
        """One look at everything; whether there was a job to do."""
        close_old_connections()
        if self._due("care", CARE_EVERY):
            self._safely("reaper", jobs.reap)
            self._safely("schedule", jobs.enqueue_periodic)
        for sweep in jobs.SWEEPS.values():
            if self._due(sweep.name, sweep.every.total_seconds()):
                self._safely(sweep.name, sweep.run)
        worked = run_due_jobs(at_most=BATCH, stop=self.stop)
        close_old_connections()
        return worked > 0

    def _due(self, name: str, seconds: float) -> bool:
        now = time.monotonic()
        if name in self._last and now - self._last[name] < seconds:
            return False
        self._last[name] = now
        return True

    @staticmethod
    def _safely(name: str, work) -> bool:
        """A worker outlives a database that is away for a while."""
        try:
            return bool(work())
        except Exception as error:
            logger.log(
                logging.WARNING if isinstance(error, Error) else logging.ERROR, "%s: %s", name, error, exc_info=True
            )
            close_old_connections()
            return False


def run_due_jobs(*, at_most: int = 1000, stop: threading.Event | None = None) -> int:
    """Run what is due now, one after the other; the number of queue entries that were run."""
    done = 0
    while done < at_most and not (stop and stop.is_set()):
        if not DBTaskResult.objects.ready().filter(backend_name="jobs").exists():
            break
        reader = QueueReader(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="jobs",
            startup_delay=False,
            max_tasks=1,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        reader.run()
        done += 1
    return done


def start_in_process_worker() -> Worker:
    """A daemon thread beside the web server, so that the demonstration needs no second process."""
    worker = Worker()
    threading.Thread(target=worker.run, name="worker", daemon=True).start()
    return worker
