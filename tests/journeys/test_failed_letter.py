"""A letter could not be delivered: the administrator finds it on the desk, and it is sent again and arrives."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.mark.journey
def test_a_failed_letter_is_found_and_sent_again(person, portal):
    admin = person("admin")
    task = admin.page.locator(".todo li").filter(has_text="thư chưa đến nơi")
    task.get_by_role("link", name="Xem chi tiết").click()
    letter = admin.page.get_by_role("row").filter(has_text="hanh@example.vn")
    expect(letter).to_contain_text("mailbox does not exist")
    subject = letter.get_by_role("rowheader").inner_text().splitlines()[0].strip()
    admin.look()

    letter.get_by_role("link", name="Gửi lại").click()
    expect(admin.page.get_by_role("main")).to_contain_text(subject)
    admin.look()
    admin.page.get_by_role("button", name="Gửi lại").click()
    expect(admin.page.locator(".alert.ok")).to_contain_text("đang được gửi lại")
    expect(letter).to_have_count(0)
    portal.wait_for_mail("hanh@example.vn", about=subject)

    broken = admin.page.get_by_role("row").filter(has_text="Connection unexpectedly closed")
    broken.get_by_role("link", name="Kết thúc").click()
    admin.look()
    admin.page.get_by_role("button", name="Kết thúc").click()
    expect(admin.page.get_by_role("main")).to_contain_text("Mọi thư đã được gửi")
    admin.look()
