"""From the last byte to *kept* or *refused*: put together, looked at, cleaned, scanned. Each step may run twice."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext

from programs.core.audit import Code, record
from programs.core.jobs import enqueue
from programs.core.personal import delete_files
from programs.core.private_files import forget_file, keep_file
from programs.core.refusals import Refused
from programs.notices.actions import write_message
from programs.uploads.actions.receiving import FOLDER, forget_parts
from programs.uploads.choices import HEAD_BYTES, FileKind, UploadState
from programs.uploads.hooks import PURPOSES, KeptFile
from programs.uploads.models import Upload
from programs.uploads.reading.cleaning import display_name
from programs.uploads.reading.engine import CHECKER
from programs.uploads.reading.refusing import REASONS, Unfit
from programs.uploads.reading.scanner import ScannerAway, found_in

SCAN_JOB = "uploads.scan"
AT_ONCE = 1024 * 1024
Alive = Callable[[int, int], None]


def inspect_upload(*, upload_id: int, alive: Alive) -> str:
    """Look at a file that has arrived; the state that it leaves it in. ``alive`` is told between the steps."""
    begun = Upload.objects.filter(pk=upload_id, state__in=[UploadState.RECEIVED, UploadState.INSPECTING])
    if not begun.update(state=UploadState.INSPECTING):
        return ""  # another run has finished it
    upload = Upload.objects.get(pk=upload_id)
    with tempfile.TemporaryDirectory(prefix="upload-", dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / "file"
        try:
            sha256 = _put_together(upload, path, alive)
            found = _looked_at(upload, path)
        except Unfit as unfit:
            return refuse_upload(upload_id=upload_id, code=str(unfit), words="")
        except Refused as refused:
            return refuse_upload(upload_id=upload_id, code=refused.refusal.code, words=str(refused.refusal.message))
        alive(2, 3)
        return _set_aside(upload, found, sha256)


def _put_together(upload: Upload, path: Path, alive: Alive) -> str:
    """The pieces as one file on the local disk; its SHA-256. Raises ``Unfit``: ``lost``, ``changed``."""
    whole, head, place = hashlib.sha256(), hashlib.sha256(), 0
    with path.open("wb") as target:
        for part in upload.parts.all():
            if part.start != place:
                raise Unfit("lost")
            try:
                with storages["private"].open(part.key) as source:
                    place = _pour(source, target, place, whole, head)
            except FileNotFoundError as error:
                raise Unfit("lost") from error
            alive(1, 3)
    if place != upload.declared:
        raise Unfit("lost")
    if upload.head_hash and head.hexdigest() != upload.head_hash:
        raise Unfit("changed")
    return whole.hexdigest()


def _pour(source: IO[bytes], target: IO[bytes], place: int, whole, head) -> int:
    while data := source.read(AT_ONCE):
        whole.update(data)
        head.update(data[: max(0, HEAD_BYTES - place)])
        target.write(data)
        place += len(data)
    return place


def _looked_at(upload: Upload, path: Path) -> dict:
    """What the checking process found. Raises ``Unfit``, and ``Refused`` with words of the core's catalogue."""
    found = CHECKER.look_at(path, upload.kinds.split(","))
    if "refused" not in found:
        return found
    if "words" in found:
        raise Refused.because(found["refused"], found["words"])
    raise Unfit(found["refused"])


def _set_aside(upload: Upload, found: dict, sha256: str) -> str:
    """Store the clean copy; it waits for the scan. A run that comes second leaves nothing behind."""
    clean = Path(found["path"])
    key = _keep(clean, found["ending"])
    preview = _keep(Path(found["preview"]), "jpg") if found["preview"] else ""
    mine = Upload.objects.filter(pk=upload.pk, state=UploadState.INSPECTING)
    with transaction.atomic():
        aside = mine.update(
            state=UploadState.SCANNING,
            sha256=sha256,
            kept_sha256=_hash_of(clean),
            kept_size=clean.stat().st_size,
            name=display_name(upload.name, extension=found["ending"]),
            key=key,
            preview_key=preview,
            **{name: found[name] for name in ("kind", "content_type", "pages", "seconds")},
        )
        if aside:
            forget_parts(upload_id=upload.pk)
            enqueue(SCAN_JOB, arguments={"upload": upload.pk}, unique_key=f"{SCAN_JOB}:{upload.pk}")
    if not aside:
        forget_file(key)
        forget_file(preview)
        return ""
    return UploadState.SCANNING


