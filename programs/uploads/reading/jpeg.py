"""A JPEG without its notes: place, time, device, comments, previews; the picture itself is not touched."""

from __future__ import annotations

NOTES = {*range(0xE1, 0xE2), *range(0xE3, 0xEE), 0xEF, 0xFE}  # APP1, APP3 to 13, 15, comment; not ICC (APP2), Adobe


def without_notes(data: bytes) -> bytes:
    """``data`` as it is when it is no JPEG that can be followed to its picture."""
    if not data.startswith(b"\xff\xd8\xff"):
        return data
    kept, place = [data[:2]], 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4])
        if marker == 0xDA:  # the picture begins
            end = data.rfind(b"\xff\xd9")
            return b"".join([*kept, data[place : end + 2 if end > place else len(data)]])
        if length < 2:
            return data
        if marker not in NOTES:
            kept.append(data[place : place + 2 + length])
        place += 2 + length
    return data
