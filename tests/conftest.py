"""What every test may use."""

from __future__ import annotations

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _empty_cache():
    """Limits count in the cache; one test's failures must not slow the next."""
    cache.clear()


@pytest.fixture
def outbox_sent(db, mailoutbox):
    """Sends what is due, as the worker would, and gives the e-mails that left."""
    from programs.notices.actions import send_due_messages

    def send() -> list:
        send_due_messages()
        return mailoutbox

    return send
