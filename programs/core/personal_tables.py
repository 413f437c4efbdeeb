"""Telling and forgetting a table from the fates of its columns; a wing only adds the words and whose rows they are.

``told(Booking, BOOKINGS, "reference", "starts=session.starts_at")`` and ``erased(Booking, removed=(label, why))``
register what ``@tells`` and ``@forgets`` would: a personal column that is added to the model is told, emptied and
masked without another line. What no fate can say stays a function under ``@tells`` or ``@forgets``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial, reduce
from operator import or_
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Max, Q, QuerySet
from django.utils.text import capfirst

from programs.core.emptying import Model, blank, columns, delete_rows, empty, mask, masked_columns
from programs.core.fates import FOREIGN, Erasing, Fate, Telling, fates_of
from programs.core.personal import TOLD, Erasure, Fact, Section, Subject, Text, Value, chunks, forgets, tells
from programs.core.phones import show_phone
from programs.core.retention import RULES, kept_for

Rows = Callable[[Subject], QuerySet]
# ``key=path.to.value`` with the column's own label, or (key, label, path or function of the row and the subject).
Path = str | Callable[..., Value]
Spec = str | tuple[str, Text, Path]
Words = tuple[Text, Text]  # what the rows are called, and why this happens to them


def own_rows(model: Model, subject: Subject) -> QuerySet:
    """The rows of ``model`` that are the person's, by the columns whose fate says ``OWN``."""
    owners = [name for name, fate in fates_of(model).items() if fate.own]
    about = [_belongs(model, name, subject) for name in owners]
    rows = model._default_manager.filter(reduce(or_, about, Q(pk__in=[])))
    return rows.distinct() if any(model._meta.get_field(name).many_to_many for name in owners) else rows


def _belongs(model: Model, name: str, subject: Subject) -> Q:
    column = model._meta.get_field(name)
    if not column.is_relation:
        return Q(**{f"{name}__in": subject.addresses})
    if column.related_model is get_user_model():
        return Q(**{name: subject.user_id}) if subject.user_id else Q(pk__in=[])
    if getattr(column.related_model, "IS_A_PERSON", False):
        return Q(**{f"{name}__in": subject.pupil_ids})
    return Q(**{f"{name}__user": subject.user_id}) if subject.user_id else Q(pk__in=[])


# --- Telling ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Kind:
    """The words of one section; ``kept`` may be the name of a retention rule. Tables of one kind share a section."""

    code: str
    label: Text
    purpose: Text
    source: Text
    kept: Text
    tables: list[Callable[[Subject], Iterable[list[Fact]]]] = field(default_factory=list, compare=False)

    def section(self, subject: Subject) -> Iterator[Section]:
        if rows := [row for table in self.tables for row in table(subject)]:
            kept = kept_for(self.kept) if self.kept in RULES else self.kept
            yield Section(self.code, self.label, self.purpose, self.source, kept, rows)


def told(model: Model, kind: Kind, *specs: Spec, of: Rows | None = None, order: str = "pk", only: bool = False) -> None:
    """Tell of ``model`` in the section ``kind``: ``specs``, then every personal column that they leave out.

    With ``only`` no more than ``specs``: the rows are the person's work, and what is in them is somebody else's.
    """
    if not kind.tables:
        tells(model._meta.label)(kind.section)
    TOLD[model._meta.label] = kind.code
    named = {key if callable(path) else path.split(".")[0] for key, _words, path in map(_parts, specs)}

    def rows(subject: Subject) -> Iterator[list[Fact]]:
        found = (of or partial(own_rows, model))(subject).order_by(order, "pk")
        rest = [] if only else [name for name in told_columns(model) if name not in named]
        whole = [*specs, *rest]
        joined = {way for spec in whole if (way := _joined(model, spec))}
        for row in found.select_related(*joined) if joined else found:
            yield [_fact(row, spec, subject) for spec in whole]

    kind.tables.append(rows)


def told_columns(model: Model) -> Iterator[str]:
    """The personal columns that have a line of their own; whom a row belongs to is told by telling the row."""
    for name, fate in fates_of(model).items():
        if fate.telling is not Telling.UNSAID and not model._meta.get_field(name).is_relation:
            yield name


def _parts(spec: Spec) -> tuple[str, Text, Path]:
    """Key, label (empty for the column's own), and where the value comes from."""
    if isinstance(spec, tuple):
        return spec
    key, _equals, path = spec.partition("=")
    return key, "", path or key


def _column(model: Model, name: str) -> Any:
    return model._meta.get_field(name)


def _fact(row: models.Model, spec: Spec, subject: Subject) -> Fact:
    key, label, path = _parts(spec)
    if callable(path):
        return Fact(key, label, path(row, subject))
    return Fact(key, label or _label(type(row), path), _value(row, path))


def _label(model: Model, path: str) -> str:
    """What the column is called; the end of a relation is called by what it leads to."""
    *way, last = path.split(".")
    for step in way:
        model = _column(model, step).related_model
    column = _column(model, last)
    words = column.related_model._meta.verbose_name if column.is_relation else column.verbose_name
    return capfirst(str(words))


def _joined(model: Model, spec: Spec) -> str:
    """The relations that ``spec`` walks through, as ``select_related`` wants them."""
    path, way = _parts(spec)[2], []
    for step in [] if callable(path) else path.split("."):
        column = _column(model, step)
        if not column.is_relation:
            break
        way.append(step)
        model = column.related_model
    return "__".join(way)


