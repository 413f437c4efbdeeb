"""The outbox: a message is written in the same transaction as its action and sent after the commit, once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import translate_url
from django.utils import timezone, translation

from programs.accounts.models import User
from programs.notices import sending
from programs.notices.choices import MessageState
from programs.notices.emails import render_letter
from programs.notices.models import Message


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


def send_due_messages(*, now: datetime | None = None, limit: int = 50) -> int:
    """Send what is due, one by one; the number of messages that left. Many workers may do it at once."""
    return sending.send_due(now=now or timezone.now(), limit=limit)


def mark_read(*, message: Message, by: User) -> None:
    """Mark the message as read; the time of the first opening is kept."""
    Message.objects.filter(pk=message.pk, recipient=by, read_at=None).update(read_at=timezone.now())


def mark_all_read(*, by: User) -> int:
    """Mark all of this reader's messages as read; return their number."""
    return Message.objects.filter(recipient=by, read_at=None).update(read_at=timezone.now())
