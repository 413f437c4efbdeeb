"""Journey: the minute of the deadline. One file arrives in grace; another pupil presses a second too late."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.contest import (
    Contest,
    Film,
    Line,
    begin,
    choose_film,
    close_in,
    hold_contest,
    make_film,
    picture,
    see_state,
    send_button,
    send_photograph,
    state_honesty,
    wait_until_sent,
)
from tests.journeys.portal import Portal
from tests.journeys.walker import Walker

pytestmark = pytest.mark.journey
IN_TIME, LATE = "Đèn học tự điều chỉnh độ sáng", "Ghế đá từ túi ni lông ép"
SUMMARY = "Ở lớp em, bàn gần cửa sổ thì chói, bàn cuối lớp thì tối. Em đo độ sáng ở 40 chỗ ngồi."


@pytest.fixture(scope="module")
def contest(portal: Portal) -> Contest:
    return hold_contest(portal, "phut-cuoi", "Cuộc thi phút cuối")


def test_a_file_arrives_in_grace_and_a_press_comes_too_late(person, portal, contest, tmp_path):
    early, late, _other = contest.pupils
    film = make_film(tmp_path / "den-hoc.mp4", 24)
    punctual, last_minute = person(early.login, phone=True), person(late.login, phone=True)
    address = ready_but_for_the_film(punctual, contest, IN_TIME)
    late_address = ready_but_for_the_film(last_minute, contest, LATE)
    send_film(last_minute, late_address, make_film(tmp_path / "ghe-da.mp4", 1))
    last_minute.goto(f"{late_address}submit/")
    on_the_picture = person(late.login, phone=True)
    on_the_picture.goto(f"{late_address}documents/photographs/")
    send_half(punctual, address, film)

    other_phone = person(early.login, phone=True)
    closes = close_in(portal, contest, 20)
    submit_while_it_is_sent(other_phone, address)
    wait_until(last_minute, closes, seconds=1)
    press_too_late(last_minute, closes)
    begin_a_file_too_late(on_the_picture, closes)

    go_on_in_grace(punctual, address, film)
    see_state(punctual, address, "Chờ xác nhận")
    read_of_the_grace(punctual, address, film)
    nothing_is_lost(last_minute, late_address)


def ready_but_for_the_film(pupil: Walker, contest: Contest, title: str) -> str:
    address = begin(pupil, contest, title, SUMMARY)
    send_photograph(pupil, address)
    state_honesty(pupil, address)
    return address


def send_film(pupil: Walker, address: str, film: Film) -> None:
    pupil.goto(f"{address}documents/film/")
    choose_film(pupil, film)
    expect(pupil.page.get_by_role("main").get_by_role("link", name=film.path.name, exact=True)).to_be_visible()


def send_half(pupil: Walker, address: str, film: Film) -> None:
    """It stands still half way, and its page is closed."""
    page = pupil.page
    pupil.goto(f"{address}documents/film/")
    Line(pupil, megabytes=4)
    choose_film(pupil, film)
    wait_until_sent(pupil, 20)
    page.get_by_role("button", name="Tạm dừng").click()
    expect(page.locator("[data-upload-words]")).to_contain_text("Đã tạm dừng")


def go_on_in_grace(pupil: Walker, address: str, film: Film) -> None:
    """Nothing new can be begun; what was under way is found again, and goes on where it stopped."""
    page = pupil.page
    pupil.goto(f"{address}documents/film/")
    expect(page.get_by_role("main")).to_contain_text("Dự án đã nộp đúng hạn")
    expect(page.locator("[data-upload-list]")).to_contain_text(film.path.name)
    pupil.look()
    choose_film(pupil, film)
    expect(page.get_by_role("main").get_by_role("link", name=film.path.name, exact=True)).to_be_visible()
    pupil.look(other_language=False)


def submit_while_it_is_sent(pupil: Walker, address: str) -> None:
    """On another telephone, in the last seconds: the page says that the film may follow."""
    page = pupil.page
    pupil.goto(f"{address}submit/")
    expect(page.get_by_role("main")).to_contain_text("Không cần chờ gửi xong")
    page.get_by_role("button", name="Nộp").click()
    page.wait_for_url(address)
    expect(page.locator("main .tag").first).to_have_text("Đã nộp, tệp còn đang gửi lên")
    pupil.look()


def wait_until(pupil: Walker, moment: str, *, seconds: int) -> None:
    """The server and this test share one clock; in Vietnam it is seven hours later than UTC."""
    until = datetime.strptime(f"{moment} +0700", "%H:%M:%S, %d/%m/%Y %z") + timedelta(seconds=seconds)
    left = (until - datetime.now(tz=until.tzinfo)).total_seconds()
    assert left > 0, "the deadline was over before the first pupil had submitted"
    pupil.page.wait_for_timeout(left * 1000)


def press_too_late(pupil: Walker, closes: str) -> None:
    page = pupil.page
    page.get_by_role("button", name="Nộp").click()
    refusal = page.get_by_role("main").get_by_text(re.compile(f"Hạn cuối là {re.escape(closes)}"))
    expect(refusal.first).to_be_visible()
    [received] = re.findall(r"máy chủ nhận được lúc (\d\d:\d\d:\d\d, \d\d/\d\d/\d{4})", refusal.first.inner_text())
    assert received > closes
    pupil.look(other_language=False)


def begin_a_file_too_late(pupil: Walker, closes: str) -> None:
    """The page was opened in time: it says why the file is not taken, and not that the line broke."""
    page = pupil.page
    file = {"name": "ghe-da.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    page.locator("[data-upload] input[type=file]").set_input_files(file)
    send_button(pupil).click()
    expect(page.locator("[data-upload-words]")).to_contain_text(f"Hạn cuối là {closes}")
    pupil.look(other_language=False)


def read_of_the_grace(pupil: Walker, address: str, film: Film) -> None:
    page = pupil.page
    pupil.goto(f"{address}receipt/")
    lines = page.get_by_role("region", name="Những gì đã nộp").locator("dd")
    expect(lines.filter(has_text=film.sha256)).to_contain_text("trong thời gian gia hạn gửi tệp sau hạn nộp")
    expect(lines.filter(has_not_text=film.sha256)).not_to_contain_text("gia hạn")
    pupil.look()


def nothing_is_lost(pupil: Walker, address: str) -> None:
    page = pupil.page
    pupil.goto(f"{address}edit/")
    page.wait_for_url(address)
    main = page.get_by_role("main")
    expect(main).to_contain_text("Đã hết hạn nộp và dự án chưa nộp nên không được dự thi")
    expect(main).to_contain_text(SUMMARY)
    expect(main.get_by_role("link", name="ghe-da.mp4")).to_be_visible()
    expect(main.get_by_role("link", name="Làm tiếp")).to_have_count(0)
    pupil.look()
