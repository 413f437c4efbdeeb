"""Which schools had nothing? Bà Nam asks the page, and writes to them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.mark.journey
def test_from_the_schools_without_activity_to_a_letter(person):
    nam = person("nam")
    nam.goto("/desk/reports/participation/")
    nam.page.get_by_role("link", name="Gửi thư cho các trường này").click()
    nam.look()
    nam.page.get_by_label("Lời nhắn của bạn").fill("Cần giúp đặt chỗ, thầy cô gọi phòng Giáo dục.")
    nam.page.get_by_role("button", name="Gửi thư").click()
    nam.page.wait_for_url("**/desk/reports/participation/?**")
    expect(nam.page.get_by_text("Đã gửi thư cho")).to_be_visible()
    nam.page.get_by_role("link", name="Gửi thư cho các trường này").click()
    expect(nam.page.get_by_role("heading", name="Tuần này đã gửi")).to_be_visible()
    nam.look()
