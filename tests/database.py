"""The migrations run once, and every process of the tests begins with a copy of what they made.

They take longer than five hundred tests. On SQLite the migrated database is kept in var/tests until a migration, or a
module that one imports, or a requirement changes; in a PostgreSQL cluster it is a template database beside the others.
"""

from __future__ import annotations

import ast
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "tests"
PACKAGES = ("programs", "cms", "stem_portal")


def _sources() -> set[Path]:
    """What decides about the migrated database: the pinned libraries, our migrations and what these import."""
    migrations = {path for package in PACKAGES for path in (ROOT / package).rglob("migrations/*.py")}
    modules = {
        name
        for path in migrations
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    imported = {(ROOT / name.replace(".", "/")).with_suffix(".py") for name in modules}
    return migrations | {path for path in imported if path.is_file()} | {ROOT / "requirements.txt"}


@cache
def fingerprint() -> str:
    texts = [f"{path.relative_to(ROOT)}\n{path.read_text(encoding='utf-8')}" for path in sorted(_sources())]
    return sha256("\n".join(texts).encode()).hexdigest()[:16]


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time; the others wait until it has migrated."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# --- SQLite -------------------------------------------------------------------------------------
def _kept_file() -> Path:
    return KEPT / f"migrated-{fingerprint()}.sqlite3"


def _restore_sqlite(connection) -> bool:
    """Fill the empty database of ``connection`` with what was kept; False if nothing is."""
    if not _kept_file().is_file():
        return False
    connection.ensure_connection()
    with closing(sqlite3.connect(_kept_file())) as kept:
        kept.backup(connection.connection)
    return True


def _keep_sqlite(connection) -> None:
    unfinished = KEPT / "unfinished.sqlite3"
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished)) as kept:
        connection.connection.backup(kept)
    _keep_file(unfinished)


def _keep_file(unfinished: Path) -> None:
    for old in KEPT.glob("migrated-*.sqlite3"):
        old.unlink()
    unfinished.rename(_kept_file())


def migrated_file(target: Path) -> None:
    """A migrated SQLite database at ``target``, for a process that is not a test."""
    with alone():
        if not _kept_file().is_file():
            unfinished = KEPT / "unfinished.sqlite3"
            unfinished.unlink(missing_ok=True)
            settings = {"DATABASE_URL": f"sqlite:///{unfinished}", "DJANGO_SETTINGS_MODULE": "tests.settings"}
            command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=True)
            _keep_file(unfinished)
        shutil.copyfile(_kept_file(), target)


# --- PostgreSQL ---------------------------------------------------------------------------------
def _template() -> str:
    return f"migrated_{fingerprint()}"


def _restore_postgresql(connection) -> bool:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_template()])
        if cursor.fetchone() is None:
            return False
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    _recreate(connection, name, _template())
    return True


def _keep_postgresql(connection) -> None:
    _recreate(connection, _template(), connection.ops.quote_name(connection.settings_dict["NAME"]))


def _recreate(connection, name: str, template: str) -> None:
    """PostgreSQL copies a database only while nobody is in it."""
    connection.close()
    connection.close_pool()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


HOW: dict[str, tuple[Callable, Callable]] = {
    "sqlite": (_restore_sqlite, _keep_sqlite),
    "postgresql": (_restore_postgresql, _keep_postgresql),
}


@contextmanager
def migrated_once() -> Iterator[None]:
    """Within it ``migrate`` on a new test database gives the kept one, or runs and keeps what it made.

    A test that really commits ends with ``flush``: it gives the kept database, too, so that the next test finds what
    the migrations wrote (the root of Wagtail's pages), and the guard of the audit log need not let rows go.
    """
    from django.core.management.commands import flush, migrate
    from django.db import connections

    run = migrate.Command.handle

    def migrated(command, *args, database: str, **options) -> None:
        connection = connections[database]
        restore, keep = HOW[connection.vendor]
        with alone():
            if not restore(connection):
                run(command, *args, database=database, **options)
                keep(connection)

    def emptied(_command, *, database: str, **_options) -> None:
        connection = connections[database]
        restore, _keep = HOW[connection.vendor]
        if not restore(connection):
            raise RuntimeError("The migrated database is gone.")

    with patch.object(migrate.Command, "handle", migrated), patch.object(flush.Command, "handle", emptied):
        yield
