"""Journey: a guardian consents and withdraws on a phone, without an account and without scripts."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey

CODE = re.compile(r"(?:[2-9a-z]{4}-){6}[2-9a-z]{4}")
PARENT = "Nguyễn Văn Long"


def test_a_guardian_answers_by_link_and_withdraws(person, portal, browser):
    hanh = person("hanh")
    name = open_class(hanh)
    address = make_link(hanh, name)

    parent = person(phone=True)
    parent.goto(address)
    parent.look()
    assert parent.page.locator("input[type=radio]:checked").count() == 0
    choose(parent, "take_part", "given")
    choose(parent, "photo", "refused")
    parent.page.get_by_label("Họ và tên của bạn").fill(PARENT)
    parent.page.get_by_label("Quan hệ với học sinh").fill("cha")
    press(parent, "Xem lại câu trả lời")
    expect(parent.page.get_by_role("heading", level=1)).to_have_text("Như thế này đúng chưa?")
    parent.look(other_language=False)
    press(parent, "Gửi câu trả lời")
    expect(parent.page.locator(".alert.ok")).to_contain_text("Câu trả lời đã được ghi nhận")
    parent.look()

    see_the_answer(hanh, "Đã đồng ý")
    withdraw_without_scripts(browser, portal, address)
    see_the_answer(hanh, "Đã rút lại")
    portal.wait_for_mail("hanh@example.vn", about="rút lại")


def open_class(hanh: Walker) -> str:
    """The first pupil of 8A1 who may not take part yet."""
    page = hanh.page
    page.get_by_role("navigation", name="Bàn làm việc").get_by_role("link", name="Phiếu đồng ý").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phiếu đồng ý")
    hanh.look()
    page.get_by_role("table").get_by_role("link", name="8A1").click()
    hanh.look()
    page.get_by_role("link", name=re.compile("Chưa được tham gia")).click()
    pupil = page.get_by_role("table").get_by_role("link").last
    name = pupil.inner_text()
    pupil.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    hanh.look()
    return name


def make_link(hanh: Walker, name: str) -> str:
    """The letter for one family: its code is read from the paper, and no page shows it."""
    page = hanh.page
    page.get_by_role("link", name="Thư cho người giám hộ").click()
    hanh.look()
    with page.expect_download() as download:
        press(hanh, "Tạo thư")
    text = " ".join(sheet.extract_text() for sheet in PdfReader(download.value.path()).pages)
    assert name in " ".join(text.split())
    page.go_back()
    return f"/g/{CODE.search(text).group()}/"


def choose(parent: Walker, purpose: str, answer: str) -> None:
    parent.page.locator(f"input[name={purpose}][value={answer}]").check()


def press(walker: Walker, name: str) -> None:
    walker.page.locator("main").get_by_role("button", name=name).click()


def see_the_answer(hanh: Walker, words: str) -> None:
    hanh.page.reload()
    row = hanh.page.get_by_role("row").filter(has_text="Tham gia hoạt động").filter(has_text=PARENT)
    expect(row).to_contain_text(words)


def withdraw_without_scripts(browser, portal, address: str) -> None:
    """One press on the page, one to confirm; an old telephone runs no script at all."""
    context = browser.new_context(
        base_url=portal.url, viewport={"width": 320, "height": 640}, locale="vi-VN", java_script_enabled=False
    )
    try:
        page = context.new_page()
        page.goto(address)
        page.locator("li").filter(has_text="Tham gia hoạt động").get_by_role("link", name=re.compile("Rút lại")).click()
        page.get_by_role("button", name="Đúng, rút lại").click()
        expect(page.locator(".alert.ok")).to_contain_text("Đã rút lại đồng ý")
        # And agreeing again takes no longer than the first time.
        page.locator("li").filter(has_text="Tham gia hoạt động").get_by_role(
            "link", name=re.compile("Trả lời lại")
        ).click()
        expect(page.locator("input[name=take_part]")).to_have_count(2)
    finally:
        context.close()


def test_the_code_on_the_printed_letter_opens_the_page(person):
    hanh = person("hanh")
    hanh.goto("/desk/")
    hanh.page.get_by_role("navigation", name="Bàn làm việc").get_by_role("link", name="Phiếu đồng ý").click()
    hanh.page.get_by_role("table").get_by_role("link", name="9A1").click()
    hanh.page.get_by_role("link", name="Thư có mã cho phụ huynh").click()
    hanh.look()
    with hanh.page.expect_download() as caught:
        press(hanh, "Tạo thư")
    reader = PdfReader(BytesIO(Path(caught.value.path()).read_bytes()))
    codes = CODE.findall(" ".join(" ".join(page.extract_text() for page in reader.pages).split()))
    assert len(set(codes)) == 36

    parent = person(phone=True)
    parent.goto("/g/")
    parent.look()
    parent.page.get_by_label("Mã trên thư nhà trường gửi").fill(codes[0].upper())
    press(parent, "Mở")
    expect(parent.page.get_by_role("heading", level=1)).to_have_text("Ý kiến đồng ý cho con")
    parent.look()
    answer = parent.page.goto("/g/khong-co-ma-nay/")
    assert answer.status == 404
    parent.look(other_language=False)
