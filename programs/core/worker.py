"""The worker: runs due jobs, recovers lost ones, keeps the schedule and the sweeps.

One process in production (``manage.py worker``); a thread of the web server in the demonstration. Each sweep has a
thread of its own: a sign-in code does not wait until a long job has ended.
"""

from __future__ import annotations

import logging
import threading
import time

from django.db import Error, close_old_connections, connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker as QueueReader
from django_tasks_db.models import DBTaskResult

from programs.core import jobs

logger = logging.getLogger(__name__)
PAUSE = 1.0
CARE_EVERY = 30.0
BATCH = 20


class Worker:
    """Loops that end when ``stop`` is set, after the job at hand."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._cared: float | None = None

    def run(self) -> None:
        loops = [
            threading.Thread(target=self._sweep, args=[sweep], name=sweep.name, daemon=True)
            for sweep in jobs.SWEEPS.values()
        ]
        for loop in loops:
            loop.start()
        while not self.stop.is_set():
            if not self._safely("round", self.round):
                self.stop.wait(PAUSE)
        for loop in loops:
            loop.join()

    def _sweep(self, sweep: jobs.Sweep) -> None:
        """The loop of one sweep: without a pause as long as there is something to do."""
        while not self.stop.is_set():
            worked = self._safely(sweep.name, sweep.run)
            close_old_connections()
            if not worked:
                self.stop.wait(sweep.every.total_seconds())
        connections.close_all()

    def round(self) -> bool:
        """One look at the queue; whether there was a job to do."""
        close_old_connections()
        now = time.monotonic()
        if self._cared is None or now - self._cared >= CARE_EVERY:
            self._cared = now
            self._safely("reaper", jobs.reap)
            self._safely("schedule", jobs.enqueue_periodic)
        worked = run_due_jobs(at_most=BATCH, stop=self.stop)
        close_old_connections()
        return worked > 0

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
