"""Journey: a ballot with two wishes. A teacher enters, two officers draw, a stranger verifies it."""

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
DIGITS = "738201"
TIME_IS_OVER = """
from datetime import timedelta
from django.utils import timezone
from programs.ballots.models import Ballot
assert Ballot.objects.filter(reference="{reference}").update(
    closes_at=timezone.now() - timedelta(minutes=1), source_date=timezone.localdate()
)
"""


@pytest.mark.journey
def test_a_ballot_with_two_wishes_is_verified_by_a_stranger(person, portal, tmp_path):
    hanh, nam, nga = person("hanh"), person("nam"), person("nga")
    _enter(hanh)
    portal.manage("shell", "--no-imports", "--command", TIME_IS_OVER.format(reference=OPEN))
    _publish(nam)
    kept = text_of(portal.wait_for_mail("hanh@example.vn", about="SHA-256"))
    _enter_digits(nam)
    _draw(nga)
    _send(nam)
    mail = portal.wait_for_mail("hanh@example.vn", about="Kết quả các đăng ký")
    _read_the_result(hanh, text_of(mail))
    _repeat(person(phone=True), kept, tmp_path)


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
    page.get_by_label("Nguyện vọng 2").select_option(index=3)
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
    expect(page.get_by_role("link", name="Nhập các chữ số")).to_be_visible()


def _enter_digits(officer: Walker) -> None:
    """The first person: nothing is drawn yet, and she cannot confirm what she typed."""
    page = officer.page
    page.get_by_role("link", name="Nhập các chữ số").click()
    officer.look()
    page.get_by_label("Các chữ số của nguồn").fill(DIGITS)
    page.get_by_role("button", name="Lưu các chữ số").click()
    expect(page.get_by_role("main")).to_contain_text("Bây giờ một người khác")
    expect(page.get_by_role("link", name="Xác nhận các chữ số và bốc thăm")).to_have_count(0)


def _draw(officer: Walker) -> None:
    """The second person, from her desk. The dry run: what it does, and nothing sent."""
    page = officer.page
    officer.goto(f"/desk/ballots/{OPEN}/")
    page.get_by_role("link", name="Xác nhận các chữ số và bốc thăm").click()
    officer.look()
    page.get_by_label("Các chữ số của nguồn").fill(DIGITS)
    page.get_by_role("button", name="Xác nhận và bốc thăm").click()
    expect(page.get_by_role("heading", name="Tác động của lượt bốc thăm")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Chưa gửi gì cả")
    officer.look()


def _send(officer: Walker) -> None:
    page = officer.page
    officer.goto(f"/desk/ballots/{OPEN}/")
    page.get_by_role("link", name="Gửi kết quả").first.click()
    officer.look()
    page.get_by_role("button", name="Gửi kết quả").click()
    expect(page.locator(".alert.ok")).to_contain_text("Đang gửi kết quả")


def _read_the_result(teacher: Walker, letter: str) -> None:
    page = teacher.page
    teacher.goto("/desk/entries/")
    teacher.look()
    page.get_by_role("link", name=re.compile(OPEN)).click()
    expect(page.get_by_role("heading", name="Điểm của trường")).to_be_visible()
    teacher.look()
    [reference] = re.findall(
        r"BD-[0-9A-Z]{5}", page.get_by_role("main").locator("a[href*='/desk/bookings/BD-']").first.get_attribute("href")
    )
    assert reference in letter
    page.get_by_role("main").locator("a[href*='/desk/bookings/BD-']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)


def _repeat(visitor: Walker, kept: str, folder: Path) -> None:
    """Three files and two numbers from the public page, and Python: the same result, line by line.

    The hashes are those of the letter that a teacher kept from before anybody knew the digits.
    """
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
    [_python, _program, _list, secret, digits] = page.locator("pre[aria-label='Lệnh']").inner_text().split()
    assert digits == DIGITS
    done = subprocess.run(
        [sys.executable, "-I", program, listed, secret, digits], capture_output=True, text=True, check=True
    )
    assert done.stdout == result.read_text(encoding="utf-8")
    commitment, seed, hashed = (line.split()[-1] for line in done.stderr.splitlines())
    for published in (commitment, hashed):
        assert published in kept
    expect(page.get_by_role("main")).to_contain_text(seed)


@pytest.mark.journey
def test_a_visitor_reads_a_result_and_how_it_came(person, portal: Portal):
    visitor = person()
    visitor.goto(f"/ballots/{SENT}/")
    expect(visitor.page.get_by_role("heading", name="Tác động của lượt bốc thăm")).to_be_visible()
    visitor.page.locator("summary", has_text="Xem chương trình").click()
    visitor.look()
