"""The outbox is swept every few seconds by whichever worker there is."""

from datetime import timedelta

from programs.core.jobs import sweep
from programs.notices.actions import send_due_messages

sweep("notices.outbox", every=timedelta(seconds=3))(send_due_messages)
