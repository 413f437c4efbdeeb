"""Journey: a newly appointed ward officer must set up a second step before any page opens; later a passkey does."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time

import pytest
from playwright.sync_api import expect

from tests.journeys.portal import PASSWORD
from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey
THU = "thu"  # the demonstration leaves her without a second step


def heading(walker: Walker, name: str):
    return walker.page.get_by_role("heading", level=1, name=name)


def press(walker: Walker, name: str) -> None:
    walker.page.locator("main").get_by_role("button", name=name, exact=True).click()


def follow(walker: Walker, name: str) -> None:
    walker.page.locator("main").get_by_role("link", name=name).first.click()


def type_password(walker: Walker) -> None:
    walker.goto("/accounts/login/")
    walker.page.get_by_label("Tên đăng nhập hoặc thư điện tử").fill(THU)
    walker.page.locator("input[name=password]").fill(PASSWORD)
    press(walker, "Đăng nhập")


def code_of(secret: str, *, later: int = 0) -> str:
    """What an authenticator app shows: an independent RFC 6238 implementation that checks ours."""
    step = int(time.time()) // 30 + later
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), "sha1").digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def virtual_key(walker: Walker) -> None:
    """A device with a fingerprint that always agrees."""
    devtools = walker.page.context.new_cdp_session(walker.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.fixture
def on_localhost(portal, monkeypatch):
    """A passkey belongs to a name; an address of numbers has none."""
    monkeypatch.setattr(portal, "url", portal.url.replace("127.0.0.1", "localhost"))


def test_an_officer_enrols_a_second_step_before_any_page_opens(person, on_localhost):
    thu = person(phone=True)
    virtual_key(thu)
    thu.goto("/accounts/login/")
    thu.look()
    type_password(thu)
    expect(heading(thu, "Thiết lập bước xác thực thứ hai")).to_be_visible()
    thu.look()
    for closed in ("/desk/", "/desk/claims/", "/desk/reports/participation/", "/cms/"):
        thu.goto(closed)
        expect(heading(thu, "Thiết lập bước xác thực thứ hai")).to_be_visible()

    follow(thu, "Kết nối ứng dụng")
    secret = enrol_an_app(thu)
    keep_the_codes(thu)
    expect(heading(thu, "Xin chào")).to_be_visible()
    add_a_passkey(thu)
    come_back_with_the_app(person(), secret)
    come_back_with_the_passkey(thu)


def enrol_an_app(thu: Walker) -> str:
    expect(heading(thu, "Kết nối ứng dụng")).to_be_visible()
    thu.page.get_by_text("Tôi không quét được").click()
    thu.look()
    thu.page.get_by_label("Mã", exact=True).fill("000000")
    press(thu, "Kết nối")
    expect(thu.page.locator(".error-summary")).to_be_visible()
    thu.page.get_by_text("Tôi không quét được").click()
    secret = thu.page.locator(".typed-secret").inner_text().replace(" ", "")
    thu.look()
    thu.page.get_by_label("Mã", exact=True).fill(code_of(secret))
    press(thu, "Kết nối")
    return secret


def keep_the_codes(thu: Walker) -> None:
    expect(heading(thu, "Cất mã dự phòng")).to_be_visible()
    expect(thu.page.locator(".recovery-codes li")).to_have_count(10)
    thu.look()
    thu.goto("/desk/")
    expect(heading(thu, "Cất mã dự phòng")).to_be_visible()
    with thu.page.expect_download() as download:
        follow(thu, "Tải về dạng tệp")
    assert thu.page.locator(".recovery-codes code").first.inner_text() in download.value.path().read_text()
    press(thu, "Tôi đã cất mã, đi tiếp")


def add_a_passkey(thu: Walker) -> None:
    thu.goto("/accounts/security/")
    expect(heading(thu, "Tài khoản và bảo mật")).to_be_visible()
    thu.look()
    follow(thu, "Thêm khóa truy cập")
    thu.page.get_by_label(re.compile("Tên của khóa")).fill("Điện thoại của tôi")
    thu.look(other_language=False)  # each look at it begins another registration
    press(thu, "Thêm khóa truy cập")
    expect(heading(thu, "Tài khoản và bảo mật")).to_be_visible()
    expect(thu.page.locator(".factors")).to_contain_text("Điện thoại của tôi")
    thu.look()


def come_back_with_the_app(thu: Walker, secret: str) -> None:
    """On another computer: the password, then the code of the next half minute, because this one's is used."""
    type_password(thu)
    expect(heading(thu, "Bước xác thực thứ hai")).to_be_visible()
    thu.page.get_by_label("Mã", exact=True).fill(code_of(secret, later=1))
    press(thu, "Đăng nhập")
    expect(heading(thu, "Xin chào")).to_be_visible()
    thu.goto("/accounts/sessions/")
    expect(thu.page.locator("main tbody tr")).to_have_count(2)
    thu.look()


def come_back_with_the_passkey(thu: Walker) -> None:
    thu.goto("/accounts/logout/")
    thu.look()
    press(thu, "Đăng xuất")
    thu.goto("/accounts/login/")
    press(thu, "Đăng nhập bằng khóa truy cập")
    expect(heading(thu, "Xin chào")).to_be_visible()
    thu.goto("/accounts/logout/")
    press(thu, "Đăng xuất")
    type_password(thu)
    expect(heading(thu, "Bước xác thực thứ hai")).to_be_visible()
    thu.look(other_language=False)
    press(thu, "Dùng khóa truy cập")
    expect(heading(thu, "Xin chào")).to_be_visible()
