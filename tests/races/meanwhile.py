"""Two acts at once whose order is known: one has read and not yet written, and meanwhile the other acts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection

from programs.core.refusals import Refused
from programs.projects.models import Project

ON_POSTGRESQL = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]
LONG = 0.7  # seconds, in which the other finishes, or waits for a lock that the first holds
Act = Callable[[], object]


def meanwhile(monkeypatch, place: object, name: str, first: Act, second: Act) -> list[str]:
    """``first`` pauses where it calls ``place.name``, until ``second`` is done or has waited long; what both answer."""
    reading, done, mine = threading.Event(), threading.Event(), threading.local()
    called = getattr(place, name)

    def wait_and_call(*read, **facts):
        if getattr(mine, "pauses", False):
            mine.pauses = False
            reading.set()
            done.wait(timeout=LONG)
        return called(*read, **facts)

    def act_first() -> str:
        mine.pauses = True
        try:
            return answer_of(first)
        finally:
            reading.set()

    def act_second() -> str:
        assert reading.wait(timeout=10)
        try:
            return answer_of(second)
        finally:
            done.set()

    monkeypatch.setattr(place, name, wait_and_call)
    with ThreadPoolExecutor(2) as pool:
        return [answer.result() for answer in (pool.submit(act_first), pool.submit(act_second))]


def answer_of(act: Act) -> str:
    """What it returned, the code of its refusal, or how the database broke it off."""
    try:
        return str(act())
    except Refused as refused:
        return refused.refusal.code
    except (PermissionDenied, OperationalError) as error:
        return type(error).__name__
    finally:
        connection.close()


def unlocked(*, project_id: int) -> Project:
    """What ``locked_project`` reads, without its lock: for negative controls."""
    parts = ("competition__rule_set", "school", "field", "supervisor")
    return Project.objects.select_related(*parts).get(pk=project_id)
