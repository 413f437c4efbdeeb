"""`make test`: the suite on SQLite, again on a real PostgreSQL, then the journeys in Chromium on both."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from tests.chromium import require
from tests.postgres import throw_away_cluster

WORKERS = str(max(2, os.cpu_count() or 2))
UNIT = ("-n", WORKERS, "--dist", "worksteal", "-m", "not journey and not commits", "--create-db", "tests")
COMMITTING = ("-m", "commits and not journey", "--create-db", "tests")
JOURNEYS = ("-m", "journey", "-x", "tests/journeys")


def run(title: str, *arguments: str, **environment: str) -> bool:
    print(f"\n=== {title} ===", flush=True)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        check=False,
        env=os.environ | environment,
    )
    print(
        f"--- {title}: {'passed' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True
    )
    return done.returncode == 0


def main() -> int:
    environment = {"CHROMIUM": require(), "DJANGO_ALLOW_ASYNC_UNSAFE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    os.environ.pop("DATABASE_URL", None)
    results = [
        run("Suite on SQLite", *UNIT, **environment),
        run("Committing tests on SQLite", *COMMITTING, **environment),
    ]
    with throw_away_cluster() as database_url:
        on_postgres = environment | {"DATABASE_URL": database_url}
        results.append(run("Suite on PostgreSQL", *UNIT, **on_postgres))
        results.append(run("Committing tests on PostgreSQL", *COMMITTING, **on_postgres))
        results.append(run("Journeys in Chromium on SQLite", *JOURNEYS, **environment))
        results.append(run("Journeys in Chromium on PostgreSQL", *JOURNEYS, **on_postgres))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
