"""The house keeps its walls: who may import whom, and what each room of the floor plan may not do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# DESIGN: core <- accounts <- notices <- schools <- {curricula, visits, projects} <- certificates <- reports <- cms <- stem_portal
FLOORS = [
    {"core"},
    {"accounts"},
    {"notices"},
    {"schools"},
    {"curricula", "visits", "projects"},
    {"certificates"},
    {"reports"},
    {"cms"},
    {"stem_portal"},
]
FLOOR_OF = {wing: number for number, floor in enumerate(FLOORS) for wing in floor}
WINGS = [wing for floor in FLOORS[:7] for wing in sorted(floor)]
# Doors re-export the wings or collect them for Django and Wagtail; nothing else may import from all of them.
DOORS = {
    "models.py",
    "urls.py",
    "apps.py",
    "checks.py",
    "tasks.py",
    "admin.py",
    "second_factor.py",
    "wagtail_hooks.py",
    "__init__.py",
}


def sources(folder: str) -> list[Path]:
    return [path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts]


def wing_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    if parts[0] != "programs":
        return parts[0]
    if len(parts) == 2:
        return f"door:{parts[1]}"
    return parts[1]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that ``path`` imports, wherever in the file, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def wing_of_module(module: str) -> str | None:
    parts = module.split(".")
    if parts[0] in {"cms", "stem_portal"}:
        return parts[0]
    if parts[0] == "programs" and len(parts) > 1 and parts[1] in FLOOR_OF:
        return parts[1]
    return None


def breaches() -> list[str]:
    found = []
    for path in [*sources("programs"), *sources("cms"), *sources("stem_portal")]:
        wing = wing_of(path)
        if wing.startswith("door:") or wing in {"management", "templatetags"}:
            found += [
                f"{path}:{line} imports {name}"
                for line, name in imports(path)
                if name.split(".")[0] in {"cms", "stem_portal"}
            ]
            continue
        for line, name in imports(path):
            target = wing_of_module(name)
            if target and target != wing and FLOOR_OF[target] >= FLOOR_OF[wing]:
                found.append(f"{path}:{line} ({wing}) imports {name}")
    return found


def test_imports_run_one_way_only():
    assert breaches() == []


def test_the_guard_itself_sees_a_breach(tmp_path, monkeypatch):
    """A guard that cannot fail proves nothing: a wing that imports its neighbour must be found."""
    room = tmp_path / "programs" / "visits"
    room.mkdir(parents=True)
    (tmp_path / "cms").mkdir()
    (tmp_path / "stem_portal").mkdir()
    (room / "queries.py").write_text("from programs.projects.models import Project\n", encoding="utf-8")
    monkeypatch.setattr("tests.test_architecture.ROOT", tmp_path)
    assert len(breaches()) >= 1


def test_doors_define_nothing():
    for path in (ROOT / "programs").glob("*.py"):
        assert path.name in DOORS, f"{path.name} is not a door: it belongs in a wing"
        if path.name in {"models.py", "urls.py", "tasks.py", "admin.py"}:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            assert not [node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)], path


def rooms(name: str) -> list[Path]:
    """The files of one room of the floor plan in every wing: ``rules.py`` or ``rules/*.py``."""
    found = []
    for wing in WINGS:
        base = ROOT / "programs" / wing
        found += [path for path in [base / f"{name}.py", *sorted((base / name).glob("*.py"))] if path.is_file()]
    return found


NEVER = {
    "choices": {"django.http", "django.shortcuts", "programs.*.models", "programs.*.queries", "programs.*.actions"},
    "models": {"django.http", "django.shortcuts", "django.core.mail", "programs.*.queries", "programs.*.actions"},
    "queries": {
        "django.http",
        "django.shortcuts",
        "programs.*.policy",
        "programs.*.actions",
        "programs.*.views",
    },
    "policy": {
        "django.http",
        "django.shortcuts",
        "programs.*.actions",
        "programs.*.forms",
        "programs.*.views",
    },
    "rules": {
        "django.http",
        "django.shortcuts",
        "programs.*.policy",
        "programs.*.queries",
        "programs.*.actions",
        "programs.*.views",
    },
    "actions": {"django.http", "django.shortcuts", "django.contrib.messages", "programs.*.views", "programs.*.forms"},
    "forms": {"programs.*.actions", "programs.*.views"},
    "pdf": {"programs.*.queries", "programs.*.actions", "django.db"},
}


@pytest.mark.parametrize("room", sorted(NEVER))
def test_each_room_keeps_to_its_own(room):
    found = []
    for path in rooms(room):
        for line, name in imports(path):
            parts = name.split(".")
            general = ".".join(["programs", "*", *parts[2:3]]) if parts[0] == "programs" else name
            # core's own rooms are tools for every room, not activities of a wing
            if parts[:2] == ["programs", "core"]:
                continue
            for banned in NEVER[room]:
                if general == banned or (not banned.startswith("programs") and name.startswith(banned)):
                    found.append(f"{path}:{line} imports {name}")
    assert found == []


def test_rules_ask_no_clock_and_no_database():
    for path in rooms("rules"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert not called.endswith((".now", ".localdate", ".today")), f"{path}:{node.lineno} asks the clock"
                assert ".objects." not in called, f"{path}:{node.lineno} asks the database"


def test_queries_never_write():
    writes = (".save", ".create", ".bulk_create", ".update", ".delete", ".get_or_create", ".update_or_create")
    for path in rooms("queries"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(writes):
                owner = ast.unparse(node.func)
                assert "objects" not in owner and "filter" not in owner, f"{path}:{node.lineno} writes: {owner}"


def test_actions_are_keyword_only_and_annotated():
    for path in rooms("actions"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            where = f"{path.relative_to(ROOT)}: {node.name}"
            assert not node.args.args, f"{where} takes positional arguments"
            assert node.returns is not None, f"{where} says not what it returns"
            assert all(argument.annotation for argument in node.args.kwonlyargs), f"{where} lacks an annotation"
            assert ast.get_docstring(node), f"{where} has no docstring"


def test_an_action_that_takes_a_key_reads_it():
    """``once`` reads it; whatever is written without it must name the key itself."""
    for path in rooms("actions"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and "key" in [each.arg for each in node.args.kwonlyargs]:
                decorated = any(ast.unparse(each).startswith("once(") for each in node.decorator_list)
                named = any(isinstance(each, ast.Name) and each.id == "key" for each in ast.walk(node))
                assert decorated or named, f"{path.relative_to(ROOT)}: {node.name} takes a key and does not read it"


def test_no_wing_listens_to_signals_for_business():
    for path in sources("programs"):
        for line, name in imports(path):
            assert not name.startswith("django.db.models.signals"), f"{path}:{line} listens to model signals"


def test_no_room_outgrows_a_newcomer():
    for folder in ("programs", "cms", "stem_portal"):
        for path in sources(folder):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= 500, f"{path.relative_to(ROOT)} has {lines} lines: make it a folder, one file per activity"
