"""A kept file leaves as a download that nothing runs in, with ranges (CASES U11)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.http import Http404
from django.test import RequestFactory

from programs.uploads.views.serving import AT_ONCE, file_response, pieces, wanted_range

pytestmark = pytest.mark.django_db  # an answer that was read through closes the connection
DATA = bytes(range(256)) * 4


@pytest.fixture
def key():
    return storages["private"].save("uploads/a", ContentFile(DATA))


def ask(key: str, method: str = "GET", name: str = "phim.mp4", **headers):
    request = RequestFactory().generic(method, "/", headers=headers)
    return file_response(request, key=key, name=name, content_type="video/mp4", size=len(DATA))


def body(response) -> bytes:
    found = b"".join(response.streaming_content)
    response.close()
    return found


def test_the_whole_file_as_a_harmless_download(key):
    answer = ask(key, name='"; filename=x.html\r\nBáo cáo.mp4')
    assert (answer.status_code, body(answer)) == (200, DATA)
    assert answer["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert (answer["Accept-Ranges"], answer["Content-Length"]) == ("bytes", "1024")
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=1000-", 1000, 1024), ("bytes=-24", 1000, 1024), ("bytes=5-99999", 5, 1024)],
)
def test_a_range_is_a_part(key, asked, start, end):
    answer = ask(key, Range=asked)
    assert (answer.status_code, body(answer)) == (206, DATA[start:end])
    assert answer["Content-Range"] == f"bytes {start}-{end - 1}/1024"
    assert answer["Content-Length"] == str(end - start)


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "pages=1-2", "bytes=-", "bytes=9-3", "bytes=٣-٤"])
def test_what_is_no_single_range_is_the_whole_file(key, asked):
    answer = ask(key, Range=asked)
    assert answer.status_code == 200
    assert body(answer) == DATA


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(key, asked):
    answer = ask(key, Range=asked)
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */1024")


def test_a_head_has_the_headers_only(key):
    answer = ask(key, "HEAD", Range="bytes=0-9")
    assert (answer.status_code, answer.content, answer["Content-Length"]) == (206, b"", "10")


def test_a_file_that_is_gone_is_not_found():
    with pytest.raises(Http404):
        ask("uploads/nowhere")


def test_nginx_sends_it_where_it_may(key, settings):
    settings.ACCEL_PREFIX = "/_private/"
    answer = ask(key)
    assert (answer["X-Accel-Redirect"], answer.content) == (f"/_private/{key}", b"")
    assert answer["Content-Type"] == "video/mp4"
    assert answer["Content-Disposition"].startswith("attachment")


class Body:
    def __init__(self, data: bytes) -> None:
        self.data, self.largest = data, 0

    def read(self, size: int) -> bytes:
        self.largest = max(self.largest, size)
        data, self.data = self.data[:size], self.data[size:]
        return data

    def close(self) -> None: ...


class Bucket:
    """What django-storages shows of an object store; one that is opened whole breaks the test."""

    def __init__(self) -> None:
        self.bucket, self.asked = self, ""

    def Object(self, key: str):  # noqa: N802 - boto's own name
        return self

    def get(self, Range: str):  # noqa: N803
        self.asked = Range
        return {"Body": Body(b"x" * (3 * AT_ONCE))}

    def exists(self, key: str) -> bool:
        return True

    def url(self, key: str, *, parameters: dict, expire: int) -> str:
        return f"https://store.example.vn/{key}?{parameters['ResponseContentType']}&{expire}"


def test_of_an_object_store_only_the_part_is_read():
    store: Any = Bucket()
    assert [len(each) for each in pieces(store, "a", 10, 10 + 3 * AT_ONCE)] == [AT_ONCE] * 3
    assert store.asked == f"bytes=10-{9 + 3 * AT_ONCE}"


def test_the_store_sends_it_itself_where_that_is_wanted(settings, monkeypatch):
    settings.SIGNED_SECONDS = 60
    monkeypatch.setattr("programs.uploads.views.serving.storages", {"private": Bucket()})
    answer = ask("uploads/a")
    assert answer.status_code == 302
    assert answer["Location"] == "https://store.example.vn/uploads/a?video/mp4&60"


def test_the_range_of_an_empty_header_is_none():
    assert wanted_range("", 10) is None
