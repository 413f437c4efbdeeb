"""An MP4 or MOV whose pictures and sound stay as they are, and whose notes are overwritten where they stand.

Nothing is moved: tables of the file name places in it. A box with notes (place, device, author, names) becomes a
``free`` box of the same length, filled with zeros; so does a track that is neither picture nor sound, such as the
way that a camera wrote down second by second, together with its samples.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from programs.uploads.choices import MEGABYTE
from programs.uploads.reading.refusing import Unfit

MOST_BOXES, MOST_DEPTH, MOST_TABLE = 20_000, 8, 64 * MEGABYTE
ON_TOP = {b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp", b"ssix", b"pdin", b"wide"}
HOLD_BOXES = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"mvex", b"moof", b"traf", b"dinf"}
NOTES = {b"udta", b"meta", b"uuid", b"free", b"skip", b"ilst", b"keys", b"emsg", b"prft", b"XMP_"}
PICTURE = {b"avc1", b"avc3", b"hvc1", b"hev1"}
SOUND = {b"mp4a"}
WITH_TIMES = {b"mvhd", b"tkhd", b"mdhd"}
ZEROS = bytes(MEGABYTE)


@dataclass(frozen=True)
class Box:
    kind: bytes
    start: int  # of its header
    body: int
    end: int


class Video:
    """The boxes of one file, opened for reading and writing."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size, self.seen = file, size, 0

    def boxes(self, start: int, end: int, *, on_top: bool = False) -> Iterator[Box]:
        """Raises ``Unfit("damaged")`` where they do not fill their place exactly."""
        while start < end:
            self.seen += 1
            header = self.read(start, 16 if end - start >= 16 else 8)
            length, kind = int.from_bytes(header[:4]), header[4:8]
            body = start + 8
            if length == 1:
                length, body = int.from_bytes(header[8:16]), start + 16
            elif length == 0:
                if not on_top:
                    if not any(self.read(start, end - start)):
                        return  # four zeros end a list of user data
                    raise Unfit("damaged")
                length = end - start
            if start + length > end or start + length < body or self.seen > MOST_BOXES:
                raise Unfit("damaged")
            yield Box(kind, start, body, start + length)
            start += length

    def inside(self, box: Box, *path: bytes) -> Iterator[Box]:
        """The boxes at the end of ``path`` below ``box``."""
        for found in self.boxes(box.body, box.end):
            if found.kind == path[0]:
                yield from self.inside(found, *path[1:]) if path[1:] else [found]

    def one(self, box: Box, *path: bytes) -> bytes:
        """The content of the first box at ``path``. Raises ``Unfit`` when there is none, or it is too large."""
        found = next(self.inside(box, *path), None)
        if found is None or found.end - found.body > MOST_TABLE:
            raise Unfit("damaged")
        return self.read(found.body, found.end - found.body)

    def read(self, start: int, length: int) -> bytes:
        self.file.seek(start)
        data = self.file.read(length)
        if len(data) < length:
            raise Unfit("damaged")
        return data

    def fill(self, start: int, end: int) -> None:
        if not 0 <= start <= end <= self.size:
            raise Unfit("damaged")
        self.file.seek(start)
        while start < end:
            start += self.file.write(ZEROS[: end - start])

    def blank(self, box: Box) -> None:
        """The box stays in its place, as free space."""
        self.file.seek(box.start + 4)
        self.file.write(b"free")
        self.fill(box.body, box.end)


def clean_video(path: Path) -> tuple[int, str, str]:
    """Blank the notes in place; return seconds, content type and ending. Raises ``Unfit``."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        video = Video(file, size)
        top = list(video.boxes(0, size, on_top=True))
        if not top or top[0].kind != b"ftyp" or [each.kind for each in top].count(b"moov") != 1:
            raise Unfit("damaged")
        is_mov = video.read(top[0].body, 4) == b"qt  "
        [moov] = [each for each in top if each.kind == b"moov"]
        seconds = _seconds(video, moov)
        _look_at_tracks(video, moov)
        for box in top:
            if box.kind not in ON_TOP:
                video.blank(box)
            elif box.kind in HOLD_BOXES:
                _forget_notes(video, box, depth=0)
    return seconds, "video/quicktime" if is_mov else "video/mp4", "mov" if is_mov else "mp4"


def _seconds(video: Video, moov: Box) -> int:
    head = video.one(moov, b"mvhd")
    scale, length = struct.unpack(">II", head[12:20]) if head[0] == 0 else struct.unpack(">IQ", head[20:32])
    if not scale:
        raise Unfit("damaged")
    return length // scale


def _look_at_tracks(video: Video, moov: Box) -> None:
    """Pictures and sound in what devices play; every other track goes, with what it points at."""
    pictures = 0
    for track in list(video.inside(moov, b"trak")):
        kind = video.one(track, b"mdia", b"hdlr")[8:12]
        if kind in (b"vide", b"soun"):
            codec = video.one(track, b"mdia", b"minf", b"stbl", b"stsd")[12:16]
            if codec not in (PICTURE if kind == b"vide" else SOUND):
                raise Unfit("unusual_video")
            pictures += kind == b"vide"
        else:
            for start, end in _samples(video, track):
                video.fill(start, end)
            video.blank(track)
    if not pictures:
        raise Unfit("no_picture_track")


def _samples(video: Video, track: Box) -> Iterator[tuple[int, int]]:
    """Where the bytes of a track lie in the file: chunk after chunk."""
    table = next(video.inside(track, b"mdia", b"minf", b"stbl"), None)
    if table is None:
        return
    sizes = video.one(table, b"stsz")
    fixed, count = struct.unpack(">II", sizes[4:12])
    each = [fixed] * min(count, MOST_BOXES) if fixed else _numbers(sizes[12:], 4, count)
    kinds = {box.kind: box for box in video.boxes(table.body, table.end)}
    wide = b"co64" in kinds
    places = video.one(table, b"co64" if wide else b"stco")
    chunks = _numbers(places[8:], 8 if wide else 4, int.from_bytes(places[4:8]))
    steps = _numbers(video.one(table, b"stsc")[8:], 4, None)
    runs = list(zip(steps[0::3], steps[1::3], strict=False))
    sample = 0
    for number, start in enumerate(chunks, start=1):
        per_chunk = next((many for first, many in reversed(runs) if first <= number), 0)
        length = sum(each[sample : sample + per_chunk])
        sample += per_chunk
        yield start, start + length


def _numbers(data: bytes, width: int, count: int | None) -> list[int]:
    most = len(data) // width
    if count is not None and count > most:
        raise Unfit("damaged")
    return [
        int.from_bytes(data[place * width : (place + 1) * width]) for place in range(most if count is None else count)
    ]


def _forget_notes(video: Video, box: Box, *, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise Unfit("damaged")
    for found in list(video.boxes(box.body, box.end)):
        if found.kind in NOTES:
            video.blank(found)
        elif found.kind in WITH_TIMES:
            wide = video.read(found.body, 1) == b"\x01"
            video.fill(found.body + 4, found.body + (20 if wide else 12))
        elif found.kind in HOLD_BOXES:
            _forget_notes(video, found, depth=depth + 1)
