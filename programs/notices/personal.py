"""Messages to a person, and messages to others that mention them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.core.personal import Subject
from programs.core.personal_tables import Kind, erased, own_rows, told
from programs.core.retention import retention_rule
from programs.notices.choices import SECRET_KINDS, MessageState
from programs.notices.models import Message


def without_secrets(subject: Subject) -> QuerySet[Message]:
    return own_rows(Message, subject).exclude(kind__startswith=SECRET_KINDS)


told(
    Message,
    Kind(
        code="messages",
        label=_("Messages to you"),
        purpose=_("Telling you what happened and what waits for you."),
        source=_("The portal."),
        kept="notices.messages",
    ),
    ("written", _("Written"), "created_at"),
    ("subject", pgettext_lazy("of a message", "Subject"), "subject"),
    ("address", _("Sent to"), "to_address"),
    ("read", _("Read"), "read_at"),
    of=without_secrets,
    order="-created_at",
)
erased(
    Message,
    removed=(
        _("Messages to this person"),
        _("Nobody is left to read them; those not sent yet are not sent."),
    ),
    masked=(
        _("Messages to others that mention the name"),
        _("The name is taken out of their text; a namesake's, too."),
    ),
)


@retention_rule(
    "notices.bodies",
    label=_("Texts and addresses of messages"),
    days=180,
    basis=_("Their owner has read them; that a message was sent is still known."),
)
def bodies(limit: datetime) -> QuerySet[Message]:
    """The row stays as proof that something was sent, without what it said and to whom."""
    ended = Message.objects.exclude(state__in=[MessageState.PENDING, MessageState.SENDING])
    return ended.filter(created_at__lt=limit)


@retention_rule(
    "notices.messages",
    label=_("Messages with their subjects"),
    days=730,
    basis=_("Two school years, for questions about what was announced."),
)
def messages_over(limit: datetime) -> QuerySet[Message]:
    ended = Message.objects.exclude(state__in=[MessageState.PENDING, MessageState.SENDING])
    return ended.filter(created_at__lt=limit)
