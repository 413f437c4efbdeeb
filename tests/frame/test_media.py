"""Editors' pictures have an address; nothing else in the store has."""

from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.django_db  # the page for a missing thing asks it for the menu


@pytest.fixture
def store():
    root = Path(settings.MEDIA_ROOT)
    for name in ("images/a.jpg", "images/a.svg", "images/a.html", "images/deep/a.jpg", "original_images/a.jpg",
                 "documents/a.pdf", "secret.jpg"):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"\xff\xd8\xff")
    private = Path(settings.STORAGES["private"]["OPTIONS"]["location"])
    private.mkdir(parents=True, exist_ok=True)
    (private / "roster.jpg").write_bytes(b"x")
    return root


def test_a_rendition_is_served_as_a_picture_and_nothing_more(client, store):
    answer = client.get("/media/images/a.jpg")
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == b"\xff\xd8\xff"
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "public, max-age=2592000"
    answer.close()


@pytest.mark.parametrize(
    "path",
    [
        "images/none.jpg", "images/a.svg", "images/a.html", "images/deep/a.jpg", "images/", "images",
        "original_images/a.jpg", "documents/a.pdf", "secret.jpg",
        "images/../secret.jpg", "images/%2e%2e/secret.jpg", "../private/roster.jpg", "images/..%2f..%2fprivate/roster.jpg",
        "/etc/passwd", "images//etc/passwd", "images/a.jpg%00.png", "images\\..\\secret.jpg",
    ],
)  # fmt: skip
def test_nothing_else_has_an_address(client, store, path):
    assert client.get(f"/media/{path}").status_code == 404


def test_pictures_are_only_read(client, store):
    assert client.post("/media/images/a.jpg").status_code == 405
