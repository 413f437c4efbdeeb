"""Journey: a teacher prints sign-in cards on a large screen, a pupil opens the account with one on a phone."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey
CODE = re.compile(r"\b[2-9B-Z]{5}-[2-9B-Z]{5}\b")


def heading(walker: Walker, name: str | re.Pattern):
    return walker.page.get_by_role("heading", level=1, name=name)


def press(walker: Walker, name: str) -> None:
    walker.page.locator("main").get_by_role("button", name=name).click()


def follow(walker: Walker, name: str | re.Pattern) -> None:
    walker.page.locator("main").get_by_role("link", name=name).first.click()


def open_the_class(hanh: Walker) -> None:
    hanh.goto("/desk/")
    hanh.page.get_by_role("link", name="Trường của tôi").click()
    follow(hanh, "8A1")
    expect(heading(hanh, "Lớp 8A1")).to_be_visible()


def print_cards(hanh: Walker, folder: Path, *names: str) -> str:
    """The words of the sheet for these pupils, read from the PDF that the browser got."""
    follow(hanh, re.compile("^Thẻ đăng nhập"))
    expect(heading(hanh, "Thẻ đăng nhập lớp 8A1")).to_be_visible()
    hanh.look()
    for box in hanh.page.locator("main input[type=checkbox]").all():
        box.set_checked(any(name in box.locator("xpath=..").inner_text() for name in names))
    with hanh.page.expect_download() as download:
        press(hanh, "Tạo thẻ (PDF)")
    assert download.value.suggested_filename == "Thẻ đăng nhập lớp 8A1.pdf"
    sheet = folder / "sheet.pdf"
    download.value.save_as(sheet)
    with sheet.open("rb") as file:
        words = " ".join(page.extract_text() for page in PdfReader(file).pages)
    return unicodedata.normalize("NFC", " ".join(words.split()))


def names_without_cards(hanh: Walker, count: int) -> list[str]:
    rows = hanh.page.get_by_role("row").filter(has_text="Chưa có thẻ")
    return [row.get_by_role("rowheader").inner_text() for row in rows.all()[:count]]


def school_code(words: str) -> str:
    return re.search(r"/schools/([^/]+)/activate/", words)[1]


def usernames(words: str) -> list[str]:
    return re.findall(r"\b[a-z]+\.[2-9][a-z][2-9][a-z][2-9]\b", words)


def test_a_pupil_opens_the_account_on_a_phone(person, portal, tmp_path):
    hanh = person("hanh")
    open_the_class(hanh)
    hanh.look()
    first, second = names_without_cards(hanh, 2)
    words = print_cards(hanh, tmp_path, first, second)
    assert first in words
    assert second in words
    code, other_code = CODE.findall(words)
    username = usernames(words)[0]
    door = f"/schools/{school_code(words)}/activate/"

    # The QR code's address: the code behind the # is filled in and taken out of the address.
    pupil = person(phone=True)
    pupil.goto(f"{door}#{code}")
    expect(heading(pupil, "Dùng thẻ đăng nhập")).to_be_visible()
    expect(pupil.page.get_by_label("Mã kích hoạt", exact=True)).to_have_value(code)
    assert code not in pupil.page.url
    pupil.look()

    # A slip of the finger first.
    pupil.page.get_by_label("Mã kích hoạt", exact=True).fill(code[:-1])
    press(pupil, "Tiếp tục")
    expect(pupil.page.get_by_text("so từng chữ với thẻ").first).to_be_visible()
    pupil.look(other_language=False)
    pupil.page.get_by_label("Mã kích hoạt", exact=True).fill(code.lower().replace("-", " "))
    press(pupil, "Tiếp tục")

    expect(heading(pupil, re.compile(first.split()[-1]))).to_be_visible()
    expect(pupil.page.locator("main")).to_contain_text("Lớp 8A1")
    pupil.look()
    before = pupil.page.locator(".three-words li").all_inner_texts()
    press(pupil, "Ba từ khác")
    expect(pupil.page.locator(".three-words li")).not_to_have_text(before)
    three = " ".join(pupil.page.locator(".three-words li").all_inner_texts())
    pupil.page.get_by_label("Gõ lại ba từ").fill(three)
    press(pupil, "Em chọn ba từ này")

    expect(heading(pupil, re.compile(first.split()[-1]))).to_be_visible()
    expect(pupil.page.locator("main")).to_contain_text("Chuyến tham quan của em")
    pupil.look()

    # The card is used up; the three words open the account from anywhere, accents or not.
    elsewhere = person(phone=True)
    elsewhere.goto(f"{door}#{code}")
    press(elsewhere, "Tiếp tục")
    expect(elsewhere.page.get_by_text("Mỗi thẻ chỉ dùng một lần").first).to_be_visible()
    elsewhere.sign_in(username.upper(), unicodedata.normalize("NFD", three.upper()))
    expect(heading(elsewhere, re.compile(first.split()[-1]))).to_be_visible()

    # The second card is lost: cô Hạnh voids it.
    open_the_class(hanh)
    row = hanh.page.get_by_role("row").filter(has=hanh.page.get_by_role("rowheader", name=second, exact=True))
    row.get_by_role("link", name=re.compile("Hủy thẻ")).click()
    hanh.look()
    press(hanh, "Hủy thẻ")
    expect(hanh.page.locator("main")).to_contain_text("không dùng được nữa")
    stranger = person(phone=True)
    stranger.goto(f"{door}#{other_code}")
    press(stranger, "Tiếp tục")
    expect(stranger.page.get_by_text("so từng chữ với thẻ").first).to_be_visible()


def test_the_same_without_javascript(browser, person, portal, tmp_path):
    hanh = person("hanh")
    open_the_class(hanh)
    [name] = names_without_cards(hanh, 1)
    words = print_cards(hanh, tmp_path, name)
    [code] = CODE.findall(words)
    context = browser.new_context(
        base_url=portal.url, viewport={"width": 390, "height": 844}, locale="vi-VN", java_script_enabled=False
    )
    try:
        page = context.new_page()
        page.goto(f"/schools/{school_code(words)}/activate/#{code}")
        page.locator("input[name=code]").fill(code)
        page.locator("main form button[type=submit]").click()
        page.locator("button[form=other-words]").click()
        page.locator("summary").filter(has_text="tự đặt mật khẩu").click()
        page.locator("input[name=password]").fill("diều no gió chiều hè 58")
        page.locator("input[name=password_again]").fill("diều no gió chiều hè 58")
        page.get_by_role("button", name="Dùng mật khẩu này").click()
        page.wait_for_url("**/desk/")
        assert name.split()[-1] in page.locator("h1").inner_text()
    finally:
        context.close()


def test_a_class_code_moves_a_pupil_who_is_signed_in(person):
    hanh = person("hanh")
    open_the_class(hanh)
    follow(hanh, "Mã lớp")
    hanh.look()
    code = hanh.page.locator(".big-code").inner_text()
    minh = person("minh.8a1", phone=True)
    follow(minh, "Vào lớp")
    minh.look()
    minh.page.get_by_label("Mã lớp").fill("BBBB-BBBB")
    press(minh, "Vào lớp này")
    expect(minh.page.get_by_text("so lại từng chữ").first).to_be_visible()
    minh.page.get_by_label("Mã lớp").fill(code.lower())
    press(minh, "Vào lớp này")
    expect(minh.page.locator("main")).to_contain_text("Em đã vào lớp 8A1")
