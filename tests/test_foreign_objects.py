"""An object outside one's gate is answered like one that does not exist, to the last byte (CASES P02)."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.permissions import MISSING, OBJECT_OF
from tests.test_permissions import committed
from tests.world import ROLES, build_world

pytestmark = pytest.mark.django_db
WHO = ["pupil", "teacher", "coordinator", "ward_officer"]
CHANGING = re.compile(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"')


def gone(name: str, role: str) -> str:
    """The first method by which the role is told that the foreign object does not exist; empty if it is not."""
    cells = committed().get(f"{name} foreign")
    answers = cells[ROLES.index(role)].split("/") if cells else []
    return next((method for method, answer in zip(("get", "post"), answers, strict=False) if answer == "404"), "")


def page(client, method: str, url: str) -> tuple[int, dict, str]:
    """What the browser gets, without per-request random values and without the URL itself."""
    cache.clear()
    response = getattr(client, method)(url)
    text = CHANGING.sub("", response.content.decode()).replace(url, "URL")
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in ("Content-Security-Policy", "Content-Length")
    }
    return response.status_code, headers, text


@pytest.mark.parametrize("role", WHO)
def test_a_foreign_object_and_a_missing_one_give_the_same_page(client, role):
    world = build_world()
    client.force_login(world.people[role])
    tried = 0
    for name, kwargs in OBJECT_OF.items():
        method = gone(name, role)
        if method:
            foreign = reverse(name, kwargs=kwargs(world.places["foreign"]))
            missing = reverse(name, kwargs=kwargs(MISSING))
            assert page(client, method, foreign) == page(client, method, missing), (name, method)
            tried += 1
    assert tried > 40
