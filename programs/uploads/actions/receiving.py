"""Beginning a file, adding the bytes that arrive, dropping and expiring what was never finished."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.idempotency import once
from programs.core.jobs import enqueue
from programs.core.nets import one_by_one
from programs.core.personal import delete_files
from programs.core.policy import must
from programs.core.private_files import forget_file, keep_file
from programs.core.refusals import refuse_if
from programs.uploads.choices import UNFINISHED_FOR, UploadState
from programs.uploads.models import Upload, UploadPart
from programs.uploads.queries import sent_by, terms_seen_by
from programs.uploads.reading.cleaning import display_name
from programs.uploads.rules import arrive_refusal, begin_refusal, drop_refusal

INSPECT_JOB = "uploads.inspect"
FOLDER = "uploads"


class OffsetMoved(Exception):
    """Other bytes were added at this place first: ask how far the file has come, and go on from there."""


@transaction.atomic
def begin_upload(*, purpose: str, target: int, name: str, size: int, head_hash: str, by: User) -> Upload:
    """A place for a file of ``size`` bytes. The lock on the account lets nobody pass its limits side by side.

    Raises PermissionDenied, and ``Refused`` with a code of ``begin_refusal`` or of the purpose.
    """
    return _begin(purpose, target, name=name, size=size, head_hash=head_hash, by=by)


def _begin(purpose: str, target: int, *, name: str, size: int, head_hash: str, by: User) -> Upload:
    # ``no_key``: whoever holds the target's lock may be writing a letter to this person, and must not wait for it.
    must(User.objects.select_for_update(no_key=True).filter(pk=by.pk, is_active=True).exists())
    now = timezone.now()
    terms = terms_seen_by(by, purpose, target)
    if terms is None:
        raise PermissionDenied
    refuse_if(begin_refusal(terms, size, sent_by(by, now=now)))
    ends = now + UNFINISHED_FOR
    return Upload.objects.create(
        owner=by,
        purpose=purpose,
        target=target,
        name=_shown(name),
        kinds=",".join(terms.kinds),
        declared=size,
        head_hash=head_hash,
        expires_at=min(ends, terms.ends_at) if terms.ends_at else ends,
    )


def _shown(name: str) -> str:
    """The name as it came, made harmless; the true ending comes with the check."""
    ending = name.rpartition(".")[2].lower()
    return display_name(name, extension=ending if ending.isascii() and ending.isalnum() and len(ending) < 6 else "bin")


def add_bytes(*, upload: Upload, start: int, content: File, by: User) -> Upload:
    """Add ``content`` at ``start``; the file is whole with its last byte, and then waits to be checked.

    The bytes lie under a key of their own before the row says so: a process that is killed in between leaves the row
    as it was, and bytes that nobody knows (``core/orphans.py``). One conditional write of the offset is the lock.
    Raises ``OffsetMoved`` when others were first, and ``Refused`` with a code of ``arrive_refusal``.
    """
    size = content.size
    refuse_if(arrive_refusal(upload, size, timezone.now()))
    if not size:
        return upload
    key = keep_file(content, folder=FOLDER)
    try:
        with transaction.atomic():
            _take_place(upload, start, size, by=by)
            UploadPart.objects.create(upload_id=upload.pk, start=start, size=size, key=key)
    except OffsetMoved:
        forget_file(key)
        raise
    return upload


def _take_place(upload: Upload, start: int, size: int, *, by: User) -> None:
    """The lock: the offset moves once from ``start``. With the last byte the file waits to be checked."""
    now = timezone.now()
    waiting = Upload.objects.filter(pk=upload.pk, owner=by, state=UploadState.RECEIVING, expires_at__gt=now)
    is_whole = start + size == upload.declared  # which never changes
    state = {"state": UploadState.RECEIVED, "received_at": now} if is_whole else {}
    taken = waiting.filter(offset=start, declared__gte=start + size)
    if not taken.update(offset=start + size, pieces=F("pieces") + 1, **state):
        raise OffsetMoved
    upload.offset, upload.state = start + size, UploadState.RECEIVED if is_whole else UploadState.RECEIVING
    if is_whole:
        _arrived(upload, by=by)


def _arrived(upload: Upload, *, by: User) -> None:
    record(by=by, action="upload.receive", obj=upload, after={"state": upload.state, "declared": upload.declared})
    enqueue(INSPECT_JOB, arguments={"upload": upload.pk}, unique_key=f"{INSPECT_JOB}:{upload.pk}")


@transaction.atomic
@once("upload.send", returns=Upload)
def send_whole(*, purpose: str, target: int, file: File, by: User, key: str) -> Upload:
    """A file that came in one piece, by the form without JavaScript: the same checks wait for it.

    Raises PermissionDenied, and ``Refused`` with a code of ``begin_refusal`` or of the purpose.
    """
    upload = _begin(purpose, target, name=file.name or "", size=file.size, head_hash="", by=by)
    stored = keep_file(file, folder=FOLDER)
    UploadPart.objects.create(upload=upload, start=0, size=upload.declared, key=stored)
    _take_place(upload, 0, upload.declared, by=by)
    return upload


@transaction.atomic
def drop_upload(*, upload_id: int, by: User) -> Upload:
    """The sender does not want to finish this file. Raises PermissionDenied, and ``Refused``: ``whole``."""
    upload = Upload.objects.select_for_update().get(pk=upload_id)
    must(upload.owner_id == by.pk)
    refuse_if(drop_refusal(upload))
    _end(upload, UploadState.ABORTED, action="upload.abort", by=by)
    return upload


def expire_uploads(*, now: datetime) -> int:
    """Delete what was not finished in time; the number of files."""
    over = Upload.objects.filter(state=UploadState.RECEIVING, expires_at__lte=now)
    return one_by_one("unfinished file", list(over.values_list("pk", flat=True)), lambda key: _expire(key, now))


@transaction.atomic
def _expire(upload_id: int, now: datetime) -> bool:
    over = Upload.objects.select_for_update().filter(pk=upload_id)
    upload = over.filter(state=UploadState.RECEIVING, expires_at__lte=now).first()
    if upload is None:
        return False
    _end(upload, UploadState.EXPIRED, action="upload.expire", by=None)
    return True


def _end(upload: Upload, state: UploadState, *, action: str, by: User | None) -> None:
    record(by=by, action=action, obj=upload, before={"state": upload.state}, after={"state": state})
    Upload.objects.filter(pk=upload.pk).update(state=state, ended_at=timezone.now())
    forget_parts(upload_id=upload.pk)
    upload.refresh_from_db()


def forget_parts(*, upload_id: int) -> None:
    """The pieces of a file whose end is known; their bytes go when the transaction is committed."""
    parts = UploadPart.objects.filter(upload_id=upload_id)
    delete_files(storages["private"], parts.values_list("key", flat=True))
    parts.delete()
