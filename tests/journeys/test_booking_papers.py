"""A class has places; its papers are handed in, the principal and the ward approve, the school confirms."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfWriter

from tests.journeys.portal import Portal
from tests.journeys.walker import Walker

TRIP = "Một ngày ở xưởng chế tạo số"
REFERENCE = re.compile(r"BD-[0-9A-Z]{5}")


@pytest.mark.journey
def test_book_papers_confirm(person, portal):
    hanh, yen, mai = person("hanh"), person("yen"), person("mai")
    reference = _book(hanh)
    _hand_in(hanh, reference)
    _approve(yen, portal, reference, whose="Hiệu trưởng", told="yen@example.vn")
    _approve(mai, portal, reference, whose="Ủy ban nhân dân phường, xã", told="mai@example.vn")
    portal.wait_for_mail("hanh@example.vn", about=f"Đã duyệt {reference}")
    _confirm(hanh, reference)
    _fewer_come(hanh, reference)


def _book(teacher: Walker) -> str:
    page = teacher.page
    teacher.goto("/tham-quan/")
    page.get_by_role("main").get_by_role("link", name=TRIP).first.click()
    page.locator(".cal-head a[rel=next]").click()
    page.wait_for_url("**month=*")
    page.locator(".cal a").filter(has_text=re.compile(r"còn 40\s*$")).last.click()
    page.wait_for_url("**/sessions/*/")
    page.get_by_role("link", name="Đặt cho lớp của tôi").click()
    own = page.locator("select[name=class_group] option").filter(has_text=re.compile(r"^\s*8A1 ·"))
    page.locator("select[name=class_group]").select_option(value=own.get_attribute("value"))
    page.locator("input[name=contact_phone]").fill("0903 123 456")
    page.locator("textarea[name=needs]").fill("Một em dùng xe lăn, cần lối đi rộng.")
    page.get_by_role("button", name="Đặt chỗ buổi này").click()
    expect(page.locator(".alert.ok")).to_contain_text("Đã giữ chỗ")
    expect(page.get_by_role("region", name="Chuyến đi cần gì")).to_contain_text("Còn thiếu")
    teacher.look()
    return REFERENCE.search(page.url)[0]


def _hand_in(teacher: Walker, reference: str) -> None:
    """One paper is written on the page, the other is a file."""
    page = teacher.page
    page.get_by_role("link", name=re.compile("^Nộp.*Kế hoạch chuyến đi")).click()
    page.get_by_role("button", name="Nộp").click()
    expect(page.get_by_role("alert")).to_contain_text("Hãy viết tại đây hoặc chọn tệp")
    teacher.look()
    page.locator("textarea[name=text]").fill("7:30 khởi hành, 8:00 bắt đầu, 11:00 về lại trường.")
    page.get_by_role("button", name="Nộp").click()
    expect(page.locator(".alert.ok")).to_contain_text("Đã nộp: Kế hoạch chuyến đi")
    page.get_by_role("link", name=re.compile("^Nộp.*Phương án an toàn")).click()
    file = {"name": "Phương án an toàn.pdf", "mimeType": "application/pdf", "buffer": _pdf()}
    page.locator("input[name=upload]").set_input_files(file)
    page.get_by_role("button", name="Nộp").click()
    expect(page.locator(".alert.ok")).to_contain_text("Đã nộp: Phương án an toàn")
    checklist = page.get_by_role("region", name="Chuyến đi cần gì")
    expect(checklist).to_contain_text("Đã xin duyệt, chờ trả lời")
    expect(checklist.get_by_role("link", name="Xác nhận chuyến đi")).to_have_count(0)
    with page.expect_download() as caught:
        page.get_by_role("link", name="Phương án an toàn.pdf").click()
    assert caught.value.suggested_filename == "Phương án an toàn.pdf"
    teacher.look()


def _pdf() -> bytes:
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(width=200, height=200)
    writer.write(out)
    return out.getvalue()


def _approve(decider: Walker, portal: Portal, reference: str, *, whose: str, told: str) -> None:
    portal.wait_for_mail(told, about=f"Xin duyệt {reference}")
    page = decider.page
    decider.goto("/desk/")
    task = page.locator(".todo li").filter(has_text=f"Duyệt chuyến đi của 8A1: {TRIP}")
    task.get_by_role("link", name="Đọc và trả lời").click()
    expect(page.get_by_role("main")).to_contain_text(f"Đề nghị trả lời với tư cách: {whose}")
    expect(page.get_by_role("main")).to_contain_text("7:30 khởi hành")
    expect(page.get_by_role("main")).not_to_contain_text("xe lăn")
    page.get_by_role("button", name="Không duyệt hẳn").click()
    expect(page.get_by_role("alert")).to_contain_text("Nêu rõ lý do")
    decider.look()
    page.get_by_role("button", name="Duyệt chuyến đi", exact=True).click()
    expect(page.locator(".alert.ok")).to_contain_text(f"Đã duyệt chuyến đi {reference}")
    decider.look(other_language=False)


def _confirm(teacher: Walker, reference: str) -> None:
    page = teacher.page
    teacher.goto(f"/desk/bookings/{reference}/")
    expect(page.get_by_role("main")).to_contain_text("xe lăn")
    page.get_by_role("link", name="Xác nhận chuyến đi").click()
    expect(page.get_by_role("button", name="Xác nhận")).to_be_visible()
    if page.locator("textarea[name=alternative]").count():
        page.locator("textarea[name=alternative]").fill("Học cùng bài ở phòng thực hành của trường.")
    teacher.look()
    page.get_by_role("button", name="Xác nhận").click()
    expect(page.locator(".alert.ok")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Đã xác nhận")


def _fewer_come(teacher: Walker, reference: str) -> None:
    """What was booked stays; what is confirmed is what will come."""
    page = teacher.page
    page.get_by_role("link", name="Đổi số người").click()
    page.locator("input[name=pupils]").fill("33")
    page.locator("input[name=girls]").fill("16")
    teacher.look()
    page.get_by_role("button", name="Lưu số người").click()
    pupils = page.get_by_role("region", name="Số người").get_by_role("row").filter(has_text="Học sinh")
    expect(pupils.get_by_role("cell")).to_have_text(["38", "33", "–"])
    teacher.look()
