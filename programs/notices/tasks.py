"""The outbox has two lanes, each with a thread of its own in every worker: what is urgent waits for nothing else."""

from datetime import timedelta
from functools import partial

from programs.core.jobs import sweep
from programs.notices.actions import send_due_messages

sweep("notices.urgent", every=timedelta(seconds=1))(partial(send_due_messages, urgent=True))
sweep("notices.outbox", every=timedelta(seconds=3))(partial(send_due_messages, urgent=False))
