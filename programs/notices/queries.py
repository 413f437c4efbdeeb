"""Reads of the outbox."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from programs.accounts.models import User
from programs.notices.choices import SECRET_KINDS, UNDELIVERED
from programs.notices.models import Message


def messages_visible_to(user: User) -> QuerySet[Message]:
    """A person reads only what was written to them. Mails that carried a secret are never shown again."""
    if not user.is_authenticated:
        return Message.objects.none()
    return Message.objects.filter(recipient=user).exclude(kind__startswith=SECRET_KINDS)


def keys_written(keys: Iterable[str]) -> set[str]:
    """Those of ``keys`` under which a message is written already."""
    return set(Message.objects.filter(dedupe_key__in=list(keys)).values_list("dedupe_key", flat=True))


def unread_count(user: User) -> int:
    return messages_visible_to(user).filter(read_at=None).count()


def undelivered_visible_to(user: User) -> QuerySet[Message]:
    """Letters of anybody that failed or broke off, the newest first, for whoever looks after them."""
    if not user.is_superuser:
        return Message.objects.none()
    return Message.objects.filter(state__in=UNDELIVERED).select_related("recipient").order_by("-created_at", "-pk")
