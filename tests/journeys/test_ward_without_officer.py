"""A ward has nobody on the portal: the department answers in its place, sends the visit back, and approves it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.test_booking_papers import TRIP, _approve, _book, _hand_in

OFFICER_LEFT = (
    "from programs.schools.models import OfficerPost; OfficerPost.objects.filter(user__username='mai').delete()"
)
WARD = "Ủy ban nhân dân Phường Phú Lợi"


@pytest.mark.journey
def test_a_ward_without_an_officer(person, portal):
    portal.manage("shell", "-c", OFFICER_LEFT)
    hanh, yen, nam = person("hanh"), person("yen"), person("nam", phone=True)
    reference = _book(hanh)
    _hand_in(hanh, reference)
    _approve(yen, portal, reference, whose="Hiệu trưởng", told="yen@example.vn")
    _sees_who_is_asked(hanh, reference)
    portal.wait_for_mail("nam@example.vn", about=f"Xin duyệt {reference}")
    _send_back(nam)
    portal.wait_for_mail("hanh@example.vn", about=f"Cần chỉnh sửa {reference}")
    _mend_and_ask_again(hanh, reference)
    _approve_instead(nam, reference)
    portal.wait_for_mail("hanh@example.vn", about=f"Đã duyệt {reference}")
    hanh.goto(f"/desk/bookings/{reference}/")
    expect(hanh.page.get_by_role("link", name="Xác nhận chuyến đi")).to_be_visible()


def _sees_who_is_asked(teacher, reference):
    teacher.goto(f"/desk/bookings/{reference}/")
    checklist = teacher.page.get_by_role("region", name="Chuyến đi cần gì")
    expect(checklist).to_contain_text("chờ trả lời của Sở Giáo dục và Đào tạo từ")
    expect(checklist).to_contain_text(f"Thay cho {WARD}: nơi đó chưa có ai trả lời được trên cổng")
    teacher.look()


def _open(officer):
    officer.goto("/desk/")
    task = officer.page.locator(".todo li").filter(has_text=f"Duyệt chuyến đi của 8A1: {TRIP}")
    expect(task).to_contain_text(f"Trả lời thay {WARD}")
    officer.look(other_language=False)
    task.get_by_role("link", name="Đọc và trả lời").click()
    expect(officer.page.get_by_role("main")).to_contain_text(f"Trả lời thay {WARD}")


def _send_back(officer):
    _open(officer)
    officer.page.get_by_role("button", name="Trả lại để chỉnh sửa").click()
    expect(officer.page.get_by_role("alert")).to_contain_text("Nêu rõ lý do")
    officer.look()
    officer.page.locator("textarea[name=reason]").fill("Ghi rõ giờ đón học sinh tại trường.")
    officer.page.get_by_role("button", name="Trả lại để chỉnh sửa").click()
    expect(officer.page.locator(".alert.ok")).to_contain_text("lại nhà trường")


def _mend_and_ask_again(teacher, reference):
    page = teacher.page
    teacher.goto(f"/desk/bookings/{reference}/")
    checklist = page.get_by_role("region", name="Chuyến đi cần gì")
    expect(checklist).to_contain_text("Ghi rõ giờ đón học sinh tại trường.")
    teacher.look()
    checklist.get_by_role("link", name="Xin duyệt lại").click()
    teacher.look()
    page.get_by_role("button", name="Xin duyệt lại").click()
    expect(page.locator(".alert.ok")).to_contain_text("Đã xin duyệt lại")
    expect(checklist).to_contain_text("nhà trường đã bổ sung, chỉnh sửa")


def _approve_instead(officer, reference):
    _open(officer)
    expect(officer.page.get_by_role("main")).to_contain_text(re.compile("Xin duyệt lại: nhà trường đã"))
    officer.page.get_by_role("button", name="Duyệt chuyến đi", exact=True).click()
    expect(officer.page.locator(".alert.ok")).to_contain_text(f"Đã duyệt chuyến đi {reference}")
