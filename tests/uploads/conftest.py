"""A letter-box that takes files, as a later wing would register one, and pictures, papers and videos made here."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from programs.core.refusals import Refused
from programs.uploads.choices import MEGABYTE, FileKind
from programs.uploads.hooks import PURPOSES, KeptFile, Purpose, Quota, Terms
from programs.uploads.queries import bytes_under_way
from tests.people import make_user
from tests.uploads.tus import Sender

MINE, CLOSED, FORBIDDEN, SMALL = 7, 8, 9, 10


class LetterBox(Purpose):
    """Target 7 takes everything from everybody, 8 is closed, 9 is not this person's turn, 10 has room for 3 MB."""

    code = "tests.box"
    label = "Hộp thư thử"

    def __init__(self) -> None:
        self.kept: list[KeptFile] = []
        self.most_pages = 15
        self.kinds = list(FileKind)

    def terms(self, user, target):
        if target == CLOSED:
            raise Refused.because("closed", "Hộp thư đã đóng.")
        if target == FORBIDDEN:
            raise PermissionDenied
        if target not in (MINE, SMALL):
            return None
        quotas = [Quota("hộp thư", bytes_under_way(self.code, SMALL), 3 * MEGABYTE)] if target == SMALL else []
        return Terms(kinds=self.kinds, most_bytes=600 * MEGABYTE, quotas=quotas)

    def keep(self, upload, file):
        if file.pages and file.pages > self.most_pages:
            raise Refused.because(
                "too_many_pages", f"Báo cáo dài {file.pages} trang, chỉ nhận {self.most_pages} trang."
            )
        self.kept.append(file)

    def page(self, target):
        return f"/files/uploads/for/{self.code}/{target}/"


@pytest.fixture(autouse=True)
def no_scanner(settings):
    settings.CLAMAV_URL = ""


@pytest.fixture
def box(monkeypatch) -> LetterBox:
    purpose = LetterBox()
    monkeypatch.setitem(PURPOSES, purpose.code, purpose)
    return purpose


def signed_in(person) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


@pytest.fixture
def minh(db):
    return make_user("Nguyễn Quang Minh")


@pytest.fixture
def sender(minh, box) -> Sender:
    """Em Minh's telephone, on the line to the portal."""
    return Sender(signed_in(minh))
