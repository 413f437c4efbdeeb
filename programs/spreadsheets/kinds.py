"""Detect the kind of a file by its content, not its name. Archives are checked before anything is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Literal

from programs.spreadsheets import limits

FileKind = Literal["xlsx", "xlsb", "ods", "xls", "text"]
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_FOREIGN = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf", b"MZ")


class Unreadable(Exception):
    """The file cannot be read; the argument is the code of the refusal."""


def kind_of(path: Path) -> FileKind:
    """The kind of the file at ``path``, or ``Unreadable``."""
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("empty_file")
    if size > limits.FILE_BYTES:
        raise Unreadable("too_large_file")
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK"):
        return _archive_kind(path)
    if head.startswith(_OLE):
        return _compound_kind(path)
    if head.startswith(_FOREIGN):
        raise Unreadable("unknown_file")
    return _text_kind(head)


def _archive_kind(path: Path) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            weigh(archive)
            names = set(archive.namelist())
            if "xl/workbook.bin" in names:
                return "xlsb"
            if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
                return "xlsx"
            if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype")[:100]:
                return "ods"
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Unreadable("damaged_file") from error
    raise Unreadable("unknown_file")


def weigh(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that is locked or declares itself a bomb; one that lies hits the reader's limits."""
    entries = archive.infolist()
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unreadable("encrypted_file")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    too_dense = unpacked > limits.RATIO_FROM_BYTES and unpacked > packed * limits.PACKING_RATIO
    if len(entries) > limits.ZIP_ENTRIES or unpacked > limits.UNPACKED_BYTES or too_dense:
        raise Unreadable("bomb_file")


def _compound_kind(path: Path) -> FileKind:
    """XLS and locked XLSX are both OLE files; the names of the streams (UTF-16) tell them apart."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable("encrypted_file")
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return "xls"
    is_other = "Document".encode("utf-16-le") in content  # of a word processor, of slides
    raise Unreadable("unknown_file" if is_other else "damaged_file")


def utf16_without_mark(head: bytes) -> str:
    """The order of the bytes where every other one is mostly zero: most Vietnamese letters are plain Latin ones."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if min(even, odd) * 50 > len(head) or max(even, odd) * 4 < len(head):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _text_kind(head: bytes) -> FileKind:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"<?xml") and b"office:spreadsheet" in start:
        raise Unreadable("old_xml_file")
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<meta", b"<?xml")) or b"<table" in start:
        raise Unreadable("web_page_file")
    if b"\x00" in head and not utf16_without_mark(head):
        raise Unreadable("unknown_file")
    return "text"
