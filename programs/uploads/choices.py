"""States of a file on its way in, the allowed moves, the kinds that are taken, and the limits with their reasons."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class UploadState(TextChoices):
    RECEIVING = "receiving", _("On its way")
    RECEIVED = "received", _("Arrived, waiting to be checked")
    INSPECTING = "inspecting", _("Being checked")
    SCANNING = "scanning", _("Being checked for viruses")
    KEPT = "kept", pgettext_lazy("of a file", "Kept")
    REFUSED = "refused", pgettext_lazy("of a file", "Not taken")
    EXPIRED = "expired", pgettext_lazy("of a file", "Not finished in time")
    ABORTED = "aborted", pgettext_lazy("of a file", "Dropped by its sender")


MOVES = {
    UploadState.RECEIVING: {UploadState.RECEIVED, UploadState.EXPIRED, UploadState.ABORTED},
    UploadState.RECEIVED: {UploadState.INSPECTING},
    UploadState.INSPECTING: {UploadState.SCANNING, UploadState.KEPT, UploadState.REFUSED},
    UploadState.SCANNING: {UploadState.KEPT, UploadState.REFUSED},
}
BEING_CHECKED = (UploadState.RECEIVED, UploadState.INSPECTING, UploadState.SCANNING)
OVER = (UploadState.KEPT, UploadState.REFUSED, UploadState.EXPIRED, UploadState.ABORTED)


class FileKind(TextChoices):
    PHOTOGRAPH = "photograph", _("photograph (JPEG, HEIC, PNG, WebP)")
    PDF = "pdf", _("PDF")
    SLIDES = "slides", _("slides (PPTX, ODP)")
    VIDEO = "video", _("video (MP4, MOV)")


MEGABYTE = 1024 * 1024
CHUNK_BYTES = 8 * MEGABYTE  # of one request
PLAIN_BYTES = 20 * MEGABYTE  # of the form without JavaScript
HEAD_BYTES = MEGABYTE  # by whose hash a file is known again
UNFINISHED_FOR = timedelta(days=7)

# What one account may do, whatever the purpose: nobody needs more, and nobody fills the disk for the others.
MOST_UNFINISHED = 20
MOST_A_DAY, MOST_BYTES_A_DAY = 200, 5 * 1024 * MEGABYTE
# A broken line leaves small pieces; a program that sends a large file in crumbs does not need to.
PIECES_FREE, BYTES_PER_PIECE = 200, 64 * 1024

# What can be opened by the checking process with its memory, by kind; a purpose allows as much or less.
MOST_BYTES = {
    FileKind.PHOTOGRAPH: 60 * MEGABYTE,
    FileKind.PDF: 50 * MEGABYTE,
    FileKind.SLIDES: 200 * MEGABYTE,
    FileKind.VIDEO: 2048 * MEGABYTE,
}
TELLS_ADMINISTRATORS_AT = 3  # tries of a scan that did not come to an end

AUDIT_ACTIONS = {
    "upload.receive": _("File arrived"),
    "upload.abort": _("Unfinished file dropped by its sender"),
    "upload.expire": _("Unfinished file deleted after its time"),
    "upload.keep": _("File checked and kept"),
    "upload.refuse": _("File checked and not taken"),
}
