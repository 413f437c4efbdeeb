"""The source behind an address: of a view that is a function, and of one that is an act (a class)."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

OURS = ("programs.", "cms.", "stem_portal.")
ROOT = Path(__file__).resolve().parent.parent


def classes_of(view) -> list[type]:
    """The classes of an act, the nearest first; none for a function, and none of Django's or of ``core.acting``."""
    kinds = getattr(getattr(view, "view_class", None), "__mro__", ())
    return [each for each in kinds if each.__module__.startswith(OURS) and each.__module__ != "programs.core.acting"]


def pieces_of(view) -> list:
    """The function, or the classes, that are written for this view."""
    return classes_of(view) or [inspect.unwrap(view)]


def source_of(view) -> str:
    return "\n".join(inspect.getsource(each) for each in pieces_of(view) if is_written(each))


def is_written(piece) -> bool:
    return inspect.isclass(piece) or inspect.isfunction(piece)


def functions_of(path: Path) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def helpers_of(path: Path) -> dict[str, ast.FunctionDef]:
    """The functions that a view in ``path`` may call by their name: its own module's, and those of other views."""
    found = functions_of(path)
    neighbours = list(path.parent.glob("*.py")) if path.parent.name == "views" else []
    for other in [*neighbours, *views_imported_by(path)]:
        found = functions_of(other) | found
    return found


def views_imported_by(path: Path) -> Iterator[Path]:
    """The files of views from which ``path`` takes a function: an earlier wing's gate serves later ones."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and "views" in (node.module or "").split("."):
            file = ROOT / f"{node.module.replace('.', '/')}.py"
            if file.is_file():
                yield file


def definition_of(piece) -> tuple[ast.FunctionDef | ast.ClassDef, Path]:
    path = Path(inspect.getsourcefile(piece))
    kinds = ast.FunctionDef | ast.ClassDef
    named = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, kinds)]
    return next(node for node in named if node.name == piece.__name__), path


def reached(node: ast.AST, helpers: dict[str, ast.FunctionDef], seen: set[str]) -> Iterator[ast.AST]:
    """Every node of ``node``, and of the helpers that it names."""
    for each in ast.walk(node):
        yield each
        name = name_of(each)
        if name in helpers and name not in seen:
            seen.add(name)
            yield from reached(helpers[name], helpers, seen)


def name_of(node: ast.AST) -> str:
    """The last part of what a node calls or names."""
    if isinstance(node, ast.Call):
        node = node.func
    return ast.unparse(node).rsplit(".", 1)[-1] if isinstance(node, ast.Name | ast.Attribute) else ""


def code_of(view) -> Iterator[tuple[ModuleType, ast.AST]]:
    """All nodes behind a view, with the module of the function or class from which they are reached."""
    for piece in pieces_of(view):
        if is_written(piece) and piece.__module__.startswith(OURS):
            node, path = definition_of(piece)
            yield from ((inspect.getmodule(piece), each) for each in reached(node, helpers_of(path), {piece.__name__}))
