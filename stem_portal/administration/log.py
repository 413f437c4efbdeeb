"""Reading the audit log: by person, object, verb and day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry

from cms.act_values import change_in_words
from programs.accounts.models import User
from stem_portal.administration.roles import may_read_the_log

PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """What is looked for: numbers, a verb, days. A value that is none of these is not looked for."""

    person: int | None = None
    kind: int | None = None
    number: int | None = None
    verb: str = ""
    first: date | None = None
    last: date | None = None

    @classmethod
    def read(cls, asked: Mapping[str, Any]) -> Wanted:
        verb = asked.get("verb", "")
        return cls(
            person=_number(asked.get("person")),
            kind=_number(asked.get("kind")),
            number=_number(asked.get("number")),
            verb=verb if verb in dict(verbs()) else "",
            first=_day(asked.get("first")),
            last=_day(asked.get("last")),
        )

    @classmethod
    def of(cls, typed: dict[str, Any]) -> Wanted:
        subject, person = typed["subject"], typed["person"]
        kind = ContentType.objects.get_for_model(User).pk if subject else _number(typed["kind"])
        return cls(
            person=person.pk if person else None,
            kind=kind,
            number=subject.pk if subject else typed["number"],
            verb=typed["verb"],
            first=typed["first"],
            last=typed["last"],
        )

    def as_query(self) -> dict[str, str]:
        return {name: str(value) for name, value in vars(self).items() if value}

    def as_typed(self) -> dict[str, Any]:
        people = User.objects.in_bulk({number for number in (self.person, self._subject) if number})
        person, subject = people.get(self.person or 0), people.get(self._subject or 0)
        return vars(self) | {
            "person": person.username if person else "",
            "subject": subject.username if subject else "",
        }

    @property
    def _subject(self) -> int | None:
        return self.number if self.kind == ContentType.objects.get_for_model(User).pk else None


def _number(text: Any) -> int | None:
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text or ""))
    except ValueError:
        return None


@dataclass(frozen=True)
class Entry:
    at: datetime
    by: User | None
    verb: str
    kind: str
    number: str
    values: str


@dataclass(frozen=True)
class LogPage:
    entries: list[Entry]
    older: int | None  # the page after this one begins below this row


def page_of(user: User, wanted: Wanted, *, before: str) -> LogPage:
    """The newest rows; a page is found by the row that it follows, so that the last one costs what the first costs."""
    rows = entries_visible_to(user)
    if wanted.person:
        rows = rows.filter(user=wanted.person)
    if wanted.kind:
        rows = rows.filter(content_type=wanted.kind)
    if wanted.number:
        rows = rows.filter(object_id=str(wanted.number))
    if wanted.verb:
        rows = rows.filter(action=wanted.verb)
    if wanted.first:
        rows = rows.filter(timestamp__gte=_midnight(wanted.first))
    if wanted.last:
        rows = rows.filter(timestamp__lt=_midnight(min(wanted.last, date.max - timedelta(days=1)) + timedelta(days=1)))
    if below := _number(before):
        rows = rows.filter(pk__lt=below)
    found = list(rows.select_related("user", "content_type").order_by("-pk")[: PAGE + 1])
    return LogPage([_entry(row) for row in found[:PAGE]], found[PAGE - 1].pk if len(found) > PAGE else None)


def entries_visible_to(user: User) -> QuerySet[ModelLogEntry]:
    return ModelLogEntry.objects.all() if may_read_the_log(user) else ModelLogEntry.objects.none()


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _entry(row: ModelLogEntry) -> Entry:
    return Entry(
        at=row.timestamp,
        by=row.user,
        verb=str(row.message),
        kind=_name(row.content_type),
        number=row.object_id,
        values=change_in_words(row.data),
    )


def _name(kind: ContentType | None) -> str:
    model = kind.model_class() if kind else None
    return capfirst(str(model._meta.verbose_name)) if model else ""


def kinds() -> list[tuple[int, str]]:
    """Everything that something was ever done to, in words."""
    used = ModelLogEntry.objects.order_by().values("content_type").distinct()
    return sorted(
        ((kind.pk, _name(kind)) for kind in ContentType.objects.filter(pk__in=used)), key=lambda pair: pair[1]
    )


def verbs() -> list[tuple[str, str]]:
    return [(verb, str(label)) for verb, label in registry.get_choices()]
