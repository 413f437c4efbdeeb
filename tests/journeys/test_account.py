"""Journey: cô Hạnh leaves the staff room signed in; whoever sits down there binds no address to her account."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.portal import PASSWORD
from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey
THIEFS = "nguoi.la@example.vn"
# Every session was signed in to an hour ago.
AN_HOUR_LATER = """
from django.contrib.sessions.models import Session
from programs.accounts.session_store import SessionStore
for row in Session.objects.all():
    session = SessionStore(row.session_key)
    for record in session.get("account_authentication_methods", []):
        record["at"] -= 3600
    session.save()
"""


def heading(walker: Walker, name: str | re.Pattern):
    return walker.page.get_by_role("heading", level=1, name=name)


def add_address(walker: Walker) -> None:
    walker.goto("/accounts/email/")
    walker.page.locator("input[name=email][type=email]").fill(THIEFS)
    walker.page.locator("button[name=action_add]").click()


def type_password(walker: Walker, password: str) -> None:
    walker.page.locator("input[name=password]").fill(password)
    walker.page.locator("main").get_by_role("button").first.click()


def test_an_address_changed_from_an_open_session_is_refused(person, portal):
    hanh = person("hanh", phone=True)
    portal.manage("shell", "-c", AN_HOUR_LATER)

    add_address(hanh)
    expect(heading(hanh, "Có đúng là bạn không?")).to_be_visible()
    hanh.look()
    type_password(hanh, "doan-mo-mat-khau")
    expect(hanh.page.locator(".error-summary, [role=alert]").first).to_be_visible()
    hanh.look()
    hanh.goto("/accounts/email/")
    expect(hanh.page.locator("main")).not_to_contain_text(THIEFS)
    hanh.look()

    # The owner comes back, and types her password.
    add_address(hanh)
    type_password(hanh, PASSWORD)
    expect(hanh.page.locator("main")).to_contain_text(THIEFS)
    portal.wait_for_mail(THIEFS, about="")


def test_an_administrator_replaces_an_address_and_reads_it_in_the_log(person, portal):
    admin = person("admin")
    admin.goto("/desk/roles/")
    admin.page.locator("main input[type=search]").fill("hanh")
    admin.page.locator("main form[role=search] button").click()
    admin.page.locator("table").get_by_role("link").first.click()
    admin.look(other_language=False)
    admin.page.get_by_role("link", name="Đổi địa chỉ thư điện tử").click()
    admin.look()
    admin.page.get_by_label("Địa chỉ thư điện tử mới").fill("hanh.moi@truong.example.vn")
    admin.page.locator("textarea[name=reason]").fill("Đã gọi lại số của trường, đúng người.")
    admin.page.get_by_role("button", name="Thay địa chỉ").click()
    expect(admin.page.locator("main")).to_contain_text("Đã thay địa chỉ")
    portal.wait_for_mail("hanh.moi@truong.example.vn", about="")
    for address in (
        "/desk/audit/",
        "/desk/audit/?verb=person.address",
        "/desk/calendar/",
        "/desk/calendar/days-off/add/",
        "/desk/calendar/years/add/",
    ):
        admin.goto(address)
        admin.look()
    admin.page.set_viewport_size({"width": 390, "height": 844})
    admin.goto("/desk/audit/")
    admin.look()
