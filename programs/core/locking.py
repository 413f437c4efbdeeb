"""Rows under a lock, together with what belongs to them.

A lock is taken on the bare row; what it is joined with, and whatever else decides whether it is meant, is read after.
In one statement PostgreSQL would wait for the lock, judge the row again against the joined rows that it read before,
and lose it when a foreign key changed meanwhile: the row "does not exist" while it stands there.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def locked(rows: QuerySet[Row], *, no_key: bool = False, **lookup: Any) -> Row:
    """The one of ``rows`` whose own columns hold ``lookup``, locked until the caller's transaction ends.

    ``no_key`` lets others go on pointing at it. Raises ``DoesNotExist``.
    """
    bare = rows.model._base_manager.select_for_update(no_key=no_key)
    return rows.get(pk=bare.values_list("pk", flat=True).get(**lookup))


def all_locked(rows: QuerySet[Row], *, no_key: bool = False) -> list[Row]:
    """All of ``rows``, locked in the order of their keys; one that is no longer among them then is left out."""
    bare = rows.model._base_manager.select_for_update(no_key=no_key).order_by("pk")
    keys = list(bare.filter(pk__in=rows.order_by().values("pk")).values_list("pk", flat=True))
    return list(rows.filter(pk__in=keys))


def in_line(line: int, number: int) -> None:
    """Wait until nobody else in ``line`` is busy with ``number``; the place is held until the transaction ends.

    For what no row stands for, and where the row that does is locked for long by others. SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [line, number])
