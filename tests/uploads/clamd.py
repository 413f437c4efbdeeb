"""A small daemon that speaks ClamAV's INSTREAM: clean, found, silent, or too much."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.uploads.files import EICAR


class Daemon:
    """``mood``: ``works``, ``hangs`` (reads and says nothing), ``limited`` (has enough before the end)."""

    def __init__(self, mood: str) -> None:
        self.mood, self.seen, self.open = mood, b"", True
        self.line = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self.line.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while self.open:
            try:
                caller, _address = self.line.accept()
            except OSError:
                return
            with caller:
                self.answer(caller)

    def answer(self, caller: socket.socket) -> None:
        file = caller.makefile("rb")
        with file:
            assert file.read(10) == b"zINSTREAM\0"
            self.seen = b""
            while length := int.from_bytes(file.read(4)):
                self.seen += file.read(length)
                if self.mood == "limited":
                    caller.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            if self.mood == "hangs":
                file.read(1)  # until the other side has had enough
                return
            caller.sendall(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in self.seen else b"stream: OK\0")

    def close(self) -> None:
        self.open = False
        self.line.shutdown(socket.SHUT_RDWR)
        self.line.close()
        self.thread.join(5)


@contextmanager
def daemon(settings, mood: str = "works") -> Iterator[Daemon]:
    running = Daemon(mood)
    settings.CLAMAV_URL, settings.CLAMAV_SECONDS = running.url, 1
    try:
        yield running
    finally:
        running.close()
