"""Messages to a person, and messages to others that mention them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programs.core.personal import Erasure, Fact, Section, Subject, forgets, rows_of, tells
from programs.core.retention import kept_for
from programs.notices.choices import SECRET_KINDS
from programs.notices.models import Message

TEXTS = ("subject", "body_text", "body_html", "attachment", "to_address")


def messages_to(subject: Subject) -> QuerySet[Message]:
    written_to = Q(to_address__in=subject.addresses) if subject.addresses else Q(pk__in=[])
    if subject.user_id:
        written_to |= Q(recipient=subject.user_id)
    return Message.objects.filter(written_to)


@tells("programs.Message")
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


@forgets("programs.Message")
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
