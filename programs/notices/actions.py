"""The outbox: a message is written in the same transaction as its action and sent after the commit, once."""

from __future__ import annotations

import hashlib
import logging
import smtplib
from datetime import datetime, timedelta
from urllib.parse import urlparse

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F
from django.urls import translate_url
from django.utils import timezone, translation

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.notices.choices import SECRET_KINDS, URGENT_KINDS, MessageState
from programs.notices.emails import render_letter
from programs.notices.models import Message
from programs.notices.policy import may_see_undelivered
from programs.notices.rules import again_refusal, settle_refusal

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
OUTAGE_PAUSE = timedelta(seconds=30)
ABANDONED_AFTER = timedelta(minutes=10)


def write_message(
    *,
    kind: str,
    to: User | None,
    address: str = "",
    dedupe_key: str,
    context: dict,
    link: str = "",
    attachment: tuple[str, str, str] | None = None,
) -> None:
    """Write the message ``kind`` for a person or an address, in the caller's transaction.

    Rendered now, in the reader's language, from its one template (``emails.letter_template``) with ``context`` and
    ``site_url``, ``jurisdiction``, ``person`` and ``link`` (absolute). ``link`` is a path.
    Repeating a ``dedupe_key`` changes nothing: the first message is kept. A person without email only sees it on the
    desk.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A message is written in the transaction of its act.")
    language = to.language if to else (translation.get_language() or settings.LANGUAGE_CODE)
    to_address = address or (to.email if to else "") or ""
    name, content_type, content = attachment or ("", "", "")
    path = _in_language(link, language)
    known = {
        "person": to,
        "site_url": settings.SITE_URL,
        "jurisdiction": settings.JURISDICTION,
        "link": f"{settings.SITE_URL}{path}" if path else "",
        "language": language,
    }
    letter = render_letter(kind=kind, context=known | context, language=language)
    now = timezone.now()
    message = Message(
        kind=kind,
        recipient=to,
        to_address=to_address,
        language=language,
        link=path,
        dedupe_key=dedupe_key,
        attachment_name=name,
        attachment_type=content_type,
        attachment=content,
        state=MessageState.PENDING if to_address else MessageState.SENT,
        urgent=kind in URGENT_KINDS,
        sent_at=None if to_address else now,
        next_attempt_at=now,
        subject=letter.subject[:250],
        body_text=letter.text,
        body_html=letter.html,
    )
    # Two concurrent actions may write the same message: the unique key lets only one of them in, in one statement.
    Message.objects.bulk_create([message], ignore_conflicts=True)


def _in_language(link: str, language: str) -> str:
    """``link`` as it is addressed in ``language``; finding that out is left out where it is so already."""
    spoken = translation.get_language_from_path(link) or settings.LANGUAGE_CODE
    return link if spoken == language else translate_url(link, language)


def mark_read(*, message: Message, by: User) -> None:
    """Mark the message as read; the time of the first opening is kept."""
    Message.objects.filter(pk=message.pk, recipient=by, read_at=None).update(read_at=timezone.now())


def mark_all_read(*, by: User) -> int:
    """Mark all of this reader's messages as read; return their number."""
    return Message.objects.filter(recipient=by, read_at=None).update(read_at=timezone.now())


# --- Letters that perhaps reached nobody ---------------------------------------------------------
@transaction.atomic
def send_again(*, message_id: int, by: User) -> Message:
    """Put a letter that failed or broke off into the outbox once more, to the address that its reader has now.

    Raises PermissionDenied, and ``Refused`` with a code of ``again_refusal``.
    """
    message = _locked(message_id, by=by)
    refuse_if(again_refusal(message))
    address = message.recipient.email if message.recipient and message.recipient.email else message.to_address
    record(by=by, action="letter.again", obj=message, before={"state": message.state})
    message.to_address, message.state, message.attempts = address, MessageState.PENDING, 0
    message.next_attempt_at, message.claimed_at = timezone.now(), None
    message.save(update_fields=["to_address", "state", "attempts", "next_attempt_at", "claimed_at"])
    return message


@transaction.atomic
def settle_letter(*, message_id: int, by: User) -> Message:
    """Note that nothing more is to be sent: the person was reached in another way, or need not be.

    Raises PermissionDenied, and ``Refused``: ``settled_meanwhile``.
    """
    message = _locked(message_id, by=by)
    refuse_if(settle_refusal(message))
    record(by=by, action="letter.settle", obj=message, before={"state": message.state})
    message.state = MessageState.SETTLED
    message.save(update_fields=["state"])
    return message


def _locked(message_id: int, *, by: User) -> Message:
    must(may_see_undelivered(by))
    return Message.objects.select_for_update().get(pk=message_id)


