"""Cô Hạnh writes down the festival of her school on the phone, mends a number, and the department sees it counted."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.walker import Walker

FESTIVAL = "Ngày hội Tên lửa nước"


@pytest.mark.journey
def test_an_own_activity_from_a_phone_corrected_and_counted(person):
    hanh, nam = person("hanh", phone=True), person("nam")
    before = _pupils_of_own_activities(nam)
    _report(hanh)
    assert _pupils_of_own_activities(nam) == before + 300
    _correct(hanh)
    assert _pupils_of_own_activities(nam) == before + 280
    nam.goto("/desk/reports/participation/rows/?show=own")
    nam.look()
    expect(nam.page.get_by_role("link", name=FESTIVAL)).to_be_visible()


def _report(hanh: Walker) -> None:
    page = hanh.page
    hanh.goto("/desk/activities/")
    page.get_by_role("link", name="Hoạt động của trường").click()
    hanh.look()
    page.get_by_role("link", name="Báo cáo một hoạt động").click()
    hanh.look()
    page.get_by_label("Loại hoạt động").select_option(label="Ngày hội STEM")
    page.get_by_label("Tên hoạt động").fill(FESTIVAL)
    page.get_by_label("Ngày", exact=True).fill(f"{timezone.localdate():%d/%m/%Y}")
    page.get_by_label("Thời lượng (phút)").fill("240")
    page.get_by_label("Học sinh tham gia").fill("300")
    page.get_by_label("Trong đó nữ").fill("310")
    page.get_by_label("Số giáo viên tham gia tổ chức").fill("12")
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.get_by_label("Trong đó nữ")).to_have_attribute("aria-invalid", "true")
    hanh.look(other_language=False)
    page.get_by_label("Trong đó nữ").fill("160")
    page.get_by_role("button", name="Gửi báo cáo").click()
    page.wait_for_url("**/desk/activities/own/")
    hanh.look()


def _correct(hanh: Walker) -> None:
    page = hanh.page
    page.get_by_role("link", name=FESTIVAL).click()
    hanh.look()
    page.get_by_role("link", name="Sửa", exact=True).click()
    hanh.look()
    page.get_by_label("Học sinh tham gia").fill("280")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("Sửa báo cáo hoạt động của trường")).to_be_visible()
    hanh.look()


def _pupils_of_own_activities(nam: Walker) -> int:
    """As the page of the term tells them."""
    nam.goto("/desk/reports/participation/")
    words = nam.page.locator("li.stat", has_text="hoạt động của trường").inner_text()
    return int(words.partition("trường,")[2].split()[0].replace(".", ""))
