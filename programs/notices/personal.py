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
        purpose=_("Telling you what happened and what is waiting for you."),
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
        _("There is no one left to read them; those not sent yet will not be sent."),
    ),
    masked=(
        _("Messages to others that mention the name"),
        _("The name is removed from their text; so is the name of anyone with the same name."),
    ),
    vast=True,
)


@retention_rule(
    "notices.bodies",
    label=_("Texts and addresses of messages"),
    days=180,
    basis=_("The recipient has read them; it is still known that a message was sent."),
)
def bodies(limit: datetime) -> QuerySet[Message]:
    """Keep the row as evidence that something was sent, without its text and address."""
    ended = Message.objects.exclude(state__in=[MessageState.PENDING, MessageState.SENDING])
    return ended.filter(created_at__lt=limit)


@retention_rule(
    "notices.messages",
    label=_("Messages with their subjects"),
    days=730,
    basis=_("Two school years, in case there are questions about what was announced."),
)
def messages_over(limit: datetime) -> QuerySet[Message]:
    ended = Message.objects.exclude(state__in=[MessageState.PENDING, MessageState.SENDING])
    return ended.filter(created_at__lt=limit)
