"""Whether a file may be begun, go on or be dropped now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.refusals import Refusal
from programs.uploads.choices import (
    BYTES_PER_PIECE,
    MEGABYTE,
    MOST_A_DAY,
    MOST_BYTES,
    MOST_BYTES_A_DAY,
    MOST_UNFINISHED,
    PIECES_FREE,
    FileKind,
    UploadState,
)
from programs.uploads.hooks import Quota, Terms
from programs.uploads.models import Upload


@dataclass(frozen=True)
class Sent:
    """What an account has under way, and what it has begun in the last 24 hours."""

    unfinished: int
    files: int
    bytes: int


def in_megabytes(size: int) -> str:
    """Rounded up, so that nobody reads a limit as more than it is."""
    return f"{-(-size // MEGABYTE):,} MB".replace(",", ".")


def begin_refusal(terms: Terms, size: int, sent: Sent) -> Refusal | None:
    """Why a file of this size cannot be begun now."""
    return size_refusal(terms, size) or _account_refusal(size, sent) or _quota_refusal(terms, size)


def size_refusal(terms: Terms, size: int) -> Refusal | None:
    """Why a file of this size is never taken here."""
    if size < 1:
        return Refusal("empty", _("The file is empty. Choose it again."), "upload")
    most = min(terms.most_bytes, max(MOST_BYTES[FileKind(kind)] for kind in terms.kinds))
    if size > most:
        words = _("The file is {size}; up to {most} are allowed. Make it smaller and try again.")
        return Refusal("too_big", words.format(size=in_megabytes(size), most=in_megabytes(most)), "upload")
    return None


def _account_refusal(size: int, sent: Sent) -> Refusal | None:
    if sent.unfinished >= MOST_UNFINISHED:
        words = ngettext(
            "You have {count} unfinished file. Finish or drop it first.",
            "You have {count} unfinished files. Finish or drop one of them first.",
            sent.unfinished,
        )
        return Refusal("too_many_unfinished", words.format(count=sent.unfinished), "upload")
    if sent.files >= MOST_A_DAY or sent.bytes + size > MOST_BYTES_A_DAY:
        words = _("An account sends up to {files} files and {most} a day. Go on tomorrow.")
        return Refusal("quota", words.format(files=MOST_A_DAY, most=in_megabytes(MOST_BYTES_A_DAY)), "upload")
    return None


def _quota_refusal(terms: Terms, size: int) -> Refusal | None:
    full: Quota | None = next((each for each in terms.quotas if each.used_bytes + size > each.most_bytes), None)
    if full is None:
        return None
    left = max(0, full.most_bytes - full.used_bytes)
    words = _("The space of {whose} is {most}, and {left} of it are free. Remove a file, or send a smaller one.")
    said = words.format(whose=full.words, most=in_megabytes(full.most_bytes), left=f"{left // MEGABYTE:,} MB")
    return Refusal("quota", said, "upload")


def arrive_refusal(upload: Upload, size: int, now: datetime) -> Refusal | None:
    """Why these bytes cannot be added. Codes: ``over``, ``whole``, ``expired``, ``too_long``, ``crumbs``."""
    if upload.state in (UploadState.EXPIRED, UploadState.ABORTED):
        return Refusal("expired", _("This file is not kept any more. Choose it again and begin anew."))
    if upload.state != UploadState.RECEIVING:
        return Refusal("whole", _("The whole file has arrived already."))
    if upload.expires_at <= now:
        return Refusal("expired", _("The time for this file is over. Choose it again and begin anew."))
    if upload.offset + size > upload.declared:
        return Refusal("too_long", _("These are more bytes than the file has. Choose it again and begin anew."))
    if upload.pieces > PIECES_FREE + upload.declared // BYTES_PER_PIECE:
        return Refusal("crumbs", _("The file comes in too many small pieces. Choose it again and begin anew."))
    return None


def drop_refusal(upload: Upload) -> Refusal | None:
    """Why an upload cannot be dropped by its sender."""
    if upload.state == UploadState.RECEIVING:
        return None
    return Refusal("whole", _("This file is not under way any more. Look at what became of it in the list."))
