"""No line of a template is wider than 120 characters, so that a change to it can be read beside the old one.

`python -m tests.check_templates`: part of `make check`. The files of tests/wide_templates.txt still have wide lines;
that list may only shrink.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STILL_WIDE = ROOT / "tests/wide_templates.txt"
WIDEST = 120
KINDS = {".html", ".txt", ".js", ".svg"}


def wide_lines(root: Path) -> dict[str, list[int]]:
    """The lines that are too wide, by the template's path; characters are counted, not bytes."""
    found = {}
    for path in sorted(path for path in (root / "templates").rglob("*") if path.suffix in KINDS):
        lines = enumerate(path.read_text(encoding="utf-8").split("\n"), start=1)
        if wide := [number for number, line in lines if len(line) > WIDEST]:
            found[str(path.relative_to(root))] = wide
    return found


def faults(found: dict[str, list[int]], allowed: set[str]) -> list[str]:
    too_wide = [f"{path}:{number}: wider than {WIDEST}" for path in found.keys() - allowed for number in found[path]]
    done = [f"{path}: no line is too wide any more: take it off {STILL_WIDE.name}" for path in allowed - found.keys()]
    return sorted(too_wide + done)


def main() -> int:
    allowed = set(STILL_WIDE.read_text(encoding="utf-8").split()) if STILL_WIDE.is_file() else set()
    found = faults(wide_lines(ROOT), allowed)
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
