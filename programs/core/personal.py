"""What the portal stores about one person: every wing can export it and erase it.

A wing has a ``personal.py`` that is imported at the start. Its functions say which tables they speak of;
``tests/test_personal_data.py`` fails when a table with personal data is not exported, or not erased, by any wing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property, partial, reduce
from io import BytesIO
from operator import or_
from typing import IO

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from programs.core.mentions import Mentions

Text = str | Promise
Value = str | int | bool | date | datetime | Promise | None

# Replaces an erased name in other people's texts.
BLANK = "[…]"


@dataclass(frozen=True)
class Subject:
    """One person: the rows of the pupils' register that are theirs, their account, or both.

    ``names``, ``addresses`` and ``phones`` are how other people's texts would mention them. With ``on_request``
    the person asked to be forgotten; without it, it is only the register's record whose time is over.
    """

    user_id: int | None = None
    pupil_ids: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    on_request: bool = True
    is_preview: bool = False  # vast tables are searched when the erasure is carried out, not while somebody waits
    searched: dict[str, int] = field(default_factory=dict, compare=False)  # vast table -> the last row looked at
    found: dict[str, list] = field(default_factory=dict, compare=False)

    @cached_property
    def mentions(self) -> Mentions:
        return Mentions(names=self.names, addresses=self.addresses, phones=self.phones)

    def mask(self, text: str) -> str:
        """``text`` without this person's name, addresses and telephones."""
        return self.mentions.mask(text, BLANK)

    def mentioned_in(self, rows: QuerySet, *columns: str) -> list:
        """The keys of those of ``rows`` that mention this person in one of ``columns``, in their order."""
        if not self.mentions.expression:
            return []
        some = reduce(or_, (Q(**{f"{name}__regex": self.mentions.expression}) for name in columns))
        found = rows.filter(some).order_by("pk").values_list("pk", *columns)
        return [row[0] for row in found.iterator() if any(text and self.mentions.find(text) for text in row[1:])]


@dataclass(frozen=True)
class Fact:
    """One stored value: ``key`` for machines, ``label`` for people."""

    key: str
    label: Text
    value: Value

    @property
    def shown(self) -> str:
        return in_words(self.value)


@dataclass(frozen=True)
class Section:
    """One kind of data: what it is for, where it came from, how long it is kept, and its rows."""

    code: str
    label: Text
    purpose: Text
    source: Text
    kept: Text
    rows: list[list[Fact]] = field(default_factory=list)


@dataclass(frozen=True)
class StoredFile:
    """A file that is the person's: opened only when the archive is written."""

    folder: str
    name: str
    size: int
    open: Callable[[], IO[bytes]]


def _do_all(acts: list[Callable[[], None]]) -> None:
    for act in acts:
        act()


@dataclass(frozen=True)
class Erasure:
    """One line of an erasure: ``count`` rows that go, lose their person, or stay, and why."""

    REMOVED, PSEUDONYMISED, KEPT = "removed", "pseudonymised", "kept"

    label: Text
    count: int
    outcome: str
    why: Text
    carry_out: Callable[[], None] | None = None

    def with_others(self, others: list[Erasure]) -> Erasure:
        """One line for rows of several tables that are called the same and meet the same outcome."""
        acts = [line.carry_out for line in (self, *others) if line.carry_out]
        count = sum((line.count for line in others), self.count)
        return replace(self, count=count, carry_out=partial(_do_all, acts) if acts else None)

    @property
    def outcome_in_words(self) -> str:
        words = {self.REMOVED: _("deleted"), self.PSEUDONYMISED: _("anonymised"), self.KEPT: _("kept")}
        return words[self.outcome]


Teller = Callable[[Subject], Iterable[Section]]
Giver = Callable[[Subject], Iterable[StoredFile]]
Forgetter = Callable[[Subject], Iterable[Erasure]]
Obstacle = Callable[[int], Text | None]

