"""Files that are kept for a while behind the gate: under a random key, read through a copy on the local disk."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.http import FileResponse, Http404
from django.utils.http import content_disposition_header


def hash_of_file(file: File) -> str:
    """SHA-256 of the content, some kilobytes at a time."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def keep_file(file: File, *, folder: str, ending: str = "") -> str:
    """Put ``file`` into private storage; its key says nothing of its name or its owner.

    The row that points at it comes after. If it never comes, ``core/orphans.py`` deletes the file.
    """
    file.seek(0)
    return storages["private"].save(f"{folder}/{secrets.token_urlsafe(24)}{ending}", file)


def copy_file(key: str, *, folder: str) -> str:
    """The same content under a key of its own: forgetting one leaves the other. No key, no copy."""
    if not key:
        return ""
    with storages["private"].open(key) as source:
        return keep_file(source, folder=folder)


def forget_file(key: str) -> None:
    if key:
        storages["private"].delete(key)


@contextmanager
def local_copy(key: str) -> Iterator[Path]:
    """Provide the file as a local path, whatever the storage; the copy is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="portal-", dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / "file"
        with storages["private"].open(key) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
        yield path


def private_response(
    key: str, *, name: str, content_type: str = "application/octet-stream", shown: bool = False
) -> FileResponse:
    """The file under ``key``, so that nothing in it runs; the caller has asked whether the reader may have it.

    A download; ``shown`` is for pictures that the portal drew itself: only those may be shown inline.
    Raises ``Http404`` when the file is gone.
    """
    private = storages["private"]
    if not key or not private.exists(key):
        raise Http404
    response = FileResponse(private.open(key), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(not shown, name) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
