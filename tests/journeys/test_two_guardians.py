"""Journey: a mother agrees to photographs and a father does not; the school asks, and both read how it ended."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.portal import Portal
from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey

CODE = re.compile(r"(?:[2-9a-z]{4}-){6}[2-9a-z]{4}")
# A child who is in a photograph of a visit and agreed to it; the guardians have not been asked yet.
_CHILD = """
import json
from programs.consents.models import Consent, GuardianLink, Signature
from programs.visit_days.models import VisitPhotograph
photograph = VisitPhotograph.objects.filter(pupils__isnull=False).order_by("pk").first()
pupil = photograph.pupils.order_by("pk").first()
of_guardian = {"pupil": pupil, "purpose": "photo", "giver": "guardian"}
for rows in (Consent, Signature):
    rows.objects.filter(**of_guardian).delete()
print(json.dumps({"pupil": pupil.pk, "name": pupil.full_name, "visit": photograph.booking.reference}))
"""


def test_two_guardians_disagree_and_settle_it(person, portal):
    child = child_in_a_photograph(portal)
    bao = person("bao")
    at_home = shown(bao, child)
    letters = {who: letter(bao, child, who) for who in ("Mẹ", "Cha")}

    mother, father = person(phone=True), person(phone=True)
    say_yes(mother, letters["Mẹ"])
    assert shown(bao, child) == at_home + 1
    say_no(father, letters["Cha"])
    assert shown(bao, child) == at_home  # at once
    for parent in (mother, father):
        parent.page.reload()
        expect(parent.page.get_by_role("main")).to_contain_text("Người giám hộ kia trả lời khác")
        parent.look()

    settle(bao, child)
    assert shown(bao, child) == at_home + 1
    for parent in (mother, father):
        parent.page.reload()
        told = parent.page.locator("li").filter(has_text="Nhà trường đã ghi nhận giấy ngày")
        expect(told).to_contain_text(f"{timezone.localdate():%d/%m/%Y}")
        parent.look()


def child_in_a_photograph(portal: Portal) -> dict:
    return json.loads(portal.manage("shell", "--no-imports", "--command", _CHILD).strip().splitlines()[-1])


def shown(bao: Walker, child: dict) -> int:
    """How many photographs of the visit the school sees now."""
    bao.goto(f"/desk/bookings/{child['visit']}/photographs/")
    return bao.page.locator(".photographs img").count()


def letter(bao: Walker, child: dict, who: str) -> str:
    """The address behind the code on the paper, which no page shows."""
    bao.goto(f"/desk/pupils/{child['pupil']}/consents/link/")
    bao.page.get_by_label(who, exact=True).check()
    bao.look()
    with bao.page.expect_download() as download:
        press(bao, "Tạo thư")
    text = " ".join(sheet.extract_text() for sheet in PdfReader(download.value.path()).pages)
    return f"/g/{CODE.search(text).group()}/"


def say_yes(parent: Walker, address: str) -> None:
    parent.goto(f"{address}purpose/photo/")
    parent.page.locator("input[name=photo][value=given]").check()
    parent.page.get_by_label("Họ và tên của bạn").fill("Trần Thị Nga")
    expect(parent.page.get_by_label("Quan hệ với học sinh")).to_have_value("mẹ")  # the link was made for her alone
    press(parent, "Xem lại câu trả lời")
    press(parent, "Gửi câu trả lời")
    expect(parent.page.locator(".alert.ok")).to_contain_text("Câu trả lời đã được ghi nhận")


def say_no(parent: Walker, address: str) -> None:
    """He finds that it is agreed to, and takes it back."""
    parent.goto(address)
    about_photographs = parent.page.locator(".consent-answers li").filter(has_text="ảnh")
    about_photographs.get_by_role("link", name=re.compile("Rút lại")).click()
    parent.look()
    press(parent, "Đúng, rút lại")
    expect(parent.page.locator(".alert.ok")).to_contain_text("Đã rút lại đồng ý")


def settle(bao: Walker, child: dict) -> None:
    """The coordinator finds the disagreement on the desk, asks both, and records what they signed."""
    bao.goto("/desk/")
    task = bao.page.locator(".todo li").filter(has_text=f"Hai người giám hộ không thống nhất: {child['name']}")
    task.get_by_role("link", name="Xem").click()
    expect(bao.page.get_by_role("main")).to_contain_text("Hãy hỏi cả hai")
    bao.look()
    bao.page.locator(".alert.wait").get_by_role("link", name=re.compile("Ghi nhận")).click()
    bao.look()
    bao.page.locator("input[name=answer][value=given]").check()
    bao.page.get_by_label("Ngày ký giấy").fill(f"{timezone.localdate():%d/%m/%Y}")
    picture = BytesIO()
    Image.new("RGB", (600, 800), "white").save(picture, "JPEG")
    scan = {"name": "bien-ban.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    bao.page.locator("input[type=file]").set_input_files(scan)
    bao.page.locator("input[name=reason], textarea[name=reason]").fill("Cả cha và mẹ đã đến trường")
    press(bao, "Ghi nhận")
    expect(bao.page.locator(".alert.ok")).to_be_visible()
    expect(bao.page.get_by_role("main")).to_contain_text("kết quả hai người giám hộ thống nhất")
    bao.look()


def press(walker: Walker, name: str) -> None:
    walker.page.locator("main").get_by_role("button", name=name).click()
