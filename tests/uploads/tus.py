"""A tus client for the tests' own browser: every header can be left out or made wrong."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from django.test import Client
from django.urls import reverse

from programs.uploads.models import Upload

BODY = "application/offset+octet-stream"


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def metadata(**said: object) -> str:
    return ",".join(f"{key} {packed(str(value))}" for key, value in said.items())


def checksum(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


@dataclass
class Sender:
    browser: Client

    def create(self, size: object, *, name: str = "anh.jpg", target: int = 7, purpose: str = "tests.box", **headers):
        said = metadata(purpose=purpose, target=target, filename=name)
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": said} | headers
        return self.browser.post(
            reverse("upload_list"), headers={name: each for name, each in headers.items() if each is not None}
        )

    def begin(self, size: int, **said) -> str:
        answer = self.create(size, **said)
        assert answer.status_code == 201, answer.content.decode()
        return answer["Location"]

    def head(self, url: str):
        return self.browser.head(url, headers={"Tus-Resumable": "1.0.0"})

    def offset(self, url: str) -> int:
        return int(self.head(url)["Upload-Offset"])

    def patch(self, url: str, data: bytes, *, offset: object = 0, content_type: str = BODY, **headers):
        headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)} | headers
        given = {name: each for name, each in headers.items() if each is not None}
        return self.browser.patch(url, data, content_type=content_type, headers=given)

    def delete(self, url: str):
        return self.browser.delete(url, headers={"Tus-Resumable": "1.0.0"})

    def send(self, data: bytes, *, name: str = "anh.jpg", target: int = 7) -> Upload:
        url = self.begin(len(data), name=name, target=target)
        for start in range(0, len(data), 8 * 1024 * 1024):
            answer = self.patch(url, data[start : start + 8 * 1024 * 1024], offset=start)
            assert answer.status_code == 204, answer.content.decode()
        return Upload.objects.get(pk=url.rpartition("/")[2])
