"""How long messages are kept."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.retention import retention_rule
from programs.notices.choices import MessageState
from programs.notices.models import Message


def wipe_bodies(rows: QuerySet[Message]) -> None:
    """The row stays as proof that something was sent, without what it said and to whom."""
    rows.update(body_text="", body_html="", attachment="", to_address="")


@retention_rule(
    "notices.bodies",
    label=_("Texts and addresses of messages"),
    days=180,
    basis=_("Their owner has read them; that a message was sent is still known."),
    purge=wipe_bodies,
)
def bodies(limit: datetime) -> QuerySet[Message]:
    ended = Message.objects.exclude(state__in=[MessageState.PENDING, MessageState.SENDING])
    return ended.filter(created_at__lt=limit).exclude(body_text="", body_html="", attachment="", to_address="")


@retention_rule(
    "notices.messages",
    label=_("Messages with their subjects"),
    days=730,
    basis=_("Two school years, for questions about what was announced."),
)
def messages(limit: datetime) -> QuerySet[Message]:
    ended = Message.objects.exclude(state__in=[MessageState.PENDING, MessageState.SENDING])
    return ended.filter(created_at__lt=limit)
