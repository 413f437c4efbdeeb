"""`make mutate`: breaks one small thing after another in what decides, and prints what no test of the wing notices.

`make mutate WING=reports` does one wing. A survivor is a question, not a fault: is there a case that nobody tested, or
is the line not needed? What changes only a text that people read is left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DECIDING = ("rules", "policy")
GUARDS = "actions/guard.py"
MUTMUT = str(Path(sys.executable).with_name("mutmut"))
NOT_COPIED = {"programs", "tests", "var", "pyproject.toml"}  # mutmut copies the first two by itself


def deciding_files(wing: Path) -> list[Path]:
    """What says who may and whether now, and what keeps scarce things."""
    found = [path for name in DECIDING for path in [wing / f"{name}.py", *(wing / name).glob("*.py")]]
    return [path.relative_to(ROOT) for path in [*found, wing / GUARDS] if path.is_file()]


def settings_for(files: list[Path], tests: Path) -> str:
    beside = [path.name for path in ROOT.iterdir() if path.name not in NOT_COPIED and not path.name.startswith(".")]
    values = {
        "source_paths": ["programs"],
        "only_mutate": [str(path) for path in files],
        "do_not_mutate_patterns": [r"\b_\(|\bgettext"],
        "also_copy": [*beside, "var"],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-m", "not journey"],
        "pytest_add_cli_args_test_selection": [str(tests)],
    }
    switches = "use_git_change_detection = false\ntrack_dependencies = false\n"
    return "\n[tool.mutmut]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()) + switches


def prepare(folder: Path, files: list[Path], tests: Path) -> None:
    """A copy of the project in which mutmut may do what it likes; its files are the project's own."""
    for path in ROOT.iterdir():
        if path.name not in {"pyproject.toml", "var"} and not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    (folder / "var").mkdir()
    if (ROOT / "var" / "tests").is_dir():  # the migrated database
        (folder / "var" / "tests").symlink_to(ROOT / "var" / "tests")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (folder / "pyproject.toml").write_text(project + settings_for(files, tests), encoding="utf-8")


def _mutmut(folder: Path, *arguments: str) -> str:
    done = subprocess.run([MUTMUT, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"mutmut {' '.join(arguments)} failed:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def survivors(wing: Path) -> list[tuple[str, str]]:
    """(name, what was changed) of each mutant of the wing that no test of its folder noticed."""
    files, tests = deciding_files(wing), Path("tests") / wing.name
    if not files or not (ROOT / tests).is_dir():
        return []
    with tempfile.TemporaryDirectory(prefix="stem-mutants-") as name:
        folder = Path(name)
        prepare(folder, files, tests)
        _mutmut(folder, "run", "--max-children", str(os.cpu_count() or 2))
        lines = [line.strip().rsplit(": ", 1) for line in _mutmut(folder, "results").splitlines() if ": " in line]
        left = [mutant for mutant, state in lines if state in {"survived", "no tests", "timeout", "suspicious"}]
        return [(mutant, _change(_mutmut(folder, "show", mutant))) for mutant in left]


def _change(diff: str) -> str:
    changed = [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
    return "\n".join(changed)


def main() -> int:
    wanted = sys.argv[1:]
    wings = [path.parent for path in sorted((ROOT / "programs").glob("*/__init__.py"))]
    for wing in [wing for wing in wings if not wanted or wing.name in wanted]:
        for mutant, change in survivors(wing):
            print(f"\n{mutant}\n{change}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
