"""Letters of earlier days have left; two that perhaps reached nobody: one to a mailbox that does not exist, one on a line that broke."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from programs.accounts.models import User
from programs.notices.choices import SECRET_KINDS, MessageState
from programs.notices.models import Message

NO_MAILBOX = "SMTPRecipientsRefused: 550 5.1.1 mailbox does not exist"
BROKEN_LINE = "SMTPServerDisconnected: Connection unexpectedly closed"


def deliver_old_ones(*, now: datetime) -> None:
    """What was written before today left in the minute in which it was written."""
    waiting = Message.objects.filter(state=MessageState.PENDING, next_attempt_at__lt=now - timedelta(hours=1))
    waiting.update(state=MessageState.SENT, sent_at=F("next_attempt_at"), attempts=1)


def build_undelivered(*, people: dict[str, User]) -> None:
    """After all others have written theirs."""
    for who, state, error in (("hanh", MessageState.FAILED, NO_MAILBOX), ("bao", MessageState.UNCERTAIN, BROKEN_LINE)):
        waiting = Message.objects.filter(recipient=people[who], state=MessageState.PENDING)
        last = waiting.exclude(kind__startswith=SECRET_KINDS).order_by("-pk").first()
        if last:
            Message.objects.filter(pk=last.pk).update(state=state, error=error, attempts=1)
