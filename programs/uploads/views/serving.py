"""Sending a kept file: the wing that owns it has asked whether the reader may have it.

Always as a download that nothing runs in, with ranges, so that a broken download goes on and a film can be moved in.
By nginx where ``ACCEL_PREFIX`` is set, by a short-lived address of the object store where ``SIGNED_SECONDS`` is, else
by us: some kilobytes at a time, whatever the size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

AT_ONCE = 256 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
# nginx drops the application's Content-Security-Policy on X-Accel answers: docs/operations.md has it set there too.
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


class OutOfRange(ValueError):
    """No byte of the file is in the range: 416."""


def file_response(request: HttpRequest, *, key: str, name: str, content_type: str, size: int) -> HttpResponseBase:
    """The file under ``key`` of private storage. Raises ``Http404`` when it is gone."""
    private = storages["private"]
    headers = HARMLESS | {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    if settings.ACCEL_PREFIX:
        headers["X-Accel-Redirect"] = settings.ACCEL_PREFIX.rstrip("/") + "/" + quote(key)
        return HttpResponse(content_type=content_type, headers=headers)
    if settings.SIGNED_SECONDS and hasattr(private, "bucket"):
        return _signed(private, key, headers["Content-Disposition"], content_type)
    if not private.exists(key):
        raise Http404
    return _streamed(request, private, key, size, headers | {"Content-Type": content_type})


def _signed(private, key: str, disposition: str, content_type: str) -> HttpResponse:
    """The store itself sends it, under another host: none of our cookies is there to be stolen."""
    asked = {"ResponseContentDisposition": disposition, "ResponseContentType": content_type}
    response = HttpResponseRedirect(private.url(key, parameters=asked, expire=settings.SIGNED_SECONDS))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _streamed(request: HttpRequest, private: Storage, key: str, size: int, headers: dict) -> HttpResponseBase:
    headers = headers | {"Accept-Ranges": "bytes"}
    try:
        asked = wanted_range(request.headers.get("Range", ""), size)
    except OutOfRange:
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    start, end = asked or (0, size)
    headers["Content-Length"] = str(end - start)
    if asked:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 206 if asked else 200
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    return StreamingHttpResponse(pieces(private, key, start, end), status=status, headers=headers)


def wanted_range(header: str, size: int) -> tuple[int, int] | None:
    """The one range that is asked for; several, or what cannot be read, is the whole file. Raises ``OutOfRange``."""
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:  # the last so many bytes
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < start:
            return None
    if start >= end:
        raise OutOfRange(header)
    return start, end


def pieces(private: Storage, key: str, start: int, end: int) -> Iterator[bytes]:
    """The bytes from ``start`` to ``end``. The storage library would read an object whole: of a bucket ask a part."""
    with closing(_opened(private, key, start, end)) as source:
        left = end - start
        while left > 0 and (data := source.read(min(AT_ONCE, left))):
            left -= len(data)
            yield data


def _opened(private, key: str, start: int, end: int) -> IO[bytes]:
    if isinstance(private, FileSystemStorage) or not hasattr(private, "bucket"):
        file = private.open(key)
        file.seek(start)
        return file
    part = private.bucket.Object(key).get(Range=f"bytes={start}-{end - 1}")
    return part["Body"]
