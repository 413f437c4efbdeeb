"""Slides (PPTX, ODP): a packed folder that stays packed, without programs, and without the name of its author."""

from __future__ import annotations

import stat
import zipfile
from io import BytesIO
from pathlib import Path
from typing import IO

from programs.uploads.choices import MEGABYTE
from programs.uploads.reading.jpeg import without_notes
from programs.uploads.reading.refusing import Unfit

MOST_ENTRIES = 5_000  # 200 slides with pictures have some hundreds
MOST_UNPACKED = 600 * MEGABYTE
MOST_RATIO, RATIO_FROM = 100, 5 * MEGABYTE  # XML packs 10 to 30 times; below 5 MB a high ratio does no harm
MOST_IN_MEMORY = 64 * MEGABYTE  # of one picture
AT_ONCE = 1024 * 1024

PPTX, ODP = (
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.presentation",
)
PROGRAMS = (".bin", ".exe", ".dll", ".js", ".vbs", ".bat", ".cmd", ".ps1", ".jar", ".class", ".com", ".scr", ".msi")
WITH_MACROS = (".pptm", ".ppsm", ".potm", ".docm", ".dotm", ".xlsm", ".xltm", ".xlam", ".ppam", ".xlsb")
PACKED = (".xlsx", ".docx", ".pptx", ".ods", ".odt", ".odp", ".zip")
_CORE = b'<?xml version="1.0" encoding="UTF-8"?>\n'
EMPTY_NOTES = {
    "docProps/core.xml": _CORE
    + b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docProps/app.xml": _CORE
    + b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": _CORE
    + b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
    "meta.xml": _CORE
    + b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.2">'
    + b"<office:meta/></office:document-meta>",
}


def clean_slides(path: Path, into: Path) -> tuple[str, str]:
    """Write the clean copy; return content type and ending. Raises ``Unfit``."""
    with zipfile.ZipFile(path) as pack:
        entries = pack.infolist()
        _refuse_bombs(entries)
        for entry in entries:
            _refuse_ways_out(entry)
        content_type = _content_type(pack)
        _refuse_programs(pack, entries)
        with zipfile.ZipFile(into, "w", allowZip64=True) as target:
            for entry in entries:
                _copy(pack, entry, target)
    return content_type, "pptx" if content_type == PPTX else "odp"


def _refuse_bombs(entries: list[zipfile.ZipInfo]) -> None:
    """By what the directory says; what unpacks to more than that is an error when it is read."""
    unpacked, packed = sum(each.file_size for each in entries), sum(each.compress_size for each in entries)
    too_tight = unpacked > RATIO_FROM and unpacked > MOST_RATIO * max(packed, 1)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or too_tight:
        raise Unfit("packed_too_tightly")


def _refuse_ways_out(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    outside = name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in name.split("/")
    mode = entry.external_attr >> 16
    if outside or stat.S_ISLNK(mode) or "\x00" in entry.orig_filename:
        raise Unfit("unsafe_entries")
    if entry.flag_bits & 0x1:
        raise Unfit("encrypted")


def _content_type(pack: zipfile.ZipFile) -> str:
    names = set(pack.namelist())
    if "mimetype" in names and _beginning(pack, "mimetype", 200).strip() == ODP.encode():
        if b"encryption-data" in _beginning(pack, "META-INF/manifest.xml", 4 * MEGABYTE):
            raise Unfit("encrypted")
        return ODP
    if {"[Content_Types].xml", "ppt/presentation.xml"} <= names:
        types = _beginning(pack, "[Content_Types].xml", 4 * MEGABYTE)
        if b"macroEnabled" in types or b"vbaProject" in types:
            raise Unfit("macros")
        if b"presentationml." in types:
            return PPTX
    raise Unfit("not_slides")


def _beginning(pack: zipfile.ZipFile, name: str, most: int) -> bytes:
    try:
        with pack.open(name) as file:
            return file.read(most)
    except KeyError:
        return b""


def _refuse_programs(pack: zipfile.ZipFile, entries: list[zipfile.ZipInfo], *, inside: bool = False) -> None:
    """Macros, embedded objects, scripts: in the slides, and one step down in the tables that they hold."""
    for entry in entries:
        name = entry.filename.lower()
        if name.endswith(WITH_MACROS) or (name.endswith(PROGRAMS) and "printersettings" not in name):
            raise Unfit("macros")
        if "activex" in name or name.startswith(("basic/", "scripts/")):
            raise Unfit("macros")
        if name.endswith(PACKED):
            if inside or entry.file_size > MOST_IN_MEMORY:
                raise Unfit("macros")
            with zipfile.ZipFile(BytesIO(pack.read(entry))) as inner:
                _refuse_bombs(inner.infolist())
                _refuse_programs(inner, inner.infolist(), inside=True)


def _copy(pack: zipfile.ZipFile, entry: zipfile.ZipInfo, target: zipfile.ZipFile) -> None:
    fresh = zipfile.ZipInfo(entry.filename, date_time=(1980, 1, 1, 0, 0, 0))
    fresh.compress_type = entry.compress_type
    fresh.external_attr = 0o644 << 16
    if entry.is_dir():
        target.writestr(fresh, b"")
    elif entry.filename in EMPTY_NOTES:
        target.writestr(fresh, EMPTY_NOTES[entry.filename])
    elif entry.filename.lower().endswith((".jpg", ".jpeg")) and entry.file_size <= MOST_IN_MEMORY:
        target.writestr(fresh, without_notes(pack.read(entry)))
    else:
        fresh.file_size = entry.file_size
        with pack.open(entry) as source, target.open(fresh, "w") as copy:
            _pour(source, copy)


def _pour(source: IO[bytes], copy: IO[bytes]) -> None:
    while data := source.read(AT_ONCE):
        copy.write(data)
