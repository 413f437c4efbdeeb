"""The checking process: begun once with what it needs, it makes a child of its own for every file.

``python -m programs.uploads.reading.child``: an order a line on stdin, an answer a line on stdout. Each child has
little memory, a minute of processor time, no secrets; when it dies the file is too heavy, and nothing else happens.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from django.conf import settings

from programs.spreadsheets.process import tie_hands

MEGABYTE = 1024 * 1024
MEMORY = 512 * MEGABYTE
CPU_SECONDS, WALL_SECONDS = 60, 150
MOST_WRITTEN = 1024 * MEGABYTE


def main() -> None:
    settings.configure(USE_I18N=False)
    from programs.uploads.reading.inspecting import warm_up

    warm_up()  # what is loaded here, the children have
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_in_a_child(json.loads(line))) + "\n")
        sys.stdout.flush()


def _in_a_child(order: dict) -> dict:
    answer = Path(order["path"]).with_name("answer")
    child = os.fork()
    if child == 0:
        _work(order, answer)
    os.waitpid(child, 0)
    try:
        return json.loads(answer.read_text())
    except (OSError, ValueError):
        return {"refused": "too_heavy"}  # it was killed, or ran out of what it may use


def _work(order: dict, answer: Path) -> None:
    """Never returns."""
    try:
        from programs.uploads.reading.inspecting import look_at, text_of

        path = Path(order["path"])
        signal.alarm(WALL_SECONDS)
        tie_hands(memory=MEMORY, cpu_seconds=CPU_SECONDS, file_bytes=max(MOST_WRITTEN, path.stat().st_size))
        found = look_at(path, order["kinds"]) if "kinds" in order else text_of(path)
        answer.write_text(json.dumps(found | {"peak_kb": _peak_kilobytes()}))
    finally:
        os._exit(0)


def _peak_kilobytes() -> int:
    """The most memory that this child has held."""
    status = Path("/proc/self/status")
    return int(status.read_text().split("VmHWM:")[1].split()[0]) if status.exists() else 0


if __name__ == "__main__":
    main()
