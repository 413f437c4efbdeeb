"""ClamAV's INSTREAM: the file over a socket to the daemon, one answer back. Without an answer nothing is said of it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from urllib.parse import urlparse

AT_ONCE = 64 * 1024
LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """No daemon, no answer in time, or none that says whether the file is clean."""


def found_in(file: IO[bytes], *, url: str, seconds: float) -> str:
    """The name of what the daemon at ``url`` found in ``file``, or nothing. Raises ``ScannerAway``."""
    try:
        with _line(url, seconds) as line:
            answer = _ask(line, file)
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error
    if answer == "stream: OK":
        return ""
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerAway(answer[:200] or "no answer")


@contextmanager
def _line(url: str, seconds: float) -> Iterator[socket.socket]:
    parsed = urlparse(url)
    unix = parsed.scheme == "unix"
    line = socket.socket(socket.AF_UNIX if unix else socket.AF_INET, socket.SOCK_STREAM)
    try:
        line.settimeout(seconds)
        line.connect(parsed.path if unix else (parsed.hostname or "localhost", parsed.port or 3310))
        yield line
    finally:
        line.close()


def _ask(line: socket.socket, file: IO[bytes]) -> str:
    line.sendall(b"zINSTREAM\0")
    try:
        while data := file.read(AT_ONCE):
            line.sendall(len(data).to_bytes(4) + data)
        line.sendall(bytes(4))
    except (BrokenPipeError, ConnectionResetError):
        pass  # it had enough before the end, and has said why
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER and (data := line.recv(AT_ONCE)):
        answer += data
    return answer.rstrip(b"\0\n").decode(errors="replace")
