"""What a file is, by its content; its name counts for nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import filetype

from programs.uploads.choices import FileKind
from programs.uploads.reading.cleaning import KINDS
from programs.uploads.reading.refusing import Unfit

# What begins the file type box of a still picture; any other is a video until its tracks say otherwise.
STILL_BRANDS = {b"heic", b"heix", b"mif1", b"heim", b"heis", b"avif"}


def kind_of(path: Path) -> FileKind:
    """Raises ``Unfit``: ``unknown_kind``, ``two_files_in_one``."""
    with path.open("rb") as file:
        start = file.read(8192)
    if filetype.guess_mime(start) in KINDS:
        return FileKind.PHOTOGRAPH  # drawn anew: whatever else is in the file stays behind
    if start.startswith(b"PK\x03\x04"):
        return FileKind.SLIDES
    if start.startswith(b"%PDF-") or (start[4:8] == b"ftyp" and start[8:12] not in STILL_BRANDS):
        if zipfile.is_zipfile(path):
            raise Unfit("two_files_in_one")
        return FileKind.PDF if start.startswith(b"%PDF-") else FileKind.VIDEO
    raise Unfit("unknown_kind")
