"""Journey: a season is drawn. A teacher enters, the list is published, the seed comes, everybody can repeat it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.portal import Portal, text_of
from tests.journeys.walker import Walker

OPEN, SENT = "BT-4M2XC", "BT-7K3Q9"  # of the demonstration
SEED = "738201"
TIME_IS_OVER = """
from datetime import timedelta
from django.utils import timezone
from programs.ballots.models import Ballot
assert Ballot.objects.filter(reference="{reference}").update(closes_at=timezone.now() - timedelta(minutes=1))
"""


@pytest.mark.journey
def test_a_season_is_drawn_and_anybody_can_repeat_it(person, portal, tmp_path):
    hanh, nam = person("hanh"), person("nam")
    _enter(hanh)
    portal.manage("shell", "--no-imports", "--command", TIME_IS_OVER.format(reference=OPEN))
    _publish(nam)
    _draw(nam)
    _send(nam)
    mail = portal.wait_for_mail("hanh@example.vn", about=OPEN)
    _read_the_result(hanh, text_of(mail))
    _repeat(person(phone=True), tmp_path)


def _enter(teacher: Walker) -> None:
    """From the page of the ballot to a session, and to the entry, which she changes."""
    page = teacher.page
    teacher.goto(f"/ballots/{OPEN}/")
    teacher.look()
    page.get_by_role("table", name="Buổi", exact=True).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng ký bốc thăm")
    expect(page.locator("input[name=pupils]")).to_have_value("36")  # of the 38 of 8A1, the most that this trip takes
    expect(page.get_by_role("main")).to_contain_text("Mỗi đoàn có tối đa 36 học sinh")
    teacher.look()
    page.locator("input[name=contact_phone]").fill("0903 123 456")
    page.get_by_label("Nếu không trúng").check()
    page.get_by_role("button", name="Đăng ký bốc thăm").click()
    expect(page.locator(".alert.ok")).to_contain_text("8A1")
    teacher.look()
    page.get_by_role("link", name="Sửa đăng ký").click()
    page.locator("input[name=pupils]").fill("34")
    teacher.look(other_language=False)
    page.get_by_role("button", name="Sửa đăng ký").click()
    expect(page.get_by_role("main")).to_contain_text("34 học sinh")


def _publish(officer: Walker) -> None:
    page = officer.page
    officer.goto("/desk/")
    page.get_by_role("link", name="Bốc thăm", exact=True).click()
    officer.look()
    page.get_by_role("row").filter(has_text=OPEN).get_by_role("link").first.click()
    page.wait_for_url(f"**/desk/ballots/{OPEN}/")
    officer.look()
    if page.get_by_role("link", name="Công bố danh sách").count():  # unless the worker was faster
        page.get_by_role("link", name="Công bố danh sách").click()
        officer.look(other_language=False)
        page.get_by_role("button", name="Công bố danh sách").click()
    expect(page.get_by_role("link", name="Bốc thăm", exact=True).last).to_be_visible()


def _draw(officer: Walker) -> None:
    """The dry run: what it does, and nothing sent."""
    page = officer.page
    page.get_by_role("main").locator("a.btn", has_text="Bốc thăm").click()
    officer.look()
    page.get_by_label("Số khởi tạo").fill(SEED)
    page.get_by_role("button", name="Bốc thăm").click()
    expect(page.get_by_role("heading", name="Tác động của lượt bốc thăm")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Chưa gửi gì cả")
    officer.look()


def _send(officer: Walker) -> None:
    page = officer.page
    page.get_by_role("link", name="Gửi kết quả").click()
    officer.look()
    page.get_by_role("button", name="Gửi kết quả").click()
    expect(page.locator(".alert.ok")).to_contain_text("Đã gửi kết quả")
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("BD-")).first).to_be_visible()


def _read_the_result(teacher: Walker, letter: str) -> None:
    page = teacher.page
    teacher.goto("/desk/entries/")
    teacher.look()
    page.get_by_role("link", name=re.compile(OPEN)).click()
    expect(page.get_by_role("heading", name="Điểm của đăng ký")).to_be_visible()
    teacher.look()
    [reference] = re.findall(
        r"BD-[0-9A-Z]{5}", page.get_by_role("main").locator("a[href*='/desk/bookings/BD-']").first.get_attribute("href")
    )
    assert reference in letter
    page.get_by_role("main").locator("a[href*='/desk/bookings/BD-']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)


def _repeat(visitor: Walker, folder: Path) -> None:
    """Three files from the public page, and Python: the same result, line by line."""
    page = visitor.page
    visitor.goto(f"/ballots/{OPEN}/")
    visitor.look()
    saved = {}
    for name in ("Danh sách (JSON)", "Kết quả (CSV)", "Chương trình bốc thăm lại"):
        with page.expect_download() as caught:
            page.get_by_role("link", name=name).click()
        saved[name] = folder / caught.value.suggested_filename
        caught.value.save_as(saved[name])
    listed, result, program = saved.values()
    done = subprocess.run([sys.executable, "-I", program, listed, SEED], capture_output=True, text=True, check=True)
    assert done.stdout == result.read_text(encoding="utf-8")
    hashed = done.stderr.split()[-1]
    expect(page.get_by_role("main")).to_contain_text(hashed)


@pytest.mark.journey
def test_a_visitor_reads_a_result_and_how_it_came(person, portal: Portal):
    visitor = person()
    visitor.goto(f"/ballots/{SENT}/")
    expect(visitor.page.get_by_role("heading", name="Tác động của lượt bốc thăm")).to_be_visible()
    visitor.page.locator("summary", has_text="Xem chương trình").click()
    visitor.look()