def _value(row: models.Model, path: str) -> Value:
    *way, last = path.split(".")
    for step in way:
        row = getattr(row, step)
    column, value = _column(type(row), last), getattr(row, last)
    fate = fates_of(type(row)).get(last, Fate())
    if fate.telling is Telling.PRESENCE:
        return bool(value)
    if column.is_relation:
        return "" if value is None else str(value)
    if column.choices:
        return getattr(row, f"get_{last}_display")() if value not in ("", None) else None
    return show_phone(value) if last.endswith("phone") else value


# --- Forgetting ---------------------------------------------------------------------------------
STEP = 5_000  # rows of a vast table in one statement


@dataclass(frozen=True)
class Forgetting:
    """How one table forgets: the words of each line, and what no fate can say.

    ``removed`` speaks of rows or texts that go, ``loses`` of those that only lose their person, ``masked`` of others'
    rows that mention the person (``among`` narrows where they are looked for), ``kept`` of what stays. ``before`` is
    done to the rows before they are emptied or deleted; ``unless_done`` finds rows that still need it though their
    columns are empty. In a ``vast`` table others' rows are searched once, a step at a time, and not for a preview.
    """

    model: Model
    of: Rows
    removed: Words | None = None
    loses: Words | None = None
    masked: Words | None = None
    kept: Words | Text | None = None
    among: Rows | None = None
    before: Callable[[QuerySet], object] | None = None
    unless_done: Q | None = None
    vast: bool = False

    def lines(self, subject: Subject) -> Iterator[Erasure]:
        if words := self.removed or self.loses:
            outcome = Erasure.REMOVED if self.removed else Erasure.PSEUDONYMISED
            keys = list(self._due(subject).values_list("pk", flat=True))
            yield Erasure(words[0], len(keys), outcome, words[1], partial(self._carry_out, keys))
        if self.masked and not (self.vast and subject.is_preview):
            keys = sorted({key for found in self._mentioning(subject) for key in found})
            yield Erasure(
                self.masked[0], len(keys), Erasure.PSEUDONYMISED, self.masked[1], partial(self._mask, keys, subject)
            )
        if self.kept:
            label, why = self.kept if isinstance(self.kept, tuple) else (self.kept, self._why)
            yield Erasure(label, self.of(subject).count(), Erasure.KEPT, why)

    @property
    def _why(self) -> Text:
        """Why a row stays, as the fate of the column says by which it is the person's."""
        return next(fate.why for fate in fates_of(self.model).values() if fate.own and fate.why)

    def _due(self, subject: Subject) -> QuerySet:
        rows, emptied = self.of(subject), columns(self.model, Erasing.EMPTIED)
        if self._goes or not emptied:
            return rows
        some = ~blank(self.model, emptied)
        return rows.filter(some if self.unless_done is None else some | self.unless_done)

    def _mentioning(self, subject: Subject) -> Iterator[list]:
        """In the person's own rows only what is not emptied; in those of others every text that may mention them."""
        if self.vast:
            yield self.search(subject)
            return
        rows = self.among(subject) if self.among else self.model._default_manager.all()
        texts, emptied = masked_columns(self.model), columns(self.model, Erasing.EMPTIED)
        own = self.of(subject).values("pk")
        yield subject.mentioned_in(rows.exclude(pk__in=own), *texts)
        if left := [name for name in texts if name not in emptied and not self._goes]:
            yield subject.mentioned_in(rows.filter(pk__in=own), *left)

    def search(self, subject: Subject, report: Callable[[int, int], object] = lambda done, total: None) -> list:
        """Others' rows that mention the person, of those that were not looked at yet; no row is read twice."""
        label, rows = self.model._meta.label, self.model._default_manager.all()
        keys, last = subject.found.pop(label, []), subject.searched.get(label, 0)
        top = rows.aggregate(top=Max("pk"))["top"] or 0
        others = rows.exclude(pk__in=self.of(subject).values("pk"))
        for start in range(last, top, STEP):
            some = others.filter(pk__gt=start, pk__lte=min(start + STEP, top))
            keys += subject.mentioned_in(some, *masked_columns(self.model))
            report(min(start + STEP, top) - last, top - last)
        subject.searched[label] = top
        return keys

    @property
    def _goes(self) -> bool:
        return bool(columns(self.model, Erasing.GOES))

    def _carry_out(self, keys: list[int]) -> None:
        for some in chunks(keys):
            rows = self.model._default_manager.filter(pk__in=some)
            if self.before:
                self.before(rows)
            if self._goes:
                delete_rows(rows)
            else:
                empty(rows)

    def _mask(self, keys: list[int], subject: Subject) -> None:
        for some in chunks(keys):
            mask(self.model._default_manager.filter(pk__in=some), subject)


VAST: list[Forgetting] = []


def erased(model: Model, *, of: Rows | None = None, pii: dict[str, Fate] | None = None, **how) -> None:
    """Register how ``model`` is forgotten; ``how`` is that of ``Forgetting``. ``pii`` are the fates of a library's table."""
    if pii:
        FOREIGN[model._meta.label] = pii
    forgetting = Forgetting(model=model, of=of or partial(own_rows, model), **how)
    forgets(model._meta.label)(forgetting.lines)
    if forgetting.vast:
        VAST.append(forgetting)


def search_vast_tables(subject: Subject, report: Callable[[int, int], object]) -> None:
    """Look through the vast tables outside any transaction; carrying out looks only at what was written since."""
    for forgetting in VAST:
        subject.found[forgetting.model._meta.label] = forgetting.search(subject, report)


def speaks_for(registry: dict[str, str], by: str, *tables: str) -> None:
    """What ``by`` tells or forgets reaches ``tables`` too: links between rows, and what is a line of another row."""
    registry.update(dict.fromkeys(tables, by))
