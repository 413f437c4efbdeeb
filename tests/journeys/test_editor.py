"""Journey 8: chị Linh writes, anh Khôi approves, and a visitor reads it. The editor's own pages are Wagtail's."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.portal import PASSWORD
from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey

CURRICULUM, LESSON = "Cột đèn tín hiệu ở ngã tư trước trường", "Mạch đèn ba màu"
TRIP = "Một buổi ở xưởng in 3D"


def enter(walker: Walker, door: str, user: str) -> Page:
    """Every door of the editor's pages leads to the portal's one sign-in."""
    page = walker.page
    walker.goto(door)
    expect(page).to_have_url(re.compile("/accounts/login/"))
    walker.look()
    page.locator("input[name=login]").fill(user)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form[method=post] button[type=submit]").first.click()
    page.wait_for_url(re.compile("/(cms|desk)/$|/accounts/2fa/authenticate/"))
    if "authenticate" in page.url:  # everyone who publishes has a second factor
        walker.second_step()
        page.wait_for_url(re.compile("/(cms|desk)/$"))
    walker.goto("/cms/")
    expect(page.get_by_role("heading", name="Viết cho cổng")).to_be_visible()
    return page


def begin(editor: Page, section: str) -> None:
    editor.goto("/cms/")
    editor.get_by_role("link", name=f"Trang mới trong «{section}»").click()
    expect(editor.locator("[name=title]")).to_be_visible()


def fill(editor: Page, **fields: str) -> None:
    for name, words in fields.items():
        field = editor.locator(f"[name={name}]")
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(words)
        else:
            field.fill(words)


def add_block(editor: Page, stream: str, **fields: str) -> None:
    """One more block at the end of a stream; a block of one field takes ``value``."""
    panel = editor.locator(f"[id$='-{stream}-section']")
    count = int(editor.locator(f"[name={stream}-count]").input_value())
    panel.locator(".c-sf-add-button").last.click()
    for name, words in fields.items():
        part = f"{stream}-{count}-value" + ("" if name == "value" else f"-{name}")
        editor.locator(f"[name={part}]").fill(words)


def save_draft(editor: Page) -> str:
    """The number of the page, from its address."""
    editor.get_by_role("button", name="Lưu bản nháp").click()
    editor.wait_for_url("**/edit/")
    return re.search(r"/pages/(\d+)/edit/", editor.url)[1]


def submit(editor: Page, number: str) -> None:
    editor.goto(f"/cms/pages/{number}/edit/")
    editor.get_by_role("button", name="Thao tác khác").click()
    expect(editor.get_by_role("button", name=re.compile("Xuất bản"))).to_have_count(0)
    editor.get_by_role("button", name=re.compile("Gửi duyệt")).click()
    expect(editor.locator(".messages")).to_contain_text("duyệt")


def approve(moderator: Page, title: str) -> None:
    """From the moderator's home: open what waits, then approve it."""
    moderator.goto("/cms/")
    moderator.get_by_role("link", name=title).first.click()
    moderator.wait_for_url("**/edit/")
    moderator.get_by_role("button", name="Thao tác khác").click()
    moderator.locator("[data-workflow-action-name=approve]").first.click()
    expect(moderator.locator(".messages")).to_contain_text(title)


def write_curriculum(editor: Page) -> str:
    begin(editor, "Bài học STEM")
    fill(editor, title=CURRICULUM, summary="Mỗi nhóm làm một cột đèn ba màu chạy đúng nhịp giờ tan trường.")
    fill(editor, code="DEN-TIN-HIEU", grade_from="9", grade_to="9", minutes="90", cost_vnd="25000")
    editor.get_by_label("Công nghệ", exact=True).check()
    add_block(editor, "aims", value="Lắp được mạch có ba đèn sáng lần lượt.")
    return save_draft(editor)


def write_lesson(editor: Page, curriculum: str) -> str:
    editor.goto(f"/cms/pages/{curriculum}/")
    editor.get_by_role("link", name="Thêm trang con").click()
    fill(editor, title=LESSON, minutes="90")
    add_block(editor, "steps", title="Quan sát ngã tư", minutes="20", teacher="Chiếu đoạn phim.", pupils="Bấm giờ.")
    add_block(editor, "steps", title="Lắp mạch", minutes="70", teacher="Kiểm tra nguồn.", pupils="Lắp và thử.")
    return save_draft(editor)


def write_field_trip(editor: Page) -> str:
    begin(editor, "Tham quan trải nghiệm")
    fill(editor, title=TRIP, summary="Vẽ, cắt lớp và in một món đồ nhỏ.", code="XUONG-IN-3D", minutes="120")
    fill(editor, grade_from="6", grade_to="9", max_pupils="30", pupils_per_adult="15", price_vnd="20000")
    editor.locator("[name=centre]").select_option(index=1)
    add_block(editor, "schedule", title="Vẽ mẫu", minutes="60", text="Mỗi em vẽ một mẫu.")
    return save_draft(editor)


def preview(walker: Walker, number: str, *, words: list[str]) -> None:
    walker.goto(f"/cms/pages/{number}/view_draft/")
    for expected in words:
        expect(walker.page.locator("main")).to_contain_text(expected)
    walker.look(other_language=False)


def test_an_editor_writes_and_submits_a_moderator_publishes_and_a_visitor_reads(person):
    linh = person()
    editor = enter(linh, "/cms/login/", "linh")
    curriculum = write_curriculum(editor)
    lesson = write_lesson(editor, curriculum)
    trip = write_field_trip(editor)
    preview(linh, curriculum, words=[CURRICULUM, "25.000", "Lớp 9", "ba đèn sáng lần lượt"])
    preview(linh, lesson, words=[LESSON, "Quan sát ngã tư", "Lắp mạch"])
    preview(linh, trip, words=[TRIP, "20.000", "Vẽ mẫu"])

    visitor = person()
    visitor.goto("/bai-hoc-stem/?grade=9")
    expect(visitor.page.get_by_role("link", name=CURRICULUM)).to_have_count(0)
    for number in (curriculum, lesson, trip):
        submit(editor, number)

    moderator = enter(person(), "/cms/", "khoi")
    for title in (CURRICULUM, LESSON, TRIP):
        approve(moderator, title)

    read_what_is_new(visitor)


def read_what_is_new(visitor: Walker) -> None:
    page = visitor.page
    visitor.goto("/bai-hoc-stem/?grade=9")
    page.get_by_role("link", name=CURRICULUM).click()
    expect(page.locator("main")).to_contain_text("25.000")
    visitor.look()
    page.get_by_role("link", name=LESSON).first.click()
    expect(page.get_by_role("heading", name="Lắp mạch")).to_be_visible()
    visitor.look()
    visitor.goto("/tham-quan/")
    page.get_by_role("link", name=TRIP).click()
    expect(page.locator("main")).to_contain_text("Vẽ mẫu")
    visitor.look()
