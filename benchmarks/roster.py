"""A school's list on its way in: `python -m benchmarks.roster`. Rows a second, and memory that must not grow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import ROOT, house, json_line, look_at_database, say

SIZES = (2_000, 20_000, 60_000)
GROWTH = 1.25  # the largest list may take so much more of the worker's memory than the smallest
FURNITURE = (["catalogues", "compile"], ["migrate", "--verbosity", "0"])


def step(*arguments: str) -> dict:
    """One piece of work in a process of its own, so that its memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.roster_step", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def measure(pupils: int, folder: Path) -> list[dict]:
    """The figures of one list: another library reads it, the portal reads, previews and imports it."""
    from benchmarks.roster_inside import Import, write_list

    say(f"  {pupils:,} pupils")
    path = folder / f"{pupils}.xlsx"
    write_list(path, pupils)
    library = step("library", str(path))
    reading = step("read", str(path))
    school_list = Import(path, pupils)
    preview = step("job", str(school_list.mapped()))
    import_ = step("job", str(school_list.started()))
    figures = [
        _figures(f"{pupils} rows, read", pupils, reading, library)
        | {"reader_mb": step("reader", str(path))["peak_mb"]},
        _figures(f"{pupils} rows, preview", pupils, preview, reading),
        _figures(f"{pupils} rows, import", pupils, import_, reading, errors=school_list.missing()),
    ]
    for line in figures:
        say(f"    {line['case']}: {line['rate']:,.0f} rows a second, {line['peak_mb']} MB")
    return figures


def _figures(case: str, pupils: int, work: dict, floor: dict, *, errors: int = 0) -> dict:
    rate, floor_rate = pupils / work["seconds"], pupils / floor["seconds"]
    return {
        "bench": "roster",
        "case": case,
        "rate": round(rate, 1),
        "floor_rate": round(floor_rate, 1),
        "ratio": round(rate / floor_rate, 3),
        "errors": errors,
        "peak_mb": work["peak_mb"],
    }


def has_grown(lines: list[dict]) -> bool:
    """Whether any step took more memory for its largest list than for its smallest, beyond ``GROWTH``."""
    steps: dict[tuple[str, str], list[float]] = {}
    for line in lines:
        for key in line.keys() & {"peak_mb", "reader_mb"}:
            steps.setdefault((line["case"].partition(", ")[2], key), []).append(line[key])
    return any(max(peaks) > min(peaks) * GROWTH for peaks in steps.values())


def main() -> int:
    with house(FURNITURE) as folder:
        look_at_database()
        lines = [line for pupils in SIZES for line in measure(pupils, folder)]
    print("\n".join(json_line(**line) for line in lines))
    if has_grown(lines) or any(line["errors"] for line in lines):
        say("NOT IN ORDER: a pupil is missing, or the memory grew with the list.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
