"""Journey: two schools merge with a doubtful twin; the coordinator decides, and the department undoes the merger."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.portal import Portal
from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey

GOES, STAYS = "Trường THCS Thuận Giao", "Trường THCS Phú Lợi"
NAME = "Mạc Thị Ánh Tuyết"
REASON = "Nghị quyết sáp nhập bị thu hồi"
# A girl of each school has one name and one birthday; each school numbers its pupils itself.
DOUBT = f"""
from programs.pupils.models import Pupil
from programs.schools.models import School
own = "Danh sách của trường"
for number, name in enumerate(["{GOES}", "{STAYS}"]):
    pupil = Pupil.objects.filter(school__name=name, user=None, left_on=None).order_by("pk").last()
    pupil.full_name, pupil.birth_date, pupil.source, pupil.external_id = "{NAME}", "2013-03-08", own, f"01{{number}}"
    pupil.given_name = ""
    pupil.save()
print("codes", *School.objects.filter(name__in=["{GOES}", "{STAYS}"]).order_by("-name").values_list("code", flat=True))
"""


def heading(walker: Walker, name: str | re.Pattern):
    return walker.page.get_by_role("heading", level=1, name=name)


def press(walker: Walker, name: str) -> None:
    walker.page.locator("main").get_by_role("button", name=name).click()


def follow(walker: Walker, name: str | re.Pattern) -> None:
    walker.page.locator("main").get_by_role("link", name=name).first.click()


def prepare(portal: Portal) -> tuple[str, str]:
    """The codes of the school that goes and of the one that stays."""
    printed = portal.manage("shell", "--command", DOUBT)
    goes, stays = re.search(r"codes (\S+) (\S+)", printed).groups()
    return goes, stays


def test_two_schools_merge_with_a_doubtful_twin_and_are_separated_again(person, portal):
    goes, stays = prepare(portal)
    nam = person("nam")
    merge(nam, goes, stays)
    bao = person("bao")
    decide(bao)
    lam = person("lam")
    lam.goto(f"/desk/schools/{goes}/")
    expect(heading(lam, STAYS)).to_be_visible()  # the old address leads to the school that he works for now
    undo(nam)
    lam.goto(f"/desk/schools/{goes}/")
    expect(heading(lam, GOES)).to_be_visible()
    expect(lam.page.get_by_role("rowheader", name="8A1", exact=True)).to_be_visible()
    bao.goto(f"/desk/schools/{stays}/pairs/")
    expect(bao.page.locator("main")).to_contain_text("Không có gì cần quyết định")
    bao.look()


def merge(nam: Walker, goes: str, stays: str) -> None:
    """The preview names the two girls, and says until when the merger can be undone."""
    nam.goto(f"/desk/schools/{goes}/merge/?into={stays}")
    expect(heading(nam, re.compile(f"{GOES} sáp nhập vào {STAYS}"))).to_be_visible()
    doubt = nam.page.get_by_role("row").filter(has_text=NAME)
    expect(doubt).to_contain_text("Cùng họ tên và ngày sinh")
    expect(nam.page.get_by_text("Có thể hủy việc sáp nhập đến hết")).to_be_visible()
    nam.look()
    nam.page.get_by_label("Lý do").fill("Sắp xếp lại trường lớp của phường")
    press(nam, "Sáp nhập")
    expect(heading(nam, STAYS)).to_be_visible()


def decide(bao: Walker) -> None:
    bao.goto("/desk/")
    task = bao.page.locator("main").get_by_role("listitem").filter(has_text="1 cặp học sinh có thể là cùng một em")
    task.get_by_role("link").first.click()
    expect(heading(bao, "Học sinh có thể là cùng một em")).to_be_visible()
    bao.look()
    follow(bao, re.compile("So sánh và quyết định"))
    expect(heading(bao, "Một em hay hai em?")).to_be_visible()
    bao.look()
    bao.page.get_by_label(re.compile("Một em: giữ hồ sơ")).first.check()
    press(bao, "Lưu quyết định")
    expect(bao.page.get_by_text("Hai hồ sơ nay là một")).to_be_visible()
    bao.look()
    follow(bao, re.compile("Là hai em"))
    expect(heading(bao, "Đây có phải hai em không?")).to_be_visible()
    bao.look()


def undo(nam: Walker) -> None:
    nam.goto("/desk/mergers/")
    expect(heading(nam, "Các lượt sáp nhập còn hủy được")).to_be_visible()
    nam.look()
    nam.page.get_by_role("row").filter(has_text=GOES).get_by_role("link", name=re.compile("Xem, hủy")).click()
    expect(heading(nam, f"Tách lại {GOES} khỏi {STAYS}")).to_be_visible()
    nam.look()
    nam.page.get_by_label("Lý do").fill(REASON)
    press(nam, "Hủy việc sáp nhập")
    expect(heading(nam, GOES)).to_be_visible()
    expect(nam.page.locator("main")).to_contain_text(REASON)
    nam.look()
