"""The net under work that nobody watches: one bad row stops neither the rows after it nor the steps after it.

What falls is logged with its number, and noted for the job that is running: ``core/jobs.py`` keeps it with the job,
and whoever runs the portal finds it on the desk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from django.db.models import Model

logger = logging.getLogger(__name__)
_FALLEN: ContextVar[list[str] | None] = ContextVar("fallen", default=None)
Row = TypeVar("Row")
Result = TypeVar("Result")


class JobLost(Exception):
    """The job was given to another worker, or its row is gone: this run must stop."""


@contextmanager
def noting_what_falls() -> Iterator[list[str]]:
    """What falls within it, in words without personal data: the step, the row's number, the kind of error."""
    fallen: list[str] = []
    token = _FALLEN.set(fallen)
    try:
        yield fallen
    finally:
        _FALLEN.reset(token)


def one_by_one(step: str, rows: Iterable[Row], act: Callable[[Row], object]) -> int:
    """``act(row)`` for each of ``rows``, which owns its transaction; for how many it did something."""
    return sum(bool(_caught(f"{step} {_number(row)}", act, row)) for row in rows)


def in_turn(job: str, steps: Mapping[str, Callable[[], int]]) -> dict[str, int]:
    """Every step of ``job``, whatever becomes of those before it; the number of each."""
    return {name: _caught(f"{job} {name}", step) or 0 for name, step in steps.items()}


def _number(row: object) -> str:
    """The number of a row. The key of a session opens it: a text is not written down."""
    number = row.pk if isinstance(row, Model) else row
    return f"#{number}" if isinstance(number, int) else "#?"


def _caught(where: str, act: Callable[..., Result], *arguments: object) -> Result | None:
    try:
        return act(*arguments)
    except JobLost:
        raise
    except Exception as error:
        logger.exception("%s failed.", where)
        fallen = _FALLEN.get()
        if fallen is not None:
            fallen.append(f"{where}: {type(error).__name__}")
        return None
