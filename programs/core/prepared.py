"""Prepared queries: built once, run often.

Building a wide query and turning it into SQL takes Django several times as long as the database takes to answer it.
In the minute in which booking opens there is no time for that.

It drives parts of Django that are not public: so few queries are asked in this way (tests/test_architecture.py), each
is compared with its queryset (tests/core/test_prepared.py); the setting ``PREPARED_QUERIES`` switches all of it off.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db import connections, models
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler
from django.utils.functional import cached_property

Value = int | str | date | datetime
Parameter = Value | None  # what Django hands to the database
A_DAY, A_MOMENT = date(1, 2, 3), datetime(1, 2, 3, 4, 5, 6, tzinfo=UTC)  # stand-ins that no query contains by chance


class Prepared:
    """``build(**stand_ins)`` returns the queryset; ``rows(**values)`` its rows for other values of the same names.

    The values are numbers, texts, days and moments that go into the query as they are, each stand-in one that occurs
    nowhere else in it. The statement is the same one as the queryset's: one query, with its related objects and
    annotations.
    """

    def __init__(self, build: Callable[..., models.QuerySet], **stand_ins: Value) -> None:
        self.build, self.stand_ins = build, stand_ins

    def rows(self, **values: Value) -> list[Any]:
        if not settings.PREPARED_QUERIES:
            return list(self.build(**values))
        filled, queryset = self._filled(values), self._compiled[0]
        query: Any = SimpleNamespace(get_compiler=lambda using: filled)
        return list(ModelIterable(models.QuerySet(queryset.model, query=query, using=queryset.db)))

    def tuples(self, **values: Value) -> list[Sequence[Any]]:
        """The same where ``build`` gives a ``values_list``."""
        if not settings.PREPARED_QUERIES:
            return list(self.build(**values))
        return list(self._filled(values).results_iter(tuple_expected=True))

    def _filled(self, values: dict[str, Value]) -> SQLCompiler:
        _queryset, compiler, sql, params = self._compiled
        own_values = {name: _adapted(value, compiler) for name, value in values.items()}
        filled = tuple(own_values[param.name] if isinstance(param, _Place) else param for param in params)
        own = copy.copy(compiler)  # a compiler belongs to one connection, and a connection to one thread
        own.connection = connections[compiler.using]
        own.as_sql = lambda *_args, **_options: (sql, filled)
        return own

    @cached_property
    def _compiled(self) -> tuple:
        queryset = self.build(**self.stand_ins)
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        names = {_adapted(stand_in, compiler): name for name, stand_in in self.stand_ins.items()}
        if absent := names.keys() - set(params):
            raise ValueError(f"{absent} do not stand in the statement as they are.")
        return queryset, compiler, sql, [_Place(names[param]) if param in names else param for param in params]


def _adapted(value: Value, compiler: SQLCompiler) -> Parameter:
    """``value`` as Django hands it to this database."""
    if isinstance(value, datetime):
        return compiler.connection.ops.adapt_datetimefield_value(value)
    return compiler.connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


@dataclass(frozen=True)
class _Place:
    """The positions of a named value in the statement."""

    name: str
