"""The portal as its users have it: a real server over a freshly loaded province, and the mail that it sent."""

from __future__ import annotations

import email
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "sang-tao-2026"
PREPARATION = (
    ("migrate", "--verbosity", "0"),
    ("catalogues", "compile"),
    ("build_assets",),
    ("collectstatic", "--noinput", "--verbosity", "0"),
    ("load_demo",),
)


class Portal:
    """A running server: its address, its folder, its commands."""

    def __init__(self, folder: Path, environment: dict[str, str], port: int) -> None:
        self.folder, self.environment, self.url = folder, environment, f"http://127.0.0.1:{port}"

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"manage.py {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def mails_to(self, address: str) -> list[EmailMessage]:
        """The e-mails that left for ``address``, oldest first."""
        messages = []
        for path in sorted((self.folder / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime_ns):
            for part in re.split(r"(?m)^-{79}$", path.read_text(encoding="utf-8")):
                if part.strip():
                    messages.append(email.message_from_bytes(part.strip().encode(), policy=policy.default))
        return [message for message in messages if address in str(message["To"])]

    def wait_for_mail(self, address: str, *, about: str, seconds: int = 30) -> EmailMessage:
        """The newest e-mail to ``address`` with ``about`` in its subject or text; the worker has its time to send it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for message in reversed(self.mails_to(address)):
                if about in str(message["Subject"]) or about in text_of(message):
                    return message
            time.sleep(0.5)
        raise AssertionError(f"no e-mail to {address} about {about!r} within {seconds} s")


def text_of(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


def link_in(message: EmailMessage, part: str) -> str:
    """The path of the first link in the plain text that contains ``part``."""
    for found in re.findall(r"https?://\S+", text_of(message)):
        if part in found:
            pieces = urlsplit(found)
            return pieces.path + (f"?{pieces.query}" if pieces.query else "")
    raise AssertionError(f"no link with {part!r} in:\n{text_of(message)}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _own_database(url: str) -> str:
    """A fresh database of its own in the cluster of ``url``."""
    import psycopg

    with psycopg.connect(url.replace("postgres://", "postgresql://", 1), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS journeys")
        connection.execute("CREATE DATABASE journeys")
    pieces = urlsplit(url)
    return urlunsplit(pieces._replace(path="/journeys"))


def _wait_until_live(portal: Portal, server: subprocess.Popen) -> None:
    for _ in range(120):
        assert server.poll() is None, "the server stopped while starting"
        try:
            with urllib.request.urlopen(f"{portal.url}/health/live", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.25)
    raise AssertionError("the server did not answer within 30 s")


@contextmanager
def running_portal(folder: Path) -> Iterator[Portal]:
    """The server with its in-process worker, on SQLite or in the cluster that DATABASE_URL names."""
    port = free_port()
    database = os.environ.get("DATABASE_URL", "")
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"} | {
        "ENVIRONMENT": "demo",
        "VAR_DIR": str(folder),
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": _own_database(database)
        if database.startswith("postgres")
        else f"sqlite:///{folder}/portal.sqlite3",
        "INPROCESS_WORKER": "1",
        "LOG_LEVEL": "WARNING",
        "PYTHONWARNINGS": "default",
    }
    portal = Portal(folder, environment, port)
    for command in PREPARATION:
        portal.manage(*command)
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "stem_portal.wsgi", "--config", "gunicorn.conf.py"],
            cwd=ROOT, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _wait_until_live(portal, server)
            yield portal
        finally:
            server.terminate()
            server.wait(timeout=20)
