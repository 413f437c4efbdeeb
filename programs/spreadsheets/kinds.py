"""Detect the kind of a file by its content, not its name. Archives are checked before anything is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Literal

from programs.spreadsheets import limits

FileKind = Literal["xlsx", "xlsb", "ods", "xls", "text"]
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_HEAD = 64 * 1024  # web pages begin with pages of styles
_FOREIGN = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf", b"MZ")
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# No list begins with a tag; "mime-version" begins a page that was saved as one file with its pictures.
_PAGE = ("<!", "<?xml", "<html", "<head", "<meta", "<style", "<body", "<div", "<table", "mime-version:")


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
        head = file.read(_HEAD)
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
            names = set(map(plain_name, archive.namelist()))
            if "xl/workbook.bin" in names:
                return "xlsb"
            if "[content_types].xml" in names and any(name.startswith("xl/") for name in names):
                return "xlsx"
            if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype")[:100]:
                return "ods"
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Unreadable("damaged_file") from error
    raise Unreadable("unknown_file")


def plain_name(name: str) -> str:
    """One spelling of a part's name: some programs write backslashes, a leading slash, other capitals."""
    return name.replace("\\", "/").lstrip("/").casefold()


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
    encoding = _UTF16.get(head[:2]) or utf16_without_mark(head)
    if b"\x00" in head and not encoding:
        raise Unreadable("unknown_file")
    start = head.decode(encoding or "latin-1", "ignore").lstrip("\ufeff\xef\xbb\xbf \t\r\n").lower()
    if start.startswith("<?xml") and "office:spreadsheet" in start:
        raise Unreadable("old_xml_file")
    if start.startswith(_PAGE) or "<table" in start or "<td" in start:
        raise Unreadable("web_page_file")
    return "text"
