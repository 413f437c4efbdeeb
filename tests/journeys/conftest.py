from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.chromium import require
from tests.journeys.portal import PASSWORD, Portal, running_portal
from tests.journeys.walker import Walker

# Milliseconds, as for all other waiting: a busy machine is no fault of the portal's, and what works waits for nothing.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync",
             "--no-first-run", "--disable-component-update"]  # fmt: skip
    return {"executable_path": os.environ.get("CHROMIUM") or require(), "args": quiet, "headless": True}


@pytest.fixture(scope="session")
def portal(tmp_path_factory) -> Iterator[Portal]:
    """A portal for each process: what a journey changes meets only the journeys of its own file and process."""
    worker, own = os.environ.get("PYTEST_XDIST_WORKER", ""), tmp_path_factory.getbasetemp()
    shared = (own.parent if worker else own) / "shared"
    with running_portal(tmp_path_factory.mktemp("portal"), shared=shared, name=f"journeys_{worker}") as running:
        yield running


@pytest.fixture
def person(browser, portal) -> Iterator:
    """Opens a browser of one's own for a person: ``person("hanh")`` is signed in, ``person()`` is a visitor."""
    contexts = []

    def open_browser(key: str | None = None, *, phone: bool = False) -> Walker:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        context = browser.new_context(base_url=portal.url, viewport=size, locale="vi-VN", accept_downloads=True)
        contexts.append(context)
        walker = Walker(context.new_page(), portal)
        if key:
            walker.sign_in(key, PASSWORD)
        return walker

    yield open_browser
    for context in contexts:
        context.close()
