"""Health checks for monitoring: is it alive, and can it serve? They reveal no secrets and no personal data."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from programs.core.jobs import oldest_wait

logger = logging.getLogger(__name__)
LONGEST_WAIT = timedelta(minutes=10)


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    results = {name: _passes(name, probe) for name, probe in PROBES.items()}
    well = all(results.values())
    words = {name: "ok" if passed else "failed" for name, passed in results.items()}
    return JsonResponse({"status": "ok" if well else "failed", **words}, status=200 if well else 503)


def _passes(name: str, probe: Callable[[], bool]) -> bool:
    """Any error in a probe counts as a failure; the reason goes to the log, not to the caller."""
    try:
        return probe()
    except Exception:
        logger.exception("Health: %s failed.", name)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _storage() -> bool:
    """Writes, reads and deletes a file, where pupils' files are kept."""
    storage = storages["private"]
    word = secrets.token_hex(8)
    name = storage.save(f"health/{word}", ContentFile(word.encode()))
    try:
        with storage.open(name) as file:
            return file.read() == word.encode()
    finally:
        storage.delete(name)


def _queue() -> bool:
    return oldest_wait() < LONGEST_WAIT


PROBES: dict[str, Callable[[], bool]] = {"database": _database, "storage": _storage, "queue": _queue}