# --- Carrying messages to the mail server: at most once, patiently ------------------------------------
def send_due_messages(*, now: datetime | None = None, limit: int = 50, urgent: bool | None = None) -> int:
    """Send what is due, one by one; the number of messages that left. Many workers may do it at once.

    ``urgent`` is the lane; None is both of them, the urgent one first.

    A message is claimed by a conditional write before it is handed over. A message that certainly was not sent is
    retried; one that may have been sent (the worker was killed, the connection broke) is never resent automatically.
    """
    now = now or timezone.now()
    mark_abandoned(now=now)
    lane = {} if urgent is None else {"urgent": urgent}
    due = Message.objects.filter(state=MessageState.PENDING, next_attempt_at__lte=now, **lane)
    keys = list(due.order_by("-urgent", "next_attempt_at", "pk").values_list("pk", flat=True)[:limit])
    if not keys:
        return 0
    connection = get_connection()
    try:
        return sum(_send_one(pk, connection) for pk in keys)
    except _ServerAway as outage:
        # An outage does not count as an attempt; it only delays the messages by half a minute.
        waiting = Message.objects.filter(pk__in=keys, state=MessageState.PENDING)
        waiting.update(next_attempt_at=timezone.now() + OUTAGE_PAUSE, error=str(outage)[:500])
        logger.warning("The mail server cannot be reached: %s", outage)
        return 0
    finally:
        _close(connection)


class _ServerAway(Exception):
    """No line to the mail server: nothing was handed over."""


def _send_one(pk: int, connection) -> int:
    _open(connection)
    claimed = Message.objects.filter(pk=pk, state=MessageState.PENDING)
    if not claimed.update(state=MessageState.SENDING, claimed_at=timezone.now(), attempts=F("attempts") + 1):
        return 0  # another worker has it, or its row is gone
    message = Message.objects.get(pk=pk)
    try:
        connection.send_messages([_email_of(message)])
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _ in refusal.recipients.values()]
        _not_sent(message, refusal, for_good=all(code >= 500 for code in codes))
    except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as refusal:
        _not_sent(message, refusal)
    except (OSError, smtplib.SMTPException) as broken:
        # The line broke while the message was on it: the server may have taken it.
        _leave_sending(message, state=MessageState.UNCERTAIN, error=_words(broken))
        _close(connection)
    except Exception as error:
        logger.exception("Message %s could not be built.", pk)
        _not_sent(message, error, for_good=True)
    else:
        _leave_sending(message, state=MessageState.SENT, sent_at=timezone.now(), error="")
        return 1
    return 0


def _open(connection) -> None:
    """Open a working connection to the server before claiming a message."""
    try:
        line = getattr(connection, "connection", None)
        if line is not None and hasattr(line, "noop") and line.noop()[0] != 250:
            _close(connection)
    except (OSError, smtplib.SMTPException):
        _close(connection)
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise _ServerAway(_words(error)) from error


def _close(connection) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException) as error:
        connection.connection = None
        logger.info("The line to the mail server was already closed: %s", error)


def _not_sent(message: Message, error: Exception, *, for_good: bool = False) -> None:
    """The server said no: try again later, or give up."""
    if for_good or message.attempts >= MAX_ATTEMPTS:
        _leave_sending(message, state=MessageState.FAILED, error=_words(error))
        return
    pause = min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
    _leave_sending(
        message,
        state=MessageState.PENDING,
        next_attempt_at=timezone.now() + pause,
        claimed_at=None,
        error=_words(error),
    )


def _leave_sending(message: Message, **changes) -> None:
    mine = Message.objects.filter(pk=message.pk, state=MessageState.SENDING, attempts=message.attempts)
    if message.kind.startswith(SECRET_KINDS) and changes["state"] != MessageState.PENDING:
        changes |= {"body_text": "", "body_html": "", "link": ""}
    mine.update(**changes)


def mark_abandoned(*, now: datetime) -> int:
    """Messages whose worker was killed while sending: a person decides, they are never resent automatically."""
    abandoned = Message.objects.filter(state=MessageState.SENDING, claimed_at__lt=now - ABANDONED_AFTER)
    return abandoned.update(state=MessageState.UNCERTAIN, error="The worker stopped while it was sending.")


def _email_of(message: Message) -> EmailMultiAlternatives:
    """The email of a message; its Message-ID is the same in every attempt, so that servers can tell a repeat."""
    digest = hashlib.sha256(message.dedupe_key.encode()).hexdigest()[:24]
    email = EmailMultiAlternatives(
        subject=message.subject,
        body=message.body_text,
        to=[message.to_address],
        headers={
            "Message-ID": f"<{digest}.{message.pk}@{urlparse(settings.SITE_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": message.language,
        },
    )
    if message.body_html:
        email.attach_alternative(message.body_html, "text/html")
    if message.attachment_name:
        email.attach(message.attachment_name, message.attachment, message.attachment_type)
    return email


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
