"""Which wings changed against main, in commits and in the files as they are now."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRAME = "frame"  # what tests call stem_portal


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def changed_files() -> list[str]:
    """Paths that differ from where this branch left main, and files that git does not know yet."""
    [base] = _git("merge-base", "main", "HEAD") or ["HEAD"]
    return _git("diff", "--name-only", base) + _git("ls-files", "--others", "--exclude-standard")


def wing_of(path: str) -> str | None:
    """The wing of a file of ours: programs/X, templates/X, locale/X and tests/X are X."""
    top, *rest = Path(path).parts
    if top in {"programs", "templates", "locale", "tests"} and len(rest) > 1:
        return rest[0]
    return {"cms": "cms", "stem_portal": FRAME}.get(top)


def changed_wings(paths: Iterable[str] | None = None) -> set[str]:
    found = {wing_of(path) for path in (changed_files() if paths is None else paths)}
    return {wing for wing in found if wing and wing != "journeys"}


def folders_of(wings: Iterable[str]) -> list[Path]:
    """Where the tests of these wings are, if they have any of their own."""
    return [folder for wing in wings if (ROOT / (folder := Path("tests") / wing) / "__init__.py").is_file()]
