"""Asking the checking process about a file. It is begun with the first file and again when it has died."""

from __future__ import annotations

import atexit
import json
import select
import subprocess
import threading
from pathlib import Path

from programs.spreadsheets import process
from programs.uploads.reading.child import WALL_SECONDS

PATIENCE = WALL_SECONDS + 30
# Each file's child touches its memory for the first time: in large pages that costs a tenth less time.
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


class CheckerBroken(Exception):
    """The checking process itself gave no answer: the file is not to blame, and is looked at again."""


class Checker:
    """One process for all files of this worker; its memory stays small, for each file has a child of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def look_at(self, path: Path, kinds: list[str]) -> dict:
        """The answer of ``inspecting.look_at``. Raises ``CheckerBroken``."""
        return self._ask({"path": str(path), "kinds": kinds})

    def text_of(self, path: Path) -> dict:
        """The answer of ``inspecting.text_of``. Raises ``CheckerBroken``."""
        return self._ask({"path": str(path)})

    def _ask(self, order: dict) -> dict:
        with self._lock:
            running = self._running()
            try:
                if running.stdin is None or running.stdout is None:
                    raise OSError("no pipes")
                running.stdin.write(json.dumps(order) + "\n")
                running.stdin.flush()
                ready, _w, _x = select.select([running.stdout], [], [], PATIENCE)
                return json.loads(running.stdout.readline() if ready else "")
            except (OSError, ValueError) as error:
                self._end()
                raise CheckerBroken from error

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                process.command("programs.uploads.reading.child"),
                cwd=process.ROOT,
                env=process.environment() | LARGE_PAGES,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self._process

    def _end(self) -> None:
        ended, self._process = self._process, None
        if ended is None:
            return
        ended.kill()
        ended.wait()
        for pipe in (ended.stdin, ended.stdout):
            if pipe:
                pipe.close()

    def close(self) -> None:
        with self._lock:
            self._end()


CHECKER = Checker()
atexit.register(CHECKER.close)
