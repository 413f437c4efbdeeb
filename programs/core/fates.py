"""The fate of every personal column: what its owner is told, what an erasure does with it, and what ends its time.

A model declares ``PII = {"contact_phone": EMPTIED | until("visits.contacts"), "leader": RECORD | OWN | SHOWN}``.
Export, erasure, purging and the back office read it; ``tests/test_personal_data.py`` fills every column and looks
whether each comes true. What a fate does not allow is not done: a column is hidden from the back office unless it
is ``SHOWN``, and it is told unless it is ``UNSAID``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Erasing(Enum):
    """What an erasure does with the column in the person's own rows."""

    EMPTIED = "emptied"
    REWRITTEN = "rewritten"  # the wing's own function writes what stays in its place
    GOES = "goes"  # the whole row is deleted
    STAYS = "stays"


class Telling(Enum):
    """What the owner reads of the column."""

    VALUE = "value"
    PRESENCE = "presence"  # that something is stored, not what: it speaks of others
    UNSAID = "unsaid"


@dataclass(frozen=True)
class Fate:
    """What happens to one column; ``|`` adds what the right side says to the left.

    ``until`` and ``row_until`` name the retention rule that empties the column or deletes its row; a column that
    ``lasts`` has no such rule. ``becomes`` is what an emptied column holds instead of nothing.
    """

    erasing: Erasing | None = None
    masked: bool = False
    becomes: Any = None
    until: str = ""
    row_until: str = ""
    lasts: bool = False
    telling: Telling = Telling.VALUE
    shown: bool = False
    file: bool = False
    own: bool = False
    personal: bool = True
    why: str | Promise = ""

    def __or__(self, other: Fate) -> Fate:
        said = {part.name: getattr(other, part.name) for part in fields(other)}
        return replace(self, **{name: said[name] for name in said if said[name] != getattr(_SILENT, name)})

    @property
    def is_whole(self) -> bool:
        """Whether it answers both questions: what an erasure does, and what ends the column's time."""
        ends = bool(self.until or self.row_until or self.lasts)
        return not self.personal or (ends and (self.masked or self.erasing is not None))


_SILENT = Fate()


def until(rule: str) -> Fate:
    """The retention rule ``rule`` empties the column."""
    return Fate(until=rule)


def row_until(rule: str) -> Fate:
    """The retention rule ``rule`` deletes the row."""
    return Fate(row_until=rule)


def stays(why: str | Promise) -> Fate:
    """Neither erased nor purged; ``why`` is what the person reads."""
    return Fate(erasing=Erasing.STAYS, lasts=True, why=why)


def becomes(value: Any) -> Fate:
    """Emptying writes ``value``."""
    return Fate(becomes=value)


EMPTIED = Fate(erasing=Erasing.EMPTIED)
REWRITTEN = Fate(erasing=Erasing.REWRITTEN)
GOES = Fate(erasing=Erasing.GOES)
STAYS = stays(_("They are only linked to an account without a name."))
LASTS = Fate(lasts=True)  # no rule ends it
MASK = Fate(masked=True)  # wherever it mentions the person, the name is taken out
PRESENCE = Fate(telling=Telling.PRESENCE)
UNSAID = Fate(telling=Telling.UNSAID)
SHOWN = Fate(shown=True)  # the back office may show it
FILE = Fate(file=True, telling=Telling.UNSAID)  # a key of private storage: the file goes with it
OWN = Fate(own=True)  # whose row it is: an account, a pupil, or an address
ACT = STAYS | UNSAID  # who did something to the row: not the person that it is about
# Not personal, and said so: a number, a hash, a code of the portal.
PLAIN = Fate(personal=False, shown=True, telling=Telling.UNSAID)
SECRET = Fate(personal=False, telling=Telling.UNSAID)

Model = type[models.Model]
FOREIGN: dict[str, dict[str, Fate]] = {}  # tables of libraries: their fates stand where the wing speaks of them


def fates_of(model: Model) -> dict[str, Fate]:
    """The personal columns of ``model`` with their fates."""
    declared = FOREIGN.get(model._meta.label) or getattr(model, "PII", {})
    return {name: fate for name, fate in declared.items() if fate.personal}


def hidden_columns(model: Model) -> list[str]:
    """The columns that the back office may not show: all those whose fate does not say ``SHOWN``."""
    return [name for name, fate in getattr(model, "PII", {}).items() if not fate.shown]


def emptied_until(model: Model, rule: str) -> list[str]:
    """The columns that the retention rule ``rule`` empties; none means that it deletes the row."""
    return [name for name, fate in fates_of(model).items() if fate.until == rule]


def without_fate(model: Model) -> Iterator[str]:
    """What is wrong with ``model.PII``, one sentence for each column that can hold something about a person."""
    label, declared = model._meta.label, getattr(model, "PII", {})
    for field in (*model._meta.concrete_fields, *model._meta.local_many_to_many):
        fate = declared.get(field.name)
        if fate is None and can_be_personal(field):
            yield f"{label}.{field.name} can hold something about a person and has no fate in {label}.PII."
        elif fate is not None and not fate.is_whole:
            yield f"{label}.{field.name}: its fate does not say what an erasure does, or what ends its time."


def can_be_personal(field: models.Field) -> bool:
    """Words, days, files, and pointers at people; numbers, moments and closed choices name nobody."""
    if field.is_relation:
        return getattr(field.related_model, "IS_A_PERSON", False)
    words = (models.CharField, models.TextField, models.JSONField, models.FileField, models.GenericIPAddressField)
    is_day = isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField)
    return is_day or (isinstance(field, words) and not field.choices)


def nothing_for(model: Model, name: str) -> Any:
    """What an emptied column holds."""
    field: Any = model._meta.get_field(name)
    fate = fates_of(model)[name]
    if fate.becomes is not None:
        return fate.becomes
    return None if field.null else "" if field.empty_strings_allowed else field.get_default()
