"""Two letters that perhaps reached nobody: one to a mailbox that does not exist, one on a line that broke."""

from __future__ import annotations

from programs.accounts.models import User
from programs.notices.choices import SECRET_KINDS, MessageState
from programs.notices.models import Message

NO_MAILBOX = "SMTPRecipientsRefused: 550 5.1.1 mailbox does not exist"
BROKEN_LINE = "SMTPServerDisconnected: Connection unexpectedly closed"


def build_undelivered(*, people: dict[str, User]) -> None:
    """After all others have written theirs."""
    for who, state, error in (("hanh", MessageState.FAILED, NO_MAILBOX), ("bao", MessageState.UNCERTAIN, BROKEN_LINE)):
        waiting = Message.objects.filter(recipient=people[who], state=MessageState.PENDING)
        last = waiting.exclude(kind__startswith=SECRET_KINDS).order_by("-pk").first()
        if last:
            Message.objects.filter(pk=last.pk).update(state=state, error=error, attempts=1)
