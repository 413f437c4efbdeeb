"""Journey: a project is returned after the deadline, mended where the rules open it, and submitted again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.contest import (
    TEACHER,
    Contest,
    begin,
    close_in,
    decide,
    hold_contest,
    press_submit,
    see_state,
    send_photograph,
    state_honesty,
)
from tests.journeys.portal import Portal
from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey
TITLE = "Máy gom lá khô chạy bằng bàn đạp"
SUMMARY = "Sân trường em rộng, mỗi sáng quét mất 40 phút. Em thử ba kiểu chổi quay trên khung xe đạp cũ."
MENDED = f"{SUMMARY} Kiểu thứ hai quét xong trong 18 phút, đo năm buổi sáng."
REASON = "Em bổ sung kết quả đo của kiểu chổi thứ hai và thay ảnh rõ hơn."


@pytest.fixture(scope="module")
def contest(portal: Portal) -> Contest:
    return hold_contest(portal, "san-truong", "Cuộc thi sân trường xanh", film=False)


def test_what_is_returned_is_mended_and_approved_anew(person, portal, contest):
    pupil = contest.pupils[0]
    phone, mentor, principal = person(pupil.login, phone=True), person("hanh"), person("yen")
    address = begin(phone, contest, TITLE, SUMMARY)
    send_photograph(phone, address)
    state_honesty(phone, address)
    press_submit(phone, address)
    decide(principal, TITLE, "school")

    close_in(portal, contest, 0)
    decide(mentor, TITLE, "mentor", reason=REASON)
    read_the_reason(phone, address)
    mend(phone, address)
    press_submit(phone, address)
    see_state(phone, address, "Chờ xác nhận")
    both_are_asked_anew(phone.page)

    decide(principal, TITLE, "school")
    decide(mentor, TITLE, "mentor")
    see_state(phone, address, "Đã xác nhận, đang dự thi")
    expect(phone.page.locator(".alert").filter(has_text=REASON)).to_have_count(0)
    read_the_second_receipt(phone, address)


def read_the_reason(pupil: Walker, address: str) -> None:
    """On the desk, and on the page of the project with what is open and until when."""
    page = pupil.page
    pupil.goto("/desk/")
    task = page.locator(".todo li").filter(has_text=f"Sửa dự án: {TITLE}")
    expect(task).to_contain_text(REASON)
    pupil.look()
    pupil.goto(address)
    expect(page.get_by_role("main")).to_contain_text(REASON)
    expect(page.get_by_role("main")).to_contain_text(f"{TEACHER} đã trả lại")
    pupil.look()


def mend(pupil: Walker, address: str) -> None:
    """The summary and the picture are open; the title is only shown, and the first picture is kept."""
    page = pupil.page
    pupil.goto(f"{address}edit/")
    expect(page.get_by_role("main")).to_contain_text(REASON)
    expect(page.locator("input[name=title]")).to_be_disabled()
    pupil.look()
    page.locator("textarea[name=summary]").fill(MENDED)
    expect(page.locator("[data-draft-words]")).to_contain_text("Đã lưu lúc")
    pupil.goto(f"{address}documents/photographs/")
    page.get_by_role("link", name="Gỡ bỏ").click()
    pupil.look()
    page.get_by_role("button", name="Gỡ bỏ").click()
    page.wait_for_url("**/documents/photographs/")
    send_photograph(pupil, address, "ro-hon.jpg")
    page.get_by_text("Các bản cũ đã từng nộp").click()
    expect(page.get_by_role("main").get_by_role("link", name="san-pham.jpg")).to_be_visible()
    pupil.look()


def both_are_asked_anew(page: Page) -> None:
    approvals = page.get_by_role("region", name="Các xác nhận")
    for name in (TEACHER, "Phạm Ngọc Yến"):
        expect(approvals.get_by_role("listitem").filter(has_text=name)).not_to_contain_text("đã")


def read_the_second_receipt(pupil: Walker, address: str) -> None:
    page = pupil.page
    pupil.goto(f"{address}receipt/")
    facts = page.locator("dl.facts").first
    expect(facts.locator("dt:text-is('Lần nộp') + dd")).to_have_text("2")
    expect(page.get_by_role("main")).to_contain_text("Hình ảnh dự án 1")
    pupil.look()
    pupil.goto(address)
    expect(page.get_by_role("main")).to_contain_text("đo năm buổi sáng")
