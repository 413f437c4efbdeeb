"""Journey: two phones, a team, a photograph and a film on a bad line; then the approvals, and the receipt."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.contest import (
    Contest,
    Film,
    Line,
    Pupil,
    begin,
    choose_film,
    decide,
    hold_contest,
    make_film,
    press_submit,
    see_state,
    send_photograph,
    state_honesty,
    wait_until_sent,
)
from tests.journeys.portal import Portal
from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey
TITLE = "Bẫy muỗi từ chai nhựa và men bánh mì"
FIRST = "Quanh trường em nhiều muỗi. Em thử ba loại mồi trong hai tuần."
HERE, THERE = f"{FIRST} Mồi men bánh mì bắt được nhiều nhất.", f"{FIRST} Em đếm muỗi vào mỗi buổi sáng."


@pytest.fixture(scope="module")
def contest(portal: Portal) -> Contest:
    return hold_contest(portal, "phim-khoa-hoc", "Phim khoa học học sinh")


def test_a_film_comes_in_on_a_bad_line_and_stands_on_the_receipt(person, contest, tmp_path):
    an, binh, _other = contest.pupils
    film = make_film(tmp_path / "gioi-thieu.mp4", 100)
    phone = person(an.login, phone=True)
    address = begin(phone, contest, TITLE, FIRST)
    two_phones_disagree(phone, person(an.login, phone=True), address)
    classmate = person(binh.login, phone=True)
    invite(phone, address, binh)
    join(classmate, an, binh)
    send_photograph(phone, address)
    send_film_on_a_bad_line(phone, address, film)
    phone = person(an.login, phone=True)
    go_on_with_the_film(phone, film)
    for pupil in (phone, classmate):
        state_honesty(pupil, address)
    press_submit(phone, address)
    see_state(classmate, address, "Chờ xác nhận")

    decide(person("hanh"), TITLE, "mentor")
    decide(person("yen"), TITLE, "school")
    see_state(phone, address, "Đã xác nhận, đang dự thi")
    read_the_receipt(phone, address, film, [an.name, binh.name])
    read_the_receipt(classmate, address, film, [an.name, binh.name])


def two_phones_disagree(here: Walker, there: Walker, address: str) -> None:
    """Both have the page open; the second to save sees both texts and keeps its own, or takes the other."""
    for phone in (here, there):
        phone.goto(f"{address}edit/")
    here.page.locator("textarea[name=summary]").fill(HERE)
    expect(here.page.locator("[data-draft-words]")).to_contain_text("Đã lưu lúc")

    there.page.locator("textarea[name=summary]").fill(THERE)
    conflict = there.page.locator("[data-conflict-of=summary]")
    expect(conflict.locator("blockquote")).to_have_text(HERE)
    expect(there.page.locator("textarea[name=summary]")).to_have_value(THERE)
    there.look(other_language=False)
    conflict.get_by_role("button", name="Lấy nội dung kia").click()
    expect(there.page.locator("textarea[name=summary]")).to_have_value(HERE)
    expect(conflict).to_have_count(0)

    there.page.locator("textarea[name=summary]").fill(THERE)
    expect(there.page.locator("[data-draft-words]")).to_contain_text("Đã lưu lúc")
    here.page.locator("textarea[name=summary]").fill(f"{HERE} Thử lại hai lần.")
    conflict = here.page.locator("[data-conflict-of=summary]")
    expect(conflict.locator("blockquote")).to_have_text(THERE)
    conflict.get_by_role("button", name="Giữ nội dung").click()
    expect(here.page.locator("[data-draft-words]")).to_contain_text("Đã lưu lúc")
    there.page.reload()
    expect(there.page.locator("textarea[name=summary]")).to_have_value(f"{HERE} Thử lại hai lần.")


def invite(pupil: Walker, address: str, classmate: Pupil) -> None:
    page = pupil.page
    pupil.goto(f"{address}team/")
    pupil.look()
    page.locator("select[name=pupil]").select_option(label=classmate.name)
    page.get_by_role("button", name="Mời", exact=True).click()
    expect(page.locator(".alert.ok")).to_contain_text(f"Đã mời {classmate.name}")
    pupil.look(other_language=False)


def join(pupil: Walker, inviter: Pupil, own: Pupil) -> None:
    """Nobody is put into a team: the invitation waits on the own desk."""
    page = pupil.page
    pupil.goto("/desk/")
    page.locator(".todo li").filter(has_text=f"{inviter.name} mời vào đội: {TITLE}").get_by_role("link").click()
    expect(page.get_by_role("main")).to_contain_text(inviter.name)
    pupil.look()
    page.get_by_role("button", name="Vào đội").click()
    expect(page.get_by_role("region", name="Trong đội").get_by_role("listitem")).to_have_count(2)
    expect(page.get_by_role("main")).to_contain_text(f"{own.name} (em)")
    pupil.look(other_language=False)


def send_film_on_a_bad_line(pupil: Walker, address: str, film: Film) -> None:
    """The line is cut twice, and at about 60 percent the browser is closed."""
    pupil.goto(f"{address}documents/film/")
    pupil.look()
    line = Line(pupil, megabytes=8)
    choose_film(pupil, film)
    for percent in (15, 35):
        wait_until_sent(pupil, percent)
        line.cut()
    wait_until_sent(pupil, 60)
    pupil.page.context.close()


def go_on_with_the_film(pupil: Walker, film: Film) -> None:
    """On another browser, from the list of unfinished files; what has arrived is not sent again."""
    page = pupil.page
    pupil.goto("/desk/")
    page.locator(".todo li").filter(has_text="Còn 1 tệp chưa gửi xong").get_by_role("link").click()
    page.wait_for_url("**/files/uploads/")
    arrived = page.get_by_role("row").filter(has_text=film.path.name)
    reached = int(re.search(r"(\d+)%", arrived.inner_text()).group(1))
    assert 55 <= reached < 100
    pupil.look()
    arrived.get_by_role("link", name="Tiếp tục").click()
    page.wait_for_url("**/documents/film/")
    expect(page.locator("[data-upload-list]")).to_contain_text(f"{film.path.name}”: đã gửi {reached}%")
    pupil.look(other_language=False)
    sent = []
    page.on("request", lambda request: sent.append(request.headers) if request.method == "PATCH" else None)
    choose_film(pupil, film)
    expect(page.locator("[data-upload-words]")).to_contain_text("Đã gửi xong")
    begun = int(sent[0]["upload-offset"])
    assert begun * 100 // film.path.stat().st_size == reached
    expect(page.get_by_role("main").get_by_role("link", name=film.path.name, exact=True)).to_be_visible(timeout=60_000)
    pupil.look()


def read_the_receipt(pupil: Walker, address: str, film: Film, team: list[str]) -> None:
    page = pupil.page
    pupil.goto(address)
    page.get_by_role("link", name="Giấy biên nhận").click()
    page.wait_for_url("**/receipt/")
    expect(page.get_by_role("main")).to_contain_text(film.sha256)
    pupil.look()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    paper = PdfReader(BytesIO(download.value.path().read_bytes()))
    words = " ".join("".join(each.extract_text() for each in paper.pages).split())
    assert film.sha256 in words
    for said in (TITLE, *team):
        assert said in words
