"""What a tus 1.0 request says in its headers (https://tus.io/protocols/resumable-upload), read strictly."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
BODY_TYPE = "application/offset+octet-stream"
LARGEST_NUMBER = 2**53 - 1  # what every client can count
_NUMBER = re.compile(r"[0-9]{1,16}", re.ASCII)
_KEY = re.compile(r"[^\s,]{1,60}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Malformed(ValueError):
    """A header that the protocol does not allow: 400."""


@dataclass(frozen=True)
class Checksum:
    """What the client says that its bytes hash to."""

    algorithm: str
    digest: bytes

    def hasher(self):
        return ALGORITHMS[self.algorithm](usedforsecurity=False)


def whole_number(text: str | None, header: str) -> int:
    """Raises ``Malformed`` for what is missing, negative, no number or too large to be one."""
    if text is None or not _NUMBER.fullmatch(text) or int(text) > LARGEST_NUMBER:
        raise Malformed(f"{header} must be a whole number of bytes.")
    return int(text)


def metadata(text: str | None) -> dict[str, str]:
    """``Upload-Metadata``: keys without blanks, each with a value in base64, or none."""
    found: dict[str, str] = {}
    for pair in (text or "").split(",") if text else []:
        key, _blank, value = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise Malformed("Upload-Metadata must be pairs of different keys and base64 values.")
        found[key] = _decoded(value)
    return found


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Malformed("A value of Upload-Metadata must be UTF-8 in base64.") from error


def checksum(text: str | None) -> Checksum | None:
    """``Upload-Checksum``; raises ``Malformed`` for an algorithm that we did not name."""
    if text is None:
        return None
    algorithm, _blank, digest = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise Malformed(f"Upload-Checksum must be one of {', '.join(ALGORITHMS)}.")
    try:
        return Checksum(algorithm, base64.b64decode(digest, validate=True))
    except binascii.Error as error:
        raise Malformed("Upload-Checksum must be in base64.") from error


def head_hash(said: Mapping[str, str]) -> str:
    """The SHA-256 of the first MiB, if the client knows it."""
    head = said.get("head", "")
    if head and not _HASH.fullmatch(head):
        raise Malformed("head must be a SHA-256 in lower hexadecimal digits.")
    return head
