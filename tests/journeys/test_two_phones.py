"""Journey: two phones disagree. Both words stand on both phones and on the page until a person decides."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.door import check_in, groups, look_offline, open_group, open_the_door, two_groups_come

HERE, OTHER = "BD-CUA66", "BD-CUA77"


@pytest.fixture(scope="module", autouse=True)
def two_groups(portal) -> None:
    two_groups_come(portal, HERE, OTHER)


@pytest.mark.journey
def test_two_phones_disagree(person):
    tram, trung = person("tram", phone=True), person("trung", phone=True)
    for phone in (tram, trung):
        open_the_door(phone)
        phone.page.context.set_offline(True)
    # Chị Trâm sees all ten at the front door; anh Trung counts once more at the workshop, and two are missing.
    everybody = check_in(tram, HERE, adults="2")
    open_group(trung, HERE)
    absent = trung.page.locator("#door-choices label").nth(0).inner_text().strip()
    trung.page.locator("#door-back").click()
    fewer = check_in(trung, HERE, absent=2, adults="3")
    assert fewer == everybody - 2
    for phone in (trung, tram):
        phone.page.context.set_offline(False)
        expect(phone.page.locator("#door-status")).to_contain_text("Đã gửi hết", timeout=40_000)

    # Each sees what the other said, and who said it.
    for phone in (tram, trung):
        phone.page.reload()
        row = groups(phone).filter(has_text=HERE)
        expect(row).to_contain_text(f"đã đến: {everybody} học sinh")
        expect(row).to_contain_text("ghi nhận không khớp")
        expect(groups(phone).filter(has_text=OTHER)).not_to_contain_text("không khớp")
        open_group(phone, HERE)
        words = phone.page.locator("#door-words-list li")
        expect(words).to_have_count(2)
        expect(words.filter(has_text="Trâm")).to_contain_text(f"{everybody} học sinh, 2 người lớn")
        expect(words.filter(has_text="Trung")).to_contain_text(f"{fewer} học sinh, 3 người lớn")
        expect(words.filter(has_text="Trung")).to_contain_text(absent)
        look_offline(phone)
    page = person("tram")
    page.goto("/desk/centre/")
    expect(page.page.locator("ul.groups > li").filter(has_text=HERE)).to_contain_text("hai máy ghi khác nhau")
    page.goto(f"/desk/centre/bookings/{HERE}/")
    dispute = page.page.locator("#dispute")
    expect(dispute).to_contain_text("không khớp")
    expect(dispute.locator("li").filter(has_text="Trung")).to_contain_text(absent)
    page.look()

    # They talk; chị Trâm takes over what anh Trung counted. Nothing is left to decide, anywhere.
    tram.page.locator("#door-words-list li").filter(has_text="Trung").get_by_role("button").click()
    expect(tram.page.locator("#door-pupils")).to_have_value(str(fewer))
    tram.page.locator("#door-form").get_by_role("button", name="Điểm danh").click()
    expect(tram.page.locator("#door-status")).to_contain_text("Đã gửi hết")
    trung.page.reload()
    trung.page.locator("#door-back").click()
    for phone in (tram, trung):
        row = groups(phone).filter(has_text=HERE)
        expect(row).to_contain_text(f"đã đến: {fewer} học sinh, 3 người lớn")
        expect(row).not_to_contain_text("không khớp")
    page.page.reload()
    expect(dispute).to_have_count(0)
    expect(page.page.locator("input[name=pupils]")).to_have_value(str(fewer))
