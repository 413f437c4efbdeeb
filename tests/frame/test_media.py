"""Editors' pictures have an address; nothing else in the store has."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.images import ImageFile
from django.test import TestCase
from PIL import Image
from wagtail.images import get_image_model

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
    assert answer.headers["Cache-Control"] == "public, max-age=300"
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


# Wagtail leaves the temporary file in which it draws a rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_picture_that_was_taken_down_is_gone_with_what_was_drawn_from_it(client):
    """Consent withdrawn: the editor deletes the picture, and no cache holds on to it for more than five minutes."""
    buffer = BytesIO()
    Image.new("RGB", (300, 200), "navy").save(buffer, "PNG")
    file = ImageFile(BytesIO(buffer.getvalue()), name="lop-8a1.png")
    picture = get_image_model().objects.create(title="Lớp 8A1", file=file)
    rendition = picture.get_rendition("width-100")
    answer = client.get(rendition.url)
    assert answer.status_code == 200
    assert int(answer.headers["Cache-Control"].partition("max-age=")[2]) <= 300
    answer.close()
    with TestCase.captureOnCommitCallbacks(execute=True):
        picture.delete()
    assert client.get(rendition.url).status_code == 404


def test_the_store_can_be_named_to_a_background_task():
    """Wagtail deletes files in tasks whose arguments are JSON: with a Path in them the files would stay permanently."""
    from stem_portal import settings as as_it_runs

    assert json.dumps(as_it_runs.STORAGES["default"]["OPTIONS"])