def _keep(path: Path, ending: str) -> str:
    with path.open("rb") as file:
        return keep_file(File(file), folder=FOLDER, ending=f".{ending}")


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- The scan -----------------------------------------------------------------------------------
def scan_upload(*, upload_id: int) -> str:
    """Ask the virus scanner, where there is one; the state that it leaves the file in.

    Raises ``ScannerAway``: the file stays "being checked", nobody sees it, and the scan is tried again later.
    """
    upload = Upload.objects.filter(pk=upload_id, state=UploadState.SCANNING).first()
    if upload is None:
        return ""
    try:
        found = _virus_in(upload)
    except ScannerAway:
        Upload.objects.filter(pk=upload_id, state=UploadState.SCANNING).update(scans=F("scans") + 1)
        raise
    if found:
        return refuse_upload(upload_id=upload_id, code="virus", words="")
    try:
        return keep_upload(upload_id=upload_id)
    except Refused as refused:
        return refuse_upload(upload_id=upload_id, code=refused.refusal.code, words=str(refused.refusal.message))


def _virus_in(upload: Upload) -> str:
    if not settings.CLAMAV_URL:
        return ""
    with storages["private"].open(upload.key) as file:
        return found_in(file, url=settings.CLAMAV_URL, seconds=settings.CLAMAV_SECONDS)


@transaction.atomic
def keep_upload(*, upload_id: int) -> str:
    """Give the clean file to its purpose. Raises ``Refused`` when the purpose does not take it any more."""
    upload = Upload.objects.select_for_update().get(pk=upload_id)
    if upload.state != UploadState.SCANNING:
        return ""
    purpose = PURPOSES.get(upload.purpose)
    if purpose is None:
        raise Refused.because("no_purpose", gettext("The page that asked for this file is no longer there."))
    with _in_language_of(upload):
        purpose.keep(upload, _kept_file(upload))
    changes = {"state": UploadState.KEPT, "ended_at": timezone.now(), "key": "", "preview_key": ""}
    Upload.objects.filter(pk=upload.pk).update(**changes)
    kept = {"state": UploadState.KEPT, "sha256": Code(upload.sha256), "kept_sha256": Code(upload.kept_sha256)}
    record(by=None, action="upload.keep", obj=upload, before={"state": upload.state}, after=kept)
    return UploadState.KEPT


def _kept_file(upload: Upload) -> KeptFile:
    return KeptFile(
        key=upload.key,
        name=upload.name,
        kind=FileKind(upload.kind),
        content_type=upload.content_type,
        size=upload.kept_size,
        sha256=upload.sha256,
        kept_sha256=upload.kept_sha256,
        preview_key=upload.preview_key,
        pages=upload.pages,
        seconds=upload.seconds,
        received_at=upload.received_at or timezone.now(),
    )


@contextmanager
def _in_language_of(upload: Upload):
    with translation.override(upload.owner.language):
        yield


# --- Not taken ----------------------------------------------------------------------------------
@transaction.atomic
def refuse_upload(*, upload_id: int, code: str, words: str) -> str:
    """Tell the sender why the file is not taken, in words; nothing of it is kept."""
    upload = Upload.objects.select_for_update().get(pk=upload_id)
    if upload.state not in (UploadState.INSPECTING, UploadState.SCANNING):
        return ""
    with _in_language_of(upload):
        reason = _reason(upload, code, words)
    record(
        by=None, action="upload.refuse", obj=upload, before={"state": upload.state}, after={"reason_code": Code(code)}
    )
    delete_files(storages["private"], [upload.key, upload.preview_key])
    changes = {"key": "", "preview_key": "", "ended_at": timezone.now(), "state": UploadState.REFUSED}
    Upload.objects.filter(pk=upload.pk).update(reason=reason[:400], reason_code=code[:40], **changes)
    forget_parts(upload_id=upload.pk)
    purpose = PURPOSES.get(upload.purpose)
    write_message(
        kind="upload_refused",
        to=upload.owner,
        dedupe_key=f"upload_refused:{upload.pk}",
        context={"name": upload.name, "reason": reason},
        link=purpose.page(upload.target) if purpose else "",
    )
    return UploadState.REFUSED


def _reason(upload: Upload, code: str, words: str) -> str:
    """Of what the checking process refused in words of the core's catalogue, the translation."""
    if words:
        return gettext(words)
    kinds = ", ".join(str(FileKind(each).label) for each in upload.kinds.split(","))
    return str(REASONS[code]).format(kinds=kinds)
