"""No line of a template is wider than 120 characters, so that a change to it can be read beside the old one.

`python -m tests.check_templates`: part of `make check`.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
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


def main() -> int:
    found = wide_lines(ROOT)
    for path, numbers in found.items():
        for number in numbers:
            print(f"{path}:{number}: wider than {WIDEST}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
