"""Em Minh sends a film from his phone; the line is cut, the browser is closed, and it goes on the next day."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from programs.core.worker import run_due_jobs
from programs.uploads.choices import MEGABYTE, UploadState
from programs.uploads.hooks import PURPOSES
from programs.uploads.models import Upload
from tests.people import make_user
from tests.uploads.conftest import MINE, LetterBox
from tests.uploads.files import made_of, video

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
FILM = video() + made_of(b"free", bytes(4 * MEGABYTE))


@pytest.fixture
def box(monkeypatch) -> LetterBox:
    purpose = LetterBox()
    monkeypatch.setitem(PURPOSES, purpose.code, purpose)
    return purpose


def opened(browser, live_server, minh, *, width: int = 390, javascript: bool = True):
    """A new browser of em Minh's: nothing is left in it from the last one."""
    signed_in = Client()
    signed_in.force_login(minh)
    context = browser.new_context(viewport={"width": width, "height": 844}, java_script_enabled=javascript)
    session = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("upload_send", args=[LetterBox.code, MINE]))
    return page


def choose(page, tmp_path, name: str = "phim.mp4", data: bytes = FILM) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Gửi").click()


def test_a_film_goes_on_where_the_line_broke(browser, live_server, box, tmp_path):
    minh = make_user("Nguyễn Quang Minh")
    page = opened(browser, live_server, minh)
    cuts = iter([True, False, True])  # the line breaks twice while the first pieces are on it
    page.route("**/files/uploads/*", lambda route: (
        route.abort() if route.request.method == "PATCH" and next(cuts, False) else route.continue_()
    ))  # fmt: skip
    choose(page, tmp_path)
    expect(page.get_by_role("status")).to_contain_text("MB mỗi giây", timeout=30_000)
    page.get_by_role("button", name="Tạm dừng").click()
    expect(page.get_by_role("status")).to_contain_text("Đã tạm dừng")
    page.context.close()
    upload = Upload.objects.get()
    assert upload.offset > 0
    reached = upload.offset

    page = opened(browser, live_server, minh)
    if reached < upload.declared:
        expect(page.get_by_text("Chưa gửi xong")).to_be_visible()
        choose(page, tmp_path, "khac.mp4", video())
        expect(page.get_by_role("status")).to_contain_text("Đây không phải tệp")
    choose(page, tmp_path)
    expect(page.get_by_role("status")).to_contain_text("Đã gửi xong", timeout=30_000)
    run_due_jobs()
    upload = Upload.objects.get()
    assert (upload.state, upload.offset) == (UploadState.KEPT, len(FILM))
    assert len(box.kept) == 1
    page.context.close()


def test_without_javascript_the_form_sends_the_whole_file(browser, live_server, box, tmp_path):
    page = opened(browser, live_server, make_user("Nguyễn Quang Minh"), width=1280, javascript=False)
    choose(page, tmp_path)
    page.wait_for_url("**/files/uploads/")
    expect(page.get_by_text("phim.mp4")).to_be_visible()
    run_due_jobs()
    assert Upload.objects.get().state == UploadState.KEPT
    page.context.close()
