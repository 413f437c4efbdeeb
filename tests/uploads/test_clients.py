"""Independent clients of the protocol against the running portal: tuspy, and tus-js-client where npm has put it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse

from programs.uploads.choices import MEGABYTE, UploadState
from programs.uploads.models import Upload
from tests.people import make_user
from tests.uploads.conftest import MINE

pytestmark = pytest.mark.django_db(transaction=True)
DATA = bytes(range(256)) * 4 * 1024 * 3  # 3 MB
SCRIPT = Path(__file__).with_name("tus_js_client.cjs")


@pytest.fixture
def headers(live_server, box) -> dict[str, str]:
    """What the page's own script has from the browser: a session and the token that belongs to it."""
    browser = Client(SERVER_NAME=live_server.url.split("//")[1].split(":")[0])
    browser.force_login(make_user("Nguyễn Quang Minh"))
    browser.get(reverse("upload_send", args=[box.code, MINE]))
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    return {
        "Cookie": "; ".join(f"{name}={each}" for name, each in cookies.items()),
        "X-CSRFToken": cookies["csrftoken"],
    }


def arrived() -> bytes:
    found = b""
    for part in Upload.objects.get().parts.all():
        with storages["private"].open(part.key) as file:
            found += file.read()
    return found


@pytest.mark.parametrize("checked", [False, True], ids=["plain", "with checksums"])
def test_tuspy_sends_stops_and_goes_on(live_server, headers, box, checked):
    client = pytest.importorskip("tusclient.client", reason="the development requirement `tuspy` is not installed")
    endpoint = live_server.url + reverse("upload_list")
    said = {"purpose": box.code, "target": str(MINE), "filename": "Phim của nhóm.mp4"}
    tus = client.TusClient(endpoint, headers=headers)
    first = tus.uploader(file_stream=BytesIO(DATA), chunk_size=MEGABYTE, metadata=said, upload_checksum=checked)
    first.upload_chunk()
    assert Upload.objects.get().offset == MEGABYTE
    # Another day, another process: it knows the address alone, and asks how far it has come.
    again = tus.uploader(file_stream=BytesIO(DATA), chunk_size=MEGABYTE, url=first.url, upload_checksum=checked)
    assert again.offset == MEGABYTE
    again.upload()
    upload = Upload.objects.get()
    assert (upload.state, upload.name) == (UploadState.RECEIVED, "Phim của nhóm.mp4")
    assert arrived() == DATA


def has_tus_js_client() -> bool:
    node = shutil.which("node")
    return (
        bool(node)
        and not subprocess.run(  # noqa: S603
            [node, "-e", "require('tus-js-client')"], env=os.environ, capture_output=True, check=False
        ).returncode
    )


@pytest.mark.skipif(
    "not has_tus_js_client()", reason="needs node with tus-js-client in NODE_PATH (npm i tus-js-client)"
)
def test_tus_js_client_sends_stops_and_goes_on(live_server, headers, box, tmp_path):
    path = tmp_path / "phim.mp4"
    path.write_bytes(DATA)
    order = {
        "endpoint": live_server.url + reverse("upload_list"),
        "headers": headers,
        "path": str(path),
        "metadata": {"purpose": box.code, "target": str(MINE), "filename": "phim.mp4"},
    }
    node = shutil.which("node") or "node"
    done = subprocess.run(  # noqa: S603
        [node, str(SCRIPT)], input=json.dumps(order), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["stopped_at"] == MEGABYTE
    assert Upload.objects.get().state == UploadState.RECEIVED
    assert arrived() == DATA
