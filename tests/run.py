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
JOURNEYS = ("-m", "journey", "tests/journeys")


def begin(*arguments: str, **environment: str) -> subprocess.Popen:
    """A run whose words are kept until it is over, so that two at once do not talk into each other."""
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(title: str, *runs: tuple[tuple[str, ...], dict[str, str]]) -> bool:
    """Run ``runs`` side by side; each is what pytest is given and its environment."""
    print(f"\n=== {title} ===", flush=True)
    began = time.monotonic()
    codes = []
    for process in [begin(*arguments, **environment) for arguments, environment in runs]:
        words, _ = process.communicate()
        print(words, flush=True)
        codes.append(process.returncode)
    verdict = "FAILED" if any(codes) else "passed"
    print(f"--- {title}: {verdict} in {time.monotonic() - began:.0f} s", flush=True)
    return not any(codes)


def main() -> int:
    on_sqlite = {"CHROMIUM": require(), "DJANGO_ALLOW_ASYNC_UNSAFE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    os.environ.pop("DATABASE_URL", None)
    with throw_away_cluster() as database_url:
        on_postgres = on_sqlite | {"DATABASE_URL": database_url}
        results = [
            run("Suite on SQLite", (UNIT, on_sqlite)),
            run("Suite on PostgreSQL", (UNIT, on_postgres)),
            # One process each, and both wait for clocks and browsers more than for the processor.
            run("Committing tests on both", (COMMITTING, on_sqlite), (COMMITTING, on_postgres)),
            run("Journeys in Chromium on both", (JOURNEYS, on_sqlite), (JOURNEYS, on_postgres | {"WALK_ONLY": "1"})),
        ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
