"""Real files, made here: from telephones, cameras and offices, and from people who mean harm."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO
from typing import Any

from tests.projects.make import jpeg_with_place, pdf, picture

PLACE = b"+10.9805+106.6745/"  # how an iPhone writes where a video was taken
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
PHONE_JPEG, HEIC = jpeg_with_place, lambda: picture("HEIF", (320, 240))
__all__ = ["HEIC", "PHONE_JPEG", "pdf"]


# --- Slides -------------------------------------------------------------------------------------
TYPES = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/ppt/'
    b'presentation.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.presentation'
    b'.main+xml"/></Types>'
)
AUTHOR = b"<cp:coreProperties><dc:creator>Nguyen Quang Minh</dc:creator></cp:coreProperties>"


def packed(entries: dict[Any, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in entries.items():
            pack.writestr(name, data)
    return buffer.getvalue()


def pptx(**more: bytes) -> bytes:
    entries = {"[Content_Types].xml": TYPES, "ppt/presentation.xml": b"<p/>", "docProps/core.xml": AUTHOR}
    return packed({**entries, "ppt/media/image1.jpeg": jpeg_with_place(), **more})


def odp(**more: bytes) -> bytes:
    return packed({"mimetype": b"application/vnd.oasis.opendocument.presentation", "content.xml": b"<o/>", **more})


def symlink(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry


def bomb() -> bytes:
    """200 MB of zeros in 200 KB."""
    return pptx(**{"ppt/media/image2.bmp": bytes(200 * 1024 * 1024)})


# --- Videos, box by box -------------------------------------------------------------------------
def made_of(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def track(handler: bytes, codec: bytes, *, place: int, sizes: list[int], more: bytes = b"") -> bytes:
    table = made_of(
        b"stbl",
        made_of(b"stsd", struct.pack(">II", 0, 1), made_of(codec, bytes(70))),
        made_of(b"stsc", struct.pack(">IIIII", 0, 1, 1, len(sizes), 1)),
        made_of(b"stsz", struct.pack(f">III{len(sizes)}I", 0, 0, len(sizes), *sizes)),
        made_of(b"stco", struct.pack(">III", 0, 1, place)),
    )
    head = made_of(b"hdlr", bytes(8) + handler + bytes(13))
    times = struct.pack(">II", 3_900_000_000, 3_900_000_000)
    media = made_of(b"mdia", made_of(b"mdhd", bytes(4) + times + bytes(16)), head, made_of(b"minf", table))
    return made_of(b"trak", made_of(b"tkhd", bytes(4) + times + bytes(72)), media, more)


def video(*, codec: bytes = b"hvc1", sound: bytes = b"mp4a", brand: bytes = b"qt  ", notes: bool = True) -> bytes:
    """Ten seconds of an iPhone: pictures, sound, a track of places, notes in three boxes."""
    ftyp = made_of(b"ftyp", brand + bytes(4) + brand)
    pictures, sounds, places = b"PICTURES" * 40, b"SOUND" * 20, b"10.98,106.67;" * 4
    start = len(ftyp) + 8
    mdat = made_of(b"mdat", pictures, sounds, places)
    times = struct.pack(">IIII", 3_900_000_000, 3_900_000_000, 600, 6000)
    tracks = [
        track(b"vide", codec, place=start, sizes=[len(pictures)]),
        track(b"soun", sound, place=start + len(pictures), sizes=[len(sounds)]),
    ]
    told = b""
    if notes:
        tracks.append(track(b"meta", b"mebx", place=start + len(pictures) + len(sounds), sizes=[13, 13, 13, 13]))
        told = made_of(b"udta", made_of(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0) + PLACE))
        told += made_of(b"meta", b"com.apple.quicktime.location.ISO6709" + PLACE)
    moov = made_of(b"moov", made_of(b"mvhd", bytes(4) + times + bytes(80)), *tracks, told)
    return ftyp + mdat + moov + (made_of(b"uuid", b"XMP" + PLACE) if notes else b"")


def packed_plain(entries: dict[str, bytes]) -> bytes:
    """Packed without pressing, as a scanner of plain signatures can read it."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as pack:
        for name, data in entries.items():
            pack.writestr(name, data)
    return buffer.getvalue()