TELLERS: list[Teller] = []
GIVERS: list[Giver] = []
FORGETTERS: list[Forgetter] = []
OBSTACLES: list[Obstacle] = []
TOLD: dict[str, str] = {}  # label of a table -> the function that tells of it
FORGOTTEN: dict[str, str] = {}


def tells(*tables: str) -> Callable[[Teller], Teller]:
    """Registers ``fn(subject) -> sections`` for ``tables``, such as ``pupils.Pupil``."""

    def register(tell: Teller) -> Teller:
        TELLERS.append(tell)
        TOLD.update(dict.fromkeys(tables, f"{tell.__module__}.{tell.__name__}"))
        return tell

    return register


def hands_over(give: Giver) -> Giver:
    """Registers ``fn(subject) -> files``."""
    GIVERS.append(give)
    return give


def forgets(*tables: str) -> Callable[[Forgetter], Forgetter]:
    """Registers ``fn(subject) -> erasures`` for ``tables``.

    It only reads; what it yields carries out. What it read is fixed, so it must not depend on the others' order.
    """

    def register(forget: Forgetter) -> Forgetter:
        FORGETTERS.append(forget)
        FORGOTTEN.update(dict.fromkeys(tables, f"{forget.__module__}.{forget.__name__}"))
        return forget

    return register


def stands_in_the_way(find: Obstacle) -> Obstacle:
    """Registers ``fn(user_id)`` that says what an account is still needed for, or None."""
    OBSTACLES.append(find)
    return find


def obstacles_to_erasing(user_id: int | None) -> list[Text]:
    """Why an account cannot be erased yet: someone else must take over first."""
    found = [find(user_id) for find in OBSTACLES] if user_id else []
    return [words for words in found if words]


def sections_of(subject: Subject) -> list[Section]:
    """Everything stored about ``subject``, in the active language; kinds without rows are left out."""
    return [section for tell in TELLERS for section in tell(subject) if section.rows]


def files_of(subject: Subject) -> list[StoredFile]:
    return [file for give in GIVERS for file in give(subject)]


def plan_erasure(subject: Subject) -> list[Erasure]:
    """What an erasure would do, without doing it; lines that concern nothing are left out, equal words are one line."""
    plan: dict[tuple[str, str], list[Erasure]] = {}
    for line in (line for forget in FORGETTERS for line in forget(subject) if line.count):
        plan.setdefault((str(line.label), line.outcome), []).append(line)
    return [lines[0].with_others(lines[1:]) for lines in plan.values()]


def carry_out(plan: list[Erasure]) -> dict[str, int]:
    """Carry out ``plan`` in the caller's transaction; return the number of rows per outcome."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An erasure is carried out whole or not at all.")
    counts: dict[str, int] = {}
    for line in plan:
        if line.carry_out:
            line.carry_out()
        counts[line.outcome] = counts.get(line.outcome, 0) + line.count
    return counts


def in_words(value: Value) -> str:
    """A stored value as a person reads it, in the active language."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int):
        return str(formats.number_format(value, use_l10n=True, force_grouping=True))
    return str(value)


def for_machines(value: Value) -> str | int | bool | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Promise) else value


def stored_file(folder: str, name: str, key: str) -> StoredFile:
    """A file of private storage; one that is gone is empty rather than an error in the archive."""
    private = storages["private"]
    if not private.exists(key):
        return StoredFile(folder=folder, name=name, size=0, open=BytesIO)
    return StoredFile(folder=folder, name=name, size=private.size(key), open=lambda: private.open(key))


def delete_files(storage, keys: Iterable[str]) -> None:
    """Delete files of ``storage`` once the transaction around it has been committed."""
    wanted = [key for key in keys if key]
    transaction.on_commit(lambda: [storage.delete(key) for key in wanted])


def rows_of(objects: Iterable, facts: Callable[..., list[Fact]]) -> list[list[Fact]]:
    return [facts(row) for row in objects]


def chunks(items: list, size: int = 500) -> Iterator[list]:
    """Lists short enough for the parameters of one SQLite query."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
