"""The background worker of production: ends after the job at hand when it is asked to."""

import signal

from django.core.management.base import BaseCommand

from programs.core.worker import Worker


class Command(BaseCommand):
    help = "Run background jobs, send due messages and keep the schedule, until SIGTERM or Ctrl+C."

    def handle(self, **options) -> None:
        worker = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop.set())
        self.stdout.write("The worker is running.")
        self.stdout.flush()
        worker.run()
        self.stdout.write("The worker has ended.")
