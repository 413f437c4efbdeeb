"""What every test may use."""

from __future__ import annotations

import gc
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.utils import translation
from hypothesis import HealthCheck, settings

from programs.core import nets
from programs.core.append_only import AUDIT_TABLE
from tests.database import migrated_once

# Codes, states and names of columns: no blank, no accent, no bracket, no "@", no telephone number.
PLAIN_TEXT = re.compile(r"(?!\+?\d{9,}$)[\w.…:+\-/=&]*", re.ASCII)

# The world of a centre with two schools, for every test of visits.
pytest_plugins = ["tests.centres.fixtures"]

# Speed is measured in benchmarks/, never asserted in a test: a slow machine must not fail it.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")


def pytest_collection_finish() -> None:
    """What is loaded stays: to look through it for garbage again and again costs a twelfth of the suite."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Begins before the test database is made and ends after it is gone."""
    with migrated_once():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests with transactions of their own are cleaned up with TRUNCATE, which the audit log refuses elsewhere."""
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE {AUDIT_TABLE} DISABLE TRIGGER audit_no_truncate")


@pytest.fixture(autouse=True)
def _empty_cache():
    """Limits count in the cache; one test's failures must not slow the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def _in_vietnamese():
    """Requesting a page in English leaves the language active in the thread; reset it for the next test."""
    translation.activate("vi")


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch):
    """Connections are closed when a file has been sent, or between jobs; here that would end the test's transaction."""
    close = BaseDatabaseWrapper.close_if_unusable_or_obsolete

    def close_between_transactions(connection: BaseDatabaseWrapper) -> None:
        if not connection.in_atomic_block:
            close(connection)

    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", close_between_transactions)


@pytest.fixture(autouse=True)
def _no_free_text_in_the_log(monkeypatch):
    """Whatever a test lets the portal do: no row of the audit log holds words that somebody could have typed."""
    from wagtail.models import ModelLogEntry

    write = ModelLogEntry.objects.bulk_create

    def write_plain_rows(entries: list, **more) -> list:
        for entry in entries:
            found = [text for text in texts_in(entry.data) if not PLAIN_TEXT.fullmatch(text)]
            assert not found, f"{entry.action}: {found}"
        return write(entries, **more)

    monkeypatch.setattr(ModelLogEntry.objects, "bulk_create", write_plain_rows)


@pytest.fixture(autouse=True)
def _locks_on_bare_rows(monkeypatch):
    """Whatever a test lets the portal do: no lock is taken on rows together with rows that they are joined with.

    SQLite takes no row's lock and says nothing; PostgreSQL loses the row (core/locking.py).
    """
    build = SQLCompiler.as_sql

    def build_bare_locks(compiler: SQLCompiler, *arguments, **options) -> tuple:
        built = build(compiler, *arguments, **options)
        tables = [alias for alias, uses in compiler.query.alias_refcount.items() if uses]
        assert not compiler.query.select_for_update or len(tables) == 1, f"A lock on joined rows: {built[0]}"
        return built

    monkeypatch.setattr(SQLCompiler, "as_sql", build_bare_locks)


@pytest.fixture(autouse=True)
def _nothing_falls_into_the_net(request, monkeypatch):
    """What the net under the background work catches is a fault: it fails every test but those of the net itself."""
    fallen: list[str] = []
    write = nets.logger.exception

    def note(text: str, *arguments) -> None:
        fallen.append(text % arguments)
        write(text, *arguments)

    monkeypatch.setattr(nets.logger, "exception", note)
    yield
    assert request.node.get_closest_marker("falls") or not fallen, fallen


def texts_in(value) -> list[str]:
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in (key, *texts_in(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in texts_in(inner)]
    return [value] if isinstance(value, str) else []


@pytest.fixture
def outbox_sent(db, mailoutbox):
    """Sends what is due, as the worker would, and gives the emails that left."""
    from programs.notices.actions import send_due_messages

    def send() -> list:
        send_due_messages()
        return mailoutbox

    return send
