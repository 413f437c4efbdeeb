"""Messages to a person, and messages to others that mention them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as translation_gettext_lazy
from django.utils.translation import pgettext

from programs.core.personal import Erasure, Fact, Section, Subject, forgets, rows_of, tells
from programs.core.retention import kept_for, retention_rule
from programs.notices.choices import SECRET_KINDS, MessageState
from programs.notices.models import Message

TEXTS = ("subject", "body_text", "body_html", "attachment", "to_address")


def messages_to(subject: Subject) -> QuerySet[Message]:
    written_to = Q(to_address__in=subject.addresses) if subject.addresses else Q(pk__in=[])
    if subject.user_id:
        written_to |= Q(recipient=subject.user_id)
    return Message.objects.filter(written_to)


@tells("notices.Message")
def messages(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="messages",
        label=_("Messages to you"),
        purpose=_("Telling you what happened and what waits for you."),
        source=_("The portal."),
        kept=kept_for("notices.messages"),
        rows=rows_of(messages_to(subject).exclude(kind__startswith=SECRET_KINDS), _of_message),
    )


def _of_message(message: Message) -> list[Fact]:
    """Subject and time: the text may speak of other people, and was read by its owner before."""
    return [
        Fact("written", _("Written"), message.created_at),
        Fact("subject", pgettext("of a message", "Subject"), message.subject),
        Fact("address", _("Sent to"), message.to_address),
        Fact("read", _("Read"), message.read_at),
    ]


@forgets("notices.Message")
def forget_messages(subject: Subject) -> Iterator[Erasure]:
    own = list(messages_to(subject).values_list("pk", flat=True))
    yield Erasure(
        label=_("Messages to this person"),
        count=len(own),
        outcome=Erasure.REMOVED,
        why=_("Nobody is left to read them; those not sent yet are not sent."),
        carry_out=lambda: _delete(own),
    )
    others = subject.mentioned_in(Message.objects.exclude(pk__in=messages_to(subject).values("pk")), *TEXTS)
    mentioning = list(others.values_list("pk", flat=True))
    yield Erasure(
        label=_("Messages to others that mention the name"),
        count=len(mentioning),
        outcome=Erasure.PSEUDONYMISED,
        why=_("The name is taken out of their text; a namesake's, too."),
        carry_out=lambda: _mask(mentioning, subject),
    )


def _delete(keys: list[int]) -> None:
    Message.objects.filter(pk__in=keys).delete()


def _mask(keys: list[int], subject: Subject) -> None:
    for message in Message.objects.filter(pk__in=keys):
        for name in TEXTS:
            setattr(message, name, subject.mask(getattr(message, name)))
        message.save(update_fields=TEXTS)


def wipe_bodies(rows: QuerySet[Message]) -> None:
    """The row stays as proof that something was sent, without what it said and to whom."""
    rows.update(body_text="", body_html="", attachment="", to_address="")


@retention_rule(
    "notices.bodies",
    label=translation_gettext_lazy("Texts and addresses of messages"),
    days=180,
    basis=translation_gettext_lazy("Their owner has read them; that a message was sent is still known."),
    purge=wipe_bodies,
)
def bodies(limit: datetime) -> QuerySet[Message]:
    ended = Message.objects.exclude(state__in=[MessageState.PENDING, MessageState.SENDING])
    return ended.filter(created_at__lt=limit).exclude(body_text="", body_html="", attachment="", to_address="")


@retention_rule(
    "notices.messages",
    label=translation_gettext_lazy("Messages with their subjects"),
    days=730,
    basis=translation_gettext_lazy("Two school years, for questions about what was announced."),
)
def messages_over(limit: datetime) -> QuerySet[Message]:
    ended = Message.objects.exclude(state__in=[MessageState.PENDING, MessageState.SENDING])
    return ended.filter(created_at__lt=limit)
