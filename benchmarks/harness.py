"""What every benchmark shares: the portal as production runs it, the floor beside it, a load client, the figures."""

from __future__ import annotations

import json
import math
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.postgres import throw_away_cluster

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
WORKERS = 2
BUSY_CLIENT = 0.5  # share of one CPU above which the client itself may be the brake
KEYS = (
    "bench",
    "case",
    "rate",
    "floor_rate",
    "ratio",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "errors",
    "queries",
    "peak_mb",
    "reader_mb",
    "sold",
    "capacity",
)


# --- Figures ------------------------------------------------------------------------------------
def json_line(**figures) -> str:
    """One case as one line: the known keys in their order, without those that do not apply."""
    if unknown := figures.keys() - set(KEYS):
        raise ValueError(f"Not a figure of the benchmarks: {sorted(unknown)}")
    return json.dumps({key: figures[key] for key in KEYS if figures.get(key) is not None}, ensure_ascii=False)


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of all ``values`` do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def say(text: str) -> None:
    """For the person who watches; the figures alone go to stdout."""
    print(text, file=sys.stderr, flush=True)


@dataclass
class Tally:
    """What the rounds of one case, or of its floor, came to."""

    seconds: float = 0.0
    answers: list[tuple[str, int, float]] = field(default_factory=list)
    client_share: float = 0.0

    def add(self, result: dict) -> None:
        self.seconds += result["seconds"]
        self.answers += [tuple(answer) for answer in result["answers"]]
        self.client_share = max(self.client_share, result["client_share"])

    def count(self, verdict: str) -> int:
        return sum(1 for answer in self.answers if answer[0] == verdict)

    @property
    def rate(self) -> float:
        return len(self.answers) / self.seconds

    def milliseconds(self, share: float) -> float:
        return round(1000 * percentile([answer[2] for answer in self.answers], share), 1)


def figures_of(case: Tally, floor: Tally) -> dict:
    """The figures that every case has."""
    return {
        "rate": round(case.rate, 1),
        "floor_rate": round(floor.rate, 1),
        "ratio": round(case.rate / floor.rate, 3),
        "p50_ms": case.milliseconds(0.50),
        "p95_ms": case.milliseconds(0.95),
        "p99_ms": case.milliseconds(0.99),
        "errors": case.count("error") + floor.count("error"),
    }


# --- Load ---------------------------------------------------------------------------------------
@dataclass
class Plan:
    """Lanes of requests: one after the other within a lane, all lanes at once."""

    lanes: list[list[dict]]
    open_form: bool = False
    refusals: list[str] = field(default_factory=list)  # the words of a clear refusal


def side_by_side(
    *, rounds: int, portal: Server, floor: Server, plan: Callable[[int], Plan], floor_plan: Plan
) -> tuple[Tally, Tally]:
    """Floor and case in turn, so that a machine that slows down slows both."""
    case_tally, floor_tally = Tally(), Tally()
    for number in range(rounds):
        floor_tally.add(floor.load(floor_plan))
        case_tally.add(portal.load(plan(number)))
    busiest = max(case_tally.client_share, floor_tally.client_share)
    say(f"    the client used {busiest:.0%} of one CPU" + (" and may be the brake" if busiest > BUSY_CLIENT else ""))
    return case_tally, floor_tally


# --- Servers ------------------------------------------------------------------------------------
class Server:
    """A gunicorn with two sync workers on a port of its own."""

    def __init__(self, application: str, folder: Path) -> None:
        self.address = [HOST, _free_port()]
        self.log = folder / f"{application}.log"
        environment = {
            "BIND": HOST,
            "PORT": str(self.address[1]),
            "WEB_CONCURRENCY": str(WORKERS),
            "WEB_THREADS": "1",
        }
        command = [sys.executable, "-m", "gunicorn", application, "--config", "gunicorn.conf.py"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while len(self._workers()) < WORKERS or not _is_open(self.address):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The server did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.1)

    def load(self, plan: Plan) -> dict:
        """What the client, in its own process, met when it carried ``plan`` out."""
        order = {"address": self.address, "lanes": plan.lanes, "open_form": plan.open_form, "refusals": plan.refusals}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.client"],
            cwd=ROOT,
            input=json.dumps(order),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    def _workers(self) -> list[Path]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [Path("/proc", child) for child in children]

    def forget_peak(self) -> None:
        """Reset the measurement of the workers' peak memory."""
        for worker in self._workers():
            (worker / "clear_refs").write_text("5")

    def peak_mb(self) -> float:
        """The largest resident memory of the bigger worker since ``forget_peak``."""
        peaks = [(worker / "status").read_text().split("VmHWM:")[1].split()[0] for worker in self._workers()]
        return round(max(map(int, peaks)) / 1024, 1)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _is_open(address: list) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(tuple(address)) == 0


# --- The place ----------------------------------------------------------------------------------
@contextmanager
def place() -> Iterator[tuple[Server, Server]]:
    """The portal with the demonstration in a new PostgreSQL, and the floor beside it; everything goes at the end."""
    with house(FURNITURE) as folder:
        subprocess.run([sys.executable, "-m", "benchmarks.floor"], cwd=ROOT, check=True)
        look_at_database()
        servers = []
        try:
            for application in ("stem_portal.wsgi", "benchmarks.floor.wsgi"):
                servers.append(Server(application, folder))
            yield servers[0], servers[1]
        finally:
            for server in servers:
                server.stop()


@contextmanager
def house(commands: tuple[list[str], ...]) -> Iterator[Path]:
    """A folder and a new PostgreSQL, prepared by ``commands``; both go at the end.

    This process is a Django process of the same database from then on.
    """
    with tempfile.TemporaryDirectory(prefix="stem-bench-") as name, throw_away_cluster() as database_url:
        folder = Path(name)
        os.environ.update(
            DJANGO_SETTINGS_MODULE="stem_portal.settings",
            ENVIRONMENT="demo",
            DATABASE_URL=database_url,
            VAR_DIR=str(folder / "var"),
            CACHE_URL=f"filecache://{folder / 'cache'}",  # shared by the workers
            LOG_LEVEL="ERROR",
        )
        for command in commands:
            say(f"  {' '.join(command)}")
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        import django

        django.setup()
        yield folder


FURNITURE = (
    ["catalogues", "compile"],
    ["build_assets"],
    ["migrate", "--verbosity", "0"],
    ["collectstatic", "--noinput", "--verbosity", "0"],
    ["load_demo"],
)


def look_at_database() -> None:
    """Fresh statistics, as autovacuum keeps them; and no figures from a database that may forget."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit'), version()")
        fsync, synchronous_commit, version = cursor.fetchone()
    if (fsync, synchronous_commit) != ("on", "on"):
        raise SystemExit(f"fsync is {fsync} and synchronous_commit {synchronous_commit}: such figures mean nothing.")
    say(
        f"{platform.python_implementation()} {platform.python_version()} ({platform.python_compiler()}), "
        f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; {version.split(' on ')[0]} with fsync"
    )
