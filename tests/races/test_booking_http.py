"""The rush as it comes: browsers with their own pages and keys, several server processes, PostgreSQL (CASES B01, B13)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from benchmarks.client import hidden_inputs
from programs.bookings.models import Booking
from programs.centres.models import Session
from programs.notices.models import Message
from tests.centres.make import make_session, seats_add_up
from tests.people import make_class, make_school, make_teacher

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]
ROOT = Path(__file__).resolve().parents[2]
GROUPS, PLACES, WORKERS = 24, 4, 3


def _database_url() -> str:
    """The tests' own database, for a process that is not a test."""
    whole = urlsplit(os.environ["DATABASE_URL"])
    name = f"/{connection.settings_dict['NAME']}"
    # Not urlunsplit: it drops the two slashes of an address without a host.
    return f"{whole.scheme}://{whole.netloc}{name}?{whole.query}"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def server(folder: Path, application: str = "stem_portal.wsgi"):
    """gunicorn with several worker processes; yields its address and its process."""
    port = _free_port()
    environment = os.environ | {
        "DATABASE_URL": _database_url(),
        "VAR_DIR": str(folder),
        "ENVIRONMENT": "dev",  # static files without a manifest
        "BIND": "127.0.0.1",
        "PORT": str(port),
        "WEB_CONCURRENCY": str(WORKERS),
        "WEB_THREADS": "1",
    }
    log = (folder / "server.log").open("w")
    command = [sys.executable, "-m", "gunicorn", application, "--config", "gunicorn.conf.py"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_for(f"http://127.0.0.1:{port}/health/live", folder / "server.log")
        yield ["127.0.0.1", port], process
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def _wait_for(address: str, log: Path) -> None:
    until = time.monotonic() + 300  # a busy machine is no fault of the server's
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the server did not start\n{log.read_text()}")


@pytest.fixture
def contest() -> tuple[Session, list[dict]]:
    """A session of four places, and the browsers of 24 teachers of as many schools."""
    session = make_session(capacity=PLACES)
    return session, [_browser(number) for number in range(GROUPS)]


def _browser(number: int) -> dict:
    school = make_school(f"Trường THCS Số {number}")
    teacher = make_teacher(f"Lê Văn Tư {number}", school=school)
    store = SessionStore()
    store[SESSION_KEY] = str(teacher.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = teacher.get_session_auth_hash()
    store.create()
    form = {"pupils": "1", "adults": "1", "contact_phone": "0912 345 678"}
    form["class_group"] = str(make_class("8A", school=school).pk)
    return {"cookie": f"{settings.SESSION_COOKIE_NAME}={store.session_key}", "form": form}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args):
        return None


def _ask(address: list, path: str, cookie: str, data: bytes | None = None) -> tuple[int, str, str]:
    request = urllib.request.Request(f"http://{address[0]}:{address[1]}{path}", data=data, headers={"Cookie": cookie})
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=60) as answer:
            cookies = [line.split(";")[0] for line in answer.headers.get_all("Set-Cookie", [])]
            return answer.status, answer.read().decode(), "; ".join([cookie, *cookies])
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get("Location", ""), cookie


def rush(address: list, session: Session, browsers: list[dict], meanwhile=lambda: None) -> list[tuple[int, str]]:
    """Everybody opens the page; then all press the button at once. (status, where it leads) of each."""
    path = f"/sessions/{session.pk}/book/"

    def opened(browser: dict) -> tuple[str, bytes]:
        status, page, cookie = _ask(address, path, browser["cookie"])
        assert status == 200
        return cookie, urlencode(hidden_inputs(page, "idempotency_key") | browser["form"]).encode()

    def press(ready: tuple[str, bytes]) -> tuple[int, str]:
        try:
            status, place, _ = _ask(address, path, *ready)
        except OSError:  # the process that should have answered was killed
            return 0, ""
        return status, place if status == 302 else ""

    with ThreadPoolExecutor(len(browsers)) as pool:
        ready = list(pool.map(opened, browsers))
        answers = [pool.submit(press, each) for each in ready]
        meanwhile()
        return [answer.result() for answer in answers]


def test_four_places_are_booked_four_times_and_nobody_meets_an_error(contest, tmp_path):
    session, browsers = contest
    with server(tmp_path) as (address, _process):
        answers = rush(address, session, browsers)
        assert Counter(status for status, _ in answers) == {302: PLACES, 200: GROUPS - PLACES}
        again = rush(address, session, browsers)  # new pages, new keys: still full
        assert Counter(status for status, _ in again) == {200: GROUPS}
    assert Booking.objects.count() == Message.objects.count() == PLACES
    assert {place.rstrip("/").rpartition("/")[2] for status, place in answers if status == 302} == set(
        Booking.objects.values_list("reference", flat=True)
    )
    assert seats_add_up(session)


def test_the_control_without_the_guard_overbooks(contest, tmp_path):
    session, browsers = contest
    constraint = next(each for each in Session._meta.constraints if each.name == "session_never_overbooked")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Session, constraint)
    try:
        with server(tmp_path, "tests.races.unguarded") as (address, _process):
            answers = rush(address, session, browsers)
        assert Counter(status for status, _ in answers)[302] > PLACES
    finally:
        Booking.objects.all().delete()
        Session.objects.update(seats_taken=0)
        with connection.schema_editor() as editor:
            editor.add_constraint(Session, constraint)


def test_a_worker_that_is_killed_loses_nothing_that_was_promised(contest, tmp_path):
    session, browsers = contest
    Session.objects.filter(pk=session.pk).update(capacity=GROUPS)

    with server(tmp_path) as (address, process):

        def kill_one() -> None:
            time.sleep(0.15)
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            os.kill(int(children[0]), signal.SIGKILL)

        answers = rush(address, session, browsers, meanwhile=kill_one)
    promised = {place.rstrip("/").rpartition("/")[2] for status, place in answers if status == 302}
    written = set(Booking.objects.values_list("reference", flat=True))
    assert promised  # some were served
    assert promised <= written
    assert Message.objects.count() == len(written)  # no half state: each booking has its letter, and the places agree
    session.refresh_from_db()
    assert session.seats_taken == len(written)
    assert seats_add_up(session)
