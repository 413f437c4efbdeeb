"""`make test`, `make test-all` and `make quick`: which tests run on which database, and where each begins.

PostgreSQL, on which a province works, runs every test: nothing that only the real database shows can be left out of a
selection. SQLite, on which anybody tries the portal, runs the folders of all wings and the journeys; what walks over
every address as every role (tests/test_*.py) asks the same code there and takes half of the time.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

from tests.changed import ROOT, changed_wings, folders_of
from tests.chromium import require
from tests.postgres import throw_away_cluster

WORKERS = ("-n", str(max(2, os.cpu_count() or 2)))
SUITE = (*WORKERS, "--dist", "worksteal", "-m", "not journey")
# What walks over every address: first, so that no process is left alone with a long one at the end.
WALKS = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests").glob("test_*.py"), reverse=True)]
WINGS = ("tests", *(f"--ignore={path}" for path in WALKS))
JOURNEYS = (*WORKERS, "--dist", "loadfile", "-m", "journey", "tests/journeys")


def run(title: str, *arguments: str, **environment: str) -> bool:
    print(f"\n=== {title} ===", flush=True)
    began, before = time.monotonic(), _processor()
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    passed = subprocess.run(command, env=os.environ | environment, check=False).returncode == 0
    took, spent = time.monotonic() - began, _processor() - before
    print(f"--- {title}: {'passed' if passed else 'FAILED'} in {took:.0f} s, {spent:.0f} s of processor", flush=True)
    return passed


def _processor() -> float:
    """Seconds that everything started from here has kept a processor busy: on a shared machine the honest measure."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def on_both(*, everything: bool) -> bool:
    browser = {"CHROMIUM": require(), "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
    with throw_away_cluster(safe=False) as database_url:
        on_postgresql = {"DATABASE_URL": database_url}
        results = [
            run("Suite on PostgreSQL", *SUITE, *WALKS, "tests", **on_postgresql),
            run("Suite on SQLite", *SUITE, *WALKS, "tests") if everything else run("Wings on SQLite", *SUITE, *WINGS),
            run("Journeys in Chromium on SQLite", *JOURNEYS, **browser),
            run("Journeys in Chromium on PostgreSQL", *JOURNEYS, WALK_ONLY="1", **browser, **on_postgresql),
        ]
    return all(results)


def quickly() -> bool:
    """The folders of the wings that changed, and the walks over their addresses alone."""
    wings = sorted(changed_wings())
    print(f"Changed against main: {', '.join(wings) or 'no wing'}.", flush=True)
    folders = [str(folder) for folder in folders_of(wings)]
    return run("What changed, on SQLite", *SUITE, *WALKS, *folders, WALK_WINGS=" ".join(wings) or "none")


def main() -> int:
    os.environ.pop("DATABASE_URL", None)
    wanted = sys.argv[1] if len(sys.argv) > 1 else "test"
    passed = quickly() if wanted == "quick" else on_both(everything=wanted == "all")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
