"""One piece of the work on a list, in a process of its own: prints its seconds and its peak memory as JSON.

``library PATH`` reads with another library, ``read PATH`` with the portal's reader, ``job ID`` is the worker's turn,
``reader PATH`` tells the memory of the process that opens the file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path


def read_with_library(path: str) -> None:
    from python_calamine import CalamineWorkbook

    for _row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows():
        pass


def read(path: str) -> None:
    from programs.spreadsheets import read_rows

    with read_rows(path, file_name=Path(path).name) as rows:
        for _row in rows:
            pass


def run_job(number: str) -> None:
    from programs.core.choices import JobState
    from programs.core.models import Job
    from programs.core.worker import run_due_jobs

    while Job.objects.get(pk=number).state == JobState.QUEUED:
        if not run_due_jobs(at_most=1):
            raise SystemExit(f"Job {number} is not due.")
    job = Job.objects.get(pk=number)
    if job.state != JobState.DONE:
        raise SystemExit(f"Job {number} is {job.state}: {job.error}")


WORK = {"library": read_with_library, "read": read, "job": run_job}


def peak_mb() -> float:
    return round(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024, 1)


def reader_mb(path: str, sheet: str) -> float:
    """The memory of the process that opens the file, by its own account."""
    command = [sys.executable, "-m", "programs.spreadsheets.child", "rows", path, sheet]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return round(json.loads(done.stderr)["peak_kb"] / 1024, 1)


def main(what: str, argument: str) -> dict:
    if what == "reader":
        return {"peak_mb": reader_mb(argument, "Danh sách")}
    if what != "library":
        import django

        django.setup()
    began = time.perf_counter()
    WORK[what](argument)
    return {"seconds": time.perf_counter() - began, "peak_mb": peak_mb()}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
