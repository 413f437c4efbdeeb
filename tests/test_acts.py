"""What holds for every act of the portal: a key on a form is read, and the words of a page follow its reader's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import ModuleType

from django.utils.functional import Promise

from programs.core.acting import WORDS, Act
from programs.core.idempotency import KEY, IdempotentFormMixin
from tests.permissions import views
from tests.view_code import code_of


def form_named(node: ast.AST, module: ModuleType) -> type | None:
    """The form class that a node names in its module, such as ``IssueForm`` or ``forms.IssueForm``."""
    if not isinstance(node, ast.Name | ast.Attribute):
        return None
    found = module
    for part in ast.unparse(node).split("."):
        found = getattr(found, part, None)
    return found if isinstance(found, type) and issubclass(found, IdempotentFormMixin) else None


def reads_key(node: ast.AST) -> bool:
    """``form.key``, ``cleaned_data["idempotency_key"]``, ``typed.pop("idempotency_key")``; a comparison reads nothing."""
    if isinstance(node, ast.Attribute):
        return node.attr == "key" and ast.unparse(node.value).endswith("form")
    asked = [node.slice] if isinstance(node, ast.Subscript) else node.args if isinstance(node, ast.Call) else []
    return any(isinstance(each, ast.Constant) and each.value == KEY for each in asked)


def has_idle_key(nodes: list[tuple[ModuleType, ast.AST]]) -> bool:
    return any(form_named(node, module) for module, node in nodes) and not any(reads_key(node) for _, node in nodes)


def test_a_key_on_a_form_is_read_or_is_not_there():
    """What creates reads its key, what changes a value carries its version, and what is done once by its state needs
    neither."""
    assert {name for name, view in views().items() if has_idle_key(list(code_of(view)))} == set()


def test_the_guard_itself_sees_an_idle_key():
    """A guard that cannot fail proves nothing; who only drops the key has not read it."""
    module = ModuleType("views")
    module.IssueForm = IdempotentFormMixin

    def seen(text: str) -> list:
        return [(module, node) for node in ast.walk(ast.parse(text))]

    assert has_idle_key(seen("form = IssueForm(request.POST)\nissue(by=request.user)"))
    assert has_idle_key(
        seen("form = IssueForm()\n{n: v for n, v in form.cleaned_data.items() if n != 'idempotency_key'}")
    )
    assert not has_idle_key(seen("form = IssueForm(request.POST)\nissue(key=form.key)"))
    assert not has_idle_key(seen("form = IssueForm(request.POST)\nissue(key=form.cleaned_data['idempotency_key'])"))


# --- Words --------------------------------------------------------------------------------------
def acts() -> Iterator[type[Act]]:
    kinds = {getattr(view, "view_class", None) for view in views().values()}
    yield from (kind for kind in kinds if kind and issubclass(kind, Act))


def test_words_of_an_act_are_translated_when_they_are_read():
    """A word that is translated while the module is loaded stays in the first language permanently."""
    found = [
        f"{kind.__name__}.{name}"
        for kind in acts()
        for name in (*WORDS, "done")
        if isinstance(getattr(kind, name), str) and getattr(kind, name) and not isinstance(getattr(kind, name), Promise)
    ]
    assert found == []
    assert len(list(acts())) >= 3
