"""A query that is written once and run often.

Building a wide query and turning it into SQL takes Django several times as long as the database takes to answer it.
In the minute in which booking opens that is what a machine has no time for.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.db import connections, models
from django.db.models.query import ModelIterable
from django.utils.functional import cached_property


class Prepared:
    """``build(**stand_ins)`` gives the queryset; ``rows(**values)`` its instances for other values of the same names.

    The values are numbers and texts that go into the query as they are, each stand-in one that occurs nowhere else in
    it. The statement is the same one as the queryset's: one query, with its related objects and annotations.
    """

    def __init__(self, build: Callable[..., models.QuerySet], **stand_ins: int | str) -> None:
        self.build, self.stand_ins = build, stand_ins

    def rows(self, **values: int | str) -> list[Any]:
        queryset, compiler, sql, params = self._compiled
        filled = tuple(values[param.name] if isinstance(param, _Place) else param for param in params)
        own = copy.copy(compiler)  # a compiler belongs to one connection, and a connection to one thread
        own.connection = connections[compiler.using]
        own.as_sql = lambda *_args, **_options: (sql, filled)
        query = SimpleNamespace(get_compiler=lambda using: own)
        return list(ModelIterable(models.QuerySet(queryset.model, query=query, using=queryset.db)))

    @cached_property
    def _compiled(self) -> tuple:
        queryset = self.build(**self.stand_ins)
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        names = {stand_in: name for name, stand_in in self.stand_ins.items()}
        if absent := names.keys() - set(params):
            raise ValueError(f"{absent} do not stand in the statement as they are.")
        return queryset, compiler, sql, [_Place(names[param]) if param in names else param for param in params]


@dataclass(frozen=True)
class _Place:
    """Where in the statement a value of this name goes."""

    name: str
