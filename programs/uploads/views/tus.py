"""The resumable protocol tus 1.0: creation, checksum, expiration, termination.

A session and a CSRF token are asked for as everywhere. A program sends the cookies ``sessionid`` and ``csrftoken`` and
the header ``X-CSRFToken`` (over https a ``Referer`` of the portal too): with tuspy ``TusClient(url, headers={...})``,
with tus-js-client ``new Upload(file, {headers: {"X-CSRFToken": token}})``. ``Upload-Metadata`` carries ``purpose``,
``target``, ``filename`` and, where it is known, ``head``: the SHA-256 of the first MiB.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from django.core.files import File
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views import View

from programs.core.gates import not_found_unless, signed_in
from programs.core.refusals import Refusal, Refused
from programs.uploads.actions.receiving import OffsetMoved, add_bytes, begin_upload, drop_upload
from programs.uploads.choices import CHUNK_BYTES, MEGABYTE, MOST_BYTES, UploadState
from programs.uploads.hooks import PURPOSES
from programs.uploads.models import Upload
from programs.uploads.queries import terms_seen_by, uploads_visible_to
from programs.uploads.reading import protocol
from programs.uploads.reading.protocol import Checksum, Malformed
from programs.uploads.rules import arrive_refusal

READ_AT_ONCE = 512 * 1024
STATUS = {"expired": 410, "too_long": 413, "too_big": 413, "quota": 413, "too_many_unfinished": 413, "empty": 400}
CONFLICT, CHECKSUM_MISMATCH = 409, 460


class ShortBody(Exception):
    """The line broke before the announced bytes had come."""


@method_decorator(signed_in, name="dispatch")
class TusView(View):
    """Common to both addresses: the version, the other way to name a method, and refusals as plain words."""

    http_method_names = ["get", "head", "post", "patch", "delete", "options"]
    tus_methods = {"HEAD", "POST", "PATCH", "DELETE"}

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        self.method = request.method or ""
        if self.method == "POST":  # of a client that can send nothing else; never of a link, which has no token
            self.method = request.headers.get("X-HTTP-Method-Override", "POST").upper()
        handler = getattr(self, self.method.lower(), None) if self.method in self.allowed() else None
        if handler is None:
            response: HttpResponseBase = self.http_method_not_allowed(request)
        elif self.method in self.tus_methods and request.headers.get("Tus-Resumable") != protocol.VERSION:
            response = in_words(412, f"Tus-Resumable must be {protocol.VERSION}.")
        else:
            response = self.answer(handler, *args, **kwargs)
        if response.status_code >= 400:
            drain(request)
        if self.method != "GET":
            response.headers.setdefault("Tus-Resumable", protocol.VERSION)
            response.headers["Tus-Version"] = protocol.VERSION
            response.headers["Cache-Control"] = "no-store"
        return response

    def allowed(self) -> set[str]:
        return {name.upper() for name in self.http_method_names if hasattr(self, name)}

    def http_method_not_allowed(self, request, *args, **kwargs) -> HttpResponse:
        response = in_words(405, "Not a method of this address.")
        response.headers["Allow"] = ", ".join(sorted(self.allowed()))
        return response

    def answer(self, handler: Callable[..., HttpResponseBase], *args, **kwargs) -> HttpResponseBase:
        try:
            return handler(self.request, *args, **kwargs)
        except Malformed as error:
            return in_words(400, str(error))
        except Refused as refused:
            return refusal_response(refused.refusal)

    def options(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """What we speak, for a client that asks."""
        response = HttpResponse(status=204)
        response.headers["Tus-Extension"] = protocol.EXTENSIONS
        response.headers["Tus-Max-Size"] = str(max(MOST_BYTES.values()))
        response.headers["Tus-Checksum-Algorithm"] = ",".join(protocol.ALGORITHMS)
        return response


class CreateUpload(TusView):
    """``POST``: a place for a file. What the page of the same address shows is ``views/pages.py``."""

    def post(self, request: HttpRequest) -> HttpResponse:
        size = protocol.whole_number(request.headers.get("Upload-Length"), "Upload-Length")
        said = protocol.metadata(request.headers.get("Upload-Metadata"))
        target = protocol.whole_number(said.get("target"), "target")
        not_found_unless(terms_seen_by(request.user, said.get("purpose", ""), target) is not None)
        upload = begin_upload(
            purpose=said["purpose"],
            target=target,
            name=said.get("filename") or said.get("name") or "",
            size=size,
            head_hash=protocol.head_hash(said),
            by=request.user,
        )
        response = HttpResponse(status=201)
        response.headers["Location"] = reverse("upload_detail", args=[upload.pk])
        return told(response, upload)


class UploadDetail(TusView):
    """``HEAD``: how far it has come. ``PATCH``: bytes. ``DELETE``: drop it. ``GET``: its state, for our own script."""

    def answer(self, handler: Callable[..., HttpResponseBase], *args, pk: int) -> HttpResponseBase:
        if self.method == "OPTIONS":
            return super().answer(handler)
        return super().answer(handler, self.get_target(pk))

    def get_target(self, pk: int) -> Upload:
        return get_object_or_404(uploads_visible_to(self.request.user), pk=pk)

    def allowed(self) -> set[str]:
        return super().allowed() | {"POST"} if self.method == "POST" else super().allowed()

    def get(self, request: HttpRequest, upload: Upload) -> JsonResponse:
        known = {"state": upload.state, "label": upload.get_state_display(), "reason": upload.reason}
        purpose = PURPOSES.get(upload.purpose)
        return JsonResponse(
            known
            | {
                "offset": upload.offset,
                "length": upload.declared,
                "page": purpose.page(upload.target) if purpose and upload.state == UploadState.KEPT else "",
            }
        )

    def head(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        refusal = arrive_refusal(upload, 0, timezone.now())
        if refusal and refusal.code == "expired":
            return refusal_response(refusal)
        response = HttpResponse(status=200)
        response.headers["Upload-Length"] = str(upload.declared)
        return told(response, upload)

    def patch(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        if request.content_type != protocol.BODY_TYPE:
            return in_words(415, f"Content-Type must be {protocol.BODY_TYPE}.")
        announced = request.META.get("CONTENT_LENGTH") or None
        if announced is None:
            return in_words(411, _("The length of the piece must be named in advance."))
        size = protocol.whole_number(announced, "Content-Length")
        start = protocol.whole_number(request.headers.get("Upload-Offset"), "Upload-Offset")
        check = protocol.checksum(request.headers.get("Upload-Checksum"))
        if size > CHUNK_BYTES:
            return in_words(413, _("A piece may have up to {most} MB.").format(most=CHUNK_BYTES // MEGABYTE))
        refusal = arrive_refusal(upload, 0, timezone.now())
        if refusal and refusal.code != "whole":
            return refusal_response(refusal)
        if start != upload.offset:
            return offset_response(upload)
        if refusal := arrive_refusal(upload, size, timezone.now()) if size else None:
            return refusal_response(refusal, whole=413)
        return self.take(request, upload, start=start, size=size, check=check)

    def take(self, request, upload: Upload, *, start: int, size: int, check: Checksum | None) -> HttpResponse:
        with TemporaryUploadedFile("piece", "", size, "") as content:
            try:
                self.copy(request, content, size=size, check=check)
            except WrongChecksum:
                return in_words(CHECKSUM_MISMATCH, _("The piece was damaged on its way. Send it again."))
            except ShortBody:
                if check:  # what is not whole cannot be checked
                    return in_words(400, _("The line broke. Send the piece again."))
            try:
                upload = add_bytes(upload=upload, start=start, content=content, by=request.user)
            except OffsetMoved:
                return offset_response(self.get_target(upload.pk))
        return told(HttpResponse(status=204), upload)

    @staticmethod
    def copy(request: HttpRequest, content: File, *, size: int, check: Checksum | None) -> None:
        """The body onto the disk, some kilobytes at a time. Raises ``ShortBody`` and ``WrongChecksum``."""
        hasher, left = check.hasher() if check else None, size
        while left:
            try:
                data = request.read(min(left, READ_AT_ONCE))
            except (UnreadablePostError, OSError):
                data = b""
            if not data:
                break
            content.write(data)
            left -= len(data)
            if hasher:
                hasher.update(data)
        content.flush()
        content.size = size - left
        if left:
            raise ShortBody
        if check and hasher and not hmac.compare_digest(hasher.digest(), check.digest):
            raise WrongChecksum

    def delete(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        refusal = arrive_refusal(upload, 0, timezone.now())
        if refusal and refusal.code == "expired":
            return refusal_response(refusal)
        drop_upload(upload_id=upload.pk, by=request.user)
        return HttpResponse(status=204)


class WrongChecksum(Exception):
    """The bytes are not those that were sent."""


def told(response: HttpResponse, upload: Upload) -> HttpResponse:
    """The headers that say where an upload stands."""
    response.headers["Upload-Offset"] = str(upload.offset)
    if upload.state == UploadState.RECEIVING:
        response.headers["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


def offset_response(upload: Upload) -> HttpResponse:
    return told(in_words(CONFLICT, _("The file has come to another place meanwhile. Ask where, and go on.")), upload)


def refusal_response(refusal: Refusal, *, whole: int = CONFLICT) -> HttpResponse:
    statuses = STATUS | {"whole": whole, "crumbs": 413}
    return in_words(statuses.get(refusal.code, CONFLICT), str(refusal.message))


def in_words(status: int, words: str) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


def drain(request: HttpRequest) -> None:
    """Read what a refused request still sends, up to one piece: closing at once would cut off our answer."""
    left = min(int(request.META.get("CONTENT_LENGTH") or 0), CHUNK_BYTES)
    try:
        while left > 0 and (data := request.read(min(left, READ_AT_ONCE))):
            left -= len(data)
    except (UnreadablePostError, OSError):
        return
