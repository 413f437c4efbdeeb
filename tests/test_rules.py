"""A rule takes what was read and says whether it may happen now: it never asks the database.

Each wing with rules has ``tests/<wing>/rules.py: calls()``, which reads its objects as an action does and gives each
rule with arguments; every public function of ``programs/<wing>/rules`` must be among them.
"""

from __future__ import annotations

import importlib
import inspect
from functools import partial
from pkgutil import iter_modules

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db
WINGS = sorted(path.parent.name for path in (settings.BASE_DIR / "programs").glob("*/rules*"))


def rules_of(wing: str) -> set:
    """The public functions of the wing's rules, a file or a folder of files."""
    room = importlib.import_module(f"programs.{wing}.rules")
    files = [
        importlib.import_module(f"{room.__name__}.{each.name}") for each in iter_modules(getattr(room, "__path__", []))
    ]
    return {
        function
        for module in (room, *files)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


def queries_of(call: partial) -> int:
    with CaptureQueriesContext(connection) as asked:
        call()
    return len(asked)


@pytest.mark.parametrize("wing", WINGS)
def test_no_rule_asks_the_database(wing):
    calls = importlib.import_module(f"tests.{wing}.rules").calls()
    assert {call.func for call in calls} == rules_of(wing), "a rule is called by no line of calls()"
    assert {call.func.__name__: queries_of(call) for call in calls if queries_of(call)} == {}


def test_the_guard_itself_sees_a_rule_that_asks():
    from programs.core.models import Holiday

    assert queries_of(partial(Holiday.objects.count)) == 1
