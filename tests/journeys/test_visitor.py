"""Journey 1: somebody from the street reads a lesson, looks for a field trip with places, and changes the language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.journey

CURRICULUM, CURRICULUM_IN_ENGLISH = "Trạm đo không khí của trường em", "Our school's air station"
LESSON, LESSON_IN_ENGLISH = "Hạt bụi nào theo ta vào phổi?", "Which dust follows us into our lungs?"
RESOLUTION = "Nghị quyết về đột phá phát triển khoa học, công nghệ, đổi mới sáng tạo và chuyển đổi số quốc gia"


@pytest.fixture
def page_without_scripts(browser, portal) -> Iterator[Page]:
    context = browser.new_context(base_url=portal.url, java_script_enabled=False, locale="vi-VN")
    yield context.new_page()
    context.close()


def heading(page: Page, name: str | re.Pattern):
    return page.get_by_role("heading", level=1, name=name)


def open_list_from_home(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_role("navigation", name="Chính").get_by_role("link", name=name).click()
    expect(heading(page, name)).to_be_visible()


def narrow(page: Page, **choices: str) -> None:
    """Choose by label; each choice says in brackets how many pages it leaves."""
    for label, words in choices.items():
        select = page.get_by_label(label.replace("_", " "))
        select.select_option(select.locator("option", has_text=words).get_attribute("value"))
    page.get_by_role("button", name="Lọc", exact=True).click()


def find_the_curriculum(page: Page) -> None:
    open_list_from_home(page, "Bài học STEM")
    everything = page.locator("ul.grid > li").count()
    narrow(page, Cấp_học="Trung học cơ sở", Môn_học="Tin học")
    page.wait_for_url(re.compile("level=lower_secondary.*subject=tin-hoc"))
    found = page.locator("ul.grid > li")
    assert 0 < found.count() < everything
    for card in found.all():
        expect(card).to_contain_text("Trung học cơ sở")
        expect(card).to_contain_text("Tin học")
    page.get_by_role("link", name=CURRICULUM).click()
    expect(heading(page, CURRICULUM)).to_be_visible()


def open_the_lesson(page: Page) -> None:
    page.get_by_role("region", name="Các tiết học").get_by_role("link", name=LESSON).click()
    expect(heading(page, LESSON)).to_be_visible()
    expect(page.get_by_role("heading", name="Xác định vấn đề")).to_be_visible()


def change_language(page: Page, words: str) -> None:
    page.locator("header").get_by_role("link", name=words).click()


def test_a_visitor_finds_a_curriculum_by_level_and_subject_and_reads_a_lesson(person):
    visitor = person()
    visitor.goto("/")
    visitor.look()
    find_the_curriculum(visitor.page)
    visitor.look()
    open_the_lesson(visitor.page)
    visitor.look()
    visitor.page.get_by_role("link", name="Để con số lên tiếng").click()
    expect(heading(visitor.page, "Để con số lên tiếng")).to_be_visible()


def test_the_narrowed_list_fits_a_phone_and_an_empty_one_shows_the_way_out(person):
    visitor = person(phone=True)
    visitor.goto("/bai-hoc-stem/?level=lower_secondary&subject=tin-hoc")
    visitor.look()
    visitor.goto("/bai-hoc-stem/?grade=1&subject=tin-hoc")
    expect(visitor.page.get_by_text("Chưa có bài học nào hợp với mọi lựa chọn")).to_be_visible()
    visitor.look()
    visitor.page.locator("main .empty").get_by_role("link", name="Xem tất cả").click()
    expect(visitor.page.locator("ul.grid > li").first).to_be_visible()


def test_a_visitor_finds_a_field_trip_and_sees_its_dates_with_the_seats_left(person):
    visitor = person()
    page = visitor.page
    open_list_from_home(page, "Tham quan")
    visitor.look()
    narrow(page, Cấp_học="Trung học cơ sở")
    page.get_by_role("link", name="Một ngày ở xưởng chế tạo số").click()
    expect(heading(page, "Một ngày ở xưởng chế tạo số")).to_be_visible()
    visitor.look()

    session, seats = a_session_with_places(page)
    session.click()
    expect(page.locator(".seats")).to_contain_text(f"{seats} chỗ")
    visitor.look()
    page.get_by_role("link", name="Đặt cho lớp của tôi").click()
    expect(heading(page, "Đăng nhập")).to_be_visible()


def a_session_with_places(page: Page):
    """The first day of the calendar with a number on it, and the number."""
    days = page.get_by_role("link", name=re.compile(r"còn \d+$"))
    seats = re.search(r"còn (\d+)$", days.first.inner_text().strip())[1]
    return days.first, seats


def test_the_calendar_turns_to_other_months(person):
    visitor = person()
    visitor.goto("/tham-quan/mot-ngay-o-xuong-che-tao-so/")
    this_month = visitor.page.locator("#calendar").inner_text()
    visitor.page.get_by_role("link", name="Tháng sau").click()
    expect(visitor.page.locator("#calendar")).not_to_have_text(this_month)
    visitor.look()
    visitor.page.get_by_role("link", name="Tháng trước").click()
    expect(visitor.page.locator("#calendar")).to_have_text(this_month)


def test_a_visitor_changes_to_english_and_back_on_the_same_page(person):
    visitor = person()
    page = visitor.page
    find_the_curriculum(page)
    open_the_lesson(page)
    change_language(page, "English")
    expect(heading(page, LESSON_IN_ENGLISH)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name=CURRICULUM_IN_ENGLISH).first.click()
    expect(heading(page, CURRICULUM_IN_ENGLISH)).to_be_visible()
    change_language(page, "Tiếng Việt")
    expect(heading(page, CURRICULUM)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "vi")


def test_the_search_finds_words_that_were_typed_without_accents(person):
    visitor = person()
    page = visitor.page
    visitor.goto("/")
    page.get_by_role("searchbox", name="Tìm trên cổng").fill("doi moi")
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.locator("ol.results > li").first).to_contain_text("đổi mới")
    visitor.look()
    page.get_by_role("link", name=RESOLUTION).click()
    expect(heading(page, RESOLUTION)).to_be_visible()
    visitor.look()


def test_everything_to_read_works_without_scripts(page_without_scripts):
    page = page_without_scripts
    find_the_curriculum(page)
    open_the_lesson(page)
    change_language(page, "English")
    expect(heading(page, LESSON_IN_ENGLISH)).to_be_visible()

    page.goto("/tham-quan/mot-ngay-o-xuong-che-tao-so/")
    session, seats = a_session_with_places(page)
    session.click()
    expect(page.locator(".seats")).to_contain_text(f"{seats} chỗ")

    page.goto("/")
    page.get_by_role("searchbox", name="Tìm trên cổng").fill("doi moi")
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.get_by_role("link", name=RESOLUTION)).to_be_visible()
