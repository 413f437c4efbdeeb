"""The portal as its users have it: a real server over a freshly loaded province, and the mail that it sent."""

from __future__ import annotations

import email
import fcntl
import os
import re
import shutil
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

from tests.database import migrated_file

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "sang-tao-2026"
# In one process: starting Django takes longer than most of these commands.
PREPARATION = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("catalogues", "compile")
call_command("build_assets")
call_command("collectstatic", interactive=False, verbosity=0)
call_command("load_demo")
"""


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
        """The emails that left for ``address``, oldest first."""
        messages = []
        for path in sorted((self.folder / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime_ns):
            for part in re.split(r"(?m)^-{79}$", path.read_text(encoding="utf-8")):
                if part.strip():
                    messages.append(email.message_from_bytes(part.strip().encode(), policy=policy.default))
        return [message for message in messages if address in str(message["To"])]

    def wait_for_mail(self, address: str, *, about: str, seconds: int = 30) -> EmailMessage:
        """The newest email to ``address`` with ``about`` in its subject or text; the worker has its time to send it."""
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


# --- The loaded province, made once for all processes --------------------------------------------
DATABASE = "portal.sqlite3"
LOADED = "journeys_loaded"  # on PostgreSQL the name of the database that the others are copied from


def _environment(folder: Path, port: int, database_url: str) -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"} | {
        "ENVIRONMENT": "demo",
        "VAR_DIR": str(folder),
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database_url,
        "INPROCESS_WORKER": "1",
        "LOG_LEVEL": "WARNING",
        "PYTHONWARNINGS": "default",
    }


def _database(folder: Path, name: str, *, template: str = "") -> str:
    """The address of a new database: a copy of ``template`` in the cluster of DATABASE_URL, or a file in ``folder``."""
    cluster = os.environ.get("DATABASE_URL", "")
    if not cluster.startswith("postgres"):
        return f"sqlite:///{folder / DATABASE}"
    import psycopg

    with psycopg.connect(cluster.replace("postgres://", "postgresql://", 1), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")
    return urlunsplit(urlsplit(cluster)._replace(path=f"/{name}"))


def loaded_province(shared: Path) -> Path:
    """The folder of a portal with the demonstration and its files; the first process that asks makes it."""
    folder, done = shared / "loaded", shared / "loaded-done"
    shared.mkdir(parents=True, exist_ok=True)
    with (shared / "loading").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            _load(folder)
            done.touch()
    return folder


def _load(folder: Path) -> None:
    folder.mkdir(parents=True)
    address = _database(folder, LOADED)
    if address.startswith("sqlite"):
        migrated_file(folder / DATABASE)
    portal = Portal(folder, _environment(folder, 0, address), 0)
    portal.manage("shell", "--no-imports", "--command", PREPARATION)


# --- The server ---------------------------------------------------------------------------------
def _wait_until_live(portal: Portal, server: subprocess.Popen) -> None:
    until = time.monotonic() + 300  # a busy machine is no fault of the server's
    while time.monotonic() < until:
        assert server.poll() is None, "the server stopped while starting"
        try:
            with urllib.request.urlopen(f"{portal.url}/health/live", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.25)
    raise AssertionError("the server did not answer within five minutes")


@contextmanager
def running_portal(folder: Path, *, shared: Path | None = None, name: str = "journeys") -> Iterator[Portal]:
    """The server with its in-process worker, on SQLite or in the cluster that DATABASE_URL names.

    Its province is a copy of the one in ``shared``, which several processes may name; ``name`` is its own database.
    """
    shutil.copytree(loaded_province(shared or folder / "shared"), folder, dirs_exist_ok=True)
    port = free_port()
    environment = _environment(folder, port, _database(folder, name, template=LOADED))
    portal = Portal(folder, environment, port)
    portal.manage("set_up_site")  # at its own address
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
