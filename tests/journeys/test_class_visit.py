"""Journeys 3, 4 and 5: class 8A1 books a field trip, comes, and holds its certificates; another waits and is offered."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
import segno
from icalendar import Calendar
from PIL import Image
from playwright.sync_api import Download, Locator, expect
from pypdf import PageObject, PdfReader

from tests.journeys.portal import Portal, link_in
from tests.journeys.walker import Walker

TRIP = "Một ngày ở xưởng chế tạo số"
REFERENCE = re.compile(r"BD-[0-9A-Z]{5}")
# Other journeys bring other groups of the class to the centre on the same day.
OF_35 = re.compile(r"THCS Phú Lợi · 8A1\D*(?:\d+ trên )?35 học sinh")
A4_LANDSCAPE = (842, 595)  # points


# --- 3. A teacher books, cancels; the places are offered to the next in line -----------------------
@pytest.mark.journey
def test_a_class_is_booked_and_cancelled_and_the_next_in_line_is_offered_the_places(person, portal):
    hanh, lam = person("hanh"), person("lam")

    session = _find_a_session_with_places(hanh)
    reference = _book(hanh)
    _read_the_mail(portal, "hanh@example.vn", f"Đã giữ chỗ {reference}")
    _see_it_on_the_desk(hanh, reference)
    _keep_it_in_the_calendar(hanh, reference)

    waiting = _join_the_waiting_list(lam, session)
    _read_the_mail(portal, "lam@example.vn", f"Danh sách chờ {waiting}")

    _cancel(hanh, reference)
    _read_the_mail(portal, "hanh@example.vn", f"Đã hủy {reference}")
    _read_the_mail(portal, "lam@example.vn", f"Mời nhận chỗ {waiting}")
    _see_the_offer_on_the_desk(lam, waiting)
    _take_the_places_by_the_letter(person(phone=True), portal, waiting)
    _see_that_it_has_places(lam, waiting)
    subjects = [str(mail["Subject"]) for mail in portal.mails_to("lam@example.vn")]
    assert sum(f"Mời nhận chỗ {waiting}" in subject for subject in subjects) == 1


def _find_a_session_with_places(teacher: Walker) -> str:
    """From the list of trips to the calendar of one, and in next month to a session that nobody has booked."""
    page = teacher.page
    teacher.goto("/tham-quan/")
    page.get_by_role("main").get_by_role("link", name=TRIP).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TRIP)
    page.locator(".cal-head a[rel=next]").click()
    page.wait_for_url("**month=*")
    teacher.look()
    page.locator(".cal a").filter(has_text=re.compile(r"còn 40\s*$")).first.click()
    page.wait_for_url("**/sessions/*/")
    teacher.look()
    return page.url


def _book(teacher: Walker) -> str:
    page = teacher.page
    page.get_by_role("link", name="Đặt cho lớp của tôi").click()
    # The portal knows her class, its 38 pupils, and that the trip asks for one adult for 20 of them.
    expect(page.get_by_label("Lớp").locator("option:checked")).to_contain_text("8A1")
    expect(page.locator("input[name=pupils]")).to_have_value("38")
    expect(page.locator("input[name=adults]")).to_have_value("2")
    teacher.look()
    page.locator("input[name=contact_phone]").fill("0903 123 456")
    page.get_by_role("button", name="Đặt chỗ buổi này").click()
    expect(page.locator(".alert.ok")).to_contain_text("Đã giữ chỗ")
    reference = REFERENCE.search(page.get_by_role("heading", level=1).inner_text())[0]
    expect(page.locator(".alert.ok")).to_contain_text(reference)
    expect(page.get_by_role("region", name="Số người").get_by_role("row").nth(1)).to_contain_text("38")
    teacher.look()
    return reference


def _read_the_mail(portal: Portal, address: str, subject: str) -> None:
    mail = portal.wait_for_mail(address, about=subject)
    assert TRIP in str(mail["Subject"])


def _see_it_on_the_desk(teacher: Walker, reference: str) -> None:
    teacher.goto("/desk/")
    upcoming = teacher.page.get_by_role("table", name="Chuyến đi sắp tới")
    expect(upcoming.get_by_role("row").filter(has_text=reference)).to_contain_text("8A1 · 38 học sinh")
    teacher.look()
    upcoming.get_by_role("link", name=reference).click()
    teacher.page.wait_for_url(f"**/desk/bookings/{reference}/")


def _keep_it_in_the_calendar(teacher: Walker, reference: str) -> None:
    with teacher.page.expect_download() as caught:
        teacher.page.get_by_role("link", name="Thêm vào lịch").click()
    calendar = Calendar.from_ical(_bytes_of(caught.value))
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Ho_Chi_Minh"]
    [event] = calendar.walk("VEVENT")
    assert str(event["UID"]).startswith(f"{reference}@")
    assert str(event["SUMMARY"]) == TRIP
    assert event["DTSTART"].params["TZID"] == "Asia/Ho_Chi_Minh"


def _join_the_waiting_list(teacher: Walker, session: str) -> str:
    """Thầy Lâm comes too late: two places are left for his 35 pupils."""
    page = teacher.page
    teacher.goto(session)
    page.get_by_role("link", name="Đặt cho lớp của tôi").click()
    page.locator("input[name=contact_phone]").fill("0903 654 321")
    page.get_by_role("button", name="Đặt chỗ buổi này").click()
    expect(page.get_by_role("alert")).to_contain_text("Chỉ còn 2 chỗ")
    teacher.look(other_language=False)
    page.locator("input[name=wait_if_full]").check()
    page.get_by_role("button", name="Đặt chỗ buổi này").click()
    expect(page.locator(".alert.ok")).to_contain_text("Đã vào danh sách chờ")
    expect(page.get_by_role("main")).to_contain_text("Thứ 1 trong danh sách chờ")
    teacher.look()
    return REFERENCE.search(page.url)[0]


def _cancel(teacher: Walker, reference: str) -> None:
    page = teacher.page
    page.get_by_role("link", name="Hủy đặt chỗ").click()
    teacher.look()
    page.get_by_label("Lý do").fill("Trùng lịch kiểm tra giữa kỳ.")
    page.get_by_role("button", name="Hủy đặt chỗ").click()
    expect(page.locator(".alert.ok")).to_contain_text(f"Đã hủy đặt chỗ {reference}")
    expect(page.get_by_role("main")).to_contain_text("Trùng lịch kiểm tra giữa kỳ.")
    teacher.look()


def _see_the_offer_on_the_desk(teacher: Walker, reference: str) -> None:
    teacher.goto("/desk/")
    expect(teacher.page.locator(".todo li").filter(has_text=f"Có chỗ cho 8A1: {TRIP}")).to_contain_text("Chỗ được giữ")
    expect(teacher.page.get_by_role("row").filter(has_text=reference)).to_contain_text("Được mời nhận chỗ")
    teacher.goto(f"/desk/bookings/{reference}/")
    expect(teacher.page.get_by_role("main")).to_contain_text("35 chỗ được giữ cho thầy/cô")
    teacher.look()


def _take_the_places_by_the_letter(reader: Walker, portal: Portal, reference: str) -> None:
    """On the phone, without signing in: opening the link changes nothing, one press takes the places."""
    letter = portal.wait_for_mail("lam@example.vn", about=f"Mời nhận chỗ {reference}")
    for _opened in range(2):
        reader.goto(link_in(letter, "/waiting/"))
        expect(reader.page.get_by_role("heading", level=1)).to_have_text("Có chỗ đang giữ cho đoàn của thầy/cô")
    reader.look()
    reader.page.get_by_role("button", name="Nhận chỗ").click()
    expect(reader.page.locator(".alert.ok")).to_contain_text("Chỗ đã thuộc về đoàn của thầy/cô")
    expect(reader.page.get_by_role("button", name="Nhận chỗ")).to_have_count(0)
    reader.look()


def _see_that_it_has_places(teacher: Walker, reference: str) -> None:
    teacher.goto("/desk/")
    row = teacher.page.get_by_role("row").filter(has_text=reference)
    expect(row).to_contain_text("Đã giữ chỗ")
    row.get_by_role("link", name=reference).click()
    teacher.page.wait_for_url(f"**/desk/bookings/{reference}/")
    teacher.look(other_language=False)


# --- 4 and 5. The class comes; the school holds its certificates ----------------------------------
@pytest.mark.journey
def test_the_class_comes_and_gets_its_certificates(person, portal):
    tram, hanh = person("tram", phone=True), person("hanh")

    reference, absent = _check_the_class_in(tram)
    _close_the_session(tram, portal)

    _add_a_photograph(hanh, reference)
    names = _issue(hanh, reference, absent=absent)
    portal.wait_for_mail("hanh@example.vn", about="8A1")
    _print_all(hanh, names)
    address = _print_one(hanh, names[0])

    _scan(person(phone=True), address, name=names[0])


def _class_today(staff: Walker) -> Locator:
    """The panel of today's session to which 8A1 of Phú Lợi comes."""
    return staff.page.locator("section.panel").filter(has_text=OF_35)


def _check_the_class_in(staff: Walker) -> tuple[str, list[str]]:
    """35 were to come; two stayed at home."""
    page = staff.page
    staff.goto("/desk/")
    staff.look()
    page.get_by_role("link", name="Hôm nay ở trung tâm").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hôm nay")
    expect(page.locator("section.panel")).not_to_have_count(0)
    staff.look()
    group = _class_today(staff).locator(".groups > li").filter(has_text=OF_35)
    reference = REFERENCE.search(group.inner_text())[0]
    group.get_by_role("link", name="Điểm danh").click()
    page.wait_for_url(f"**/desk/centre/bookings/{reference}/")
    page.locator("summary", has_text="35 học sinh").click()
    absent = []
    for label in page.locator("label").filter(has=page.locator("input[name=present]")).all()[:2]:
        absent.append(label.inner_text().strip())
        label.uncheck()
    staff.look()
    page.locator("input[name=pupils]").fill("33")
    page.locator("input[name=girls]").fill("16")
    page.locator("input[name=adults]").fill("2")
    page.get_by_role("button", name="Điểm danh").click()
    expect(page.locator(".alert.ok")).to_be_visible()
    expect(_class_today(staff)).to_contain_text("33 trên 35 học sinh đã đến")
    staff.look(other_language=False)
    return reference, absent


def _close_the_session(staff: Walker, portal: Portal) -> None:
    page = staff.page
    if not _class_today(staff).get_by_role("link", name="Chốt buổi").count():
        _let_it_begin(portal, _class_today(staff))
        page.reload()
    _class_today(staff).get_by_role("link", name="Chốt buổi").click()
    staff.look()
    if (sure := page.locator("input[name=sure]")).count():  # other journeys bring groups that have not come
        sure.check()
    page.get_by_role("button", name="Chốt buổi").click()
    expect(page.locator(".alert.ok")).to_contain_text("Đã chốt buổi")
    expect(_class_today(staff).get_by_role("link", name="Điểm danh")).to_have_count(0)
    expect(_class_today(staff).get_by_role("link", name="Chốt buổi")).to_have_count(0)
    staff.look(other_language=False)


def _let_it_begin(portal: Portal, panel: Locator) -> None:
    """Early in the day no session of today has begun yet: this one is moved to the day's first minute."""
    number = panel.locator("h2").get_attribute("id").removeprefix("session-")
    portal.manage(
        "shell",
        "--no-imports",
        "--command",
        "from django.utils import timezone; from programs.centres.models import Session;"
        "midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0);"
        f"assert Session.objects.filter(pk={number}).update(starts_at=midnight)",
    )


def _issue(teacher: Walker, reference: str, *, absent: list[str]) -> list[str]:
    """Every pupil who came gets one, and nobody else; the names in the order of the class."""
    page = teacher.page
    teacher.goto("/desk/certificates/")
    teacher.look()
    page.locator(".todo li").filter(has_text=reference).get_by_role("link").click()
    page.wait_for_url(f"**/desk/bookings/{reference}/certificates/")
    left_out = page.get_by_role("region", name="Không được cấp").inner_text()
    assert all(name in left_out for name in absent)
    names = page.get_by_role("region", name="33 học sinh").locator("li").all_inner_texts()
    assert len(set(names)) == 33 and not set(names) & set(absent)
    teacher.look()
    page.get_by_role("button", name="Cấp giấy chứng nhận").click()
    expect(page.locator(".alert.ok")).to_contain_text("33 giấy chứng nhận")
    teacher.look()
    return names


def _add_a_photograph(teacher: Walker, reference: str) -> None:
    """Of the work alone: not everybody of the class agreed to be seen."""
    picture = BytesIO()
    Image.new("RGB", (1200, 800), "teal").save(picture, "JPEG")
    page = teacher.page
    teacher.goto(f"/desk/bookings/{reference}/")
    page.get_by_role("link", name="Xem và thêm ảnh").click()
    expect(page.get_by_text("không được xuất hiện rõ mặt trong ảnh")).to_be_visible()
    teacher.look()
    page.get_by_label("Ảnh", exact=True).set_input_files(
        {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    )
    page.get_by_label("Không nhận ra được em nào:").check()
    page.get_by_label("Tôi đã xem kĩ").check()
    page.get_by_role("button", name="Thêm ảnh này").click()
    expect(page.locator(".alert.ok")).to_contain_text("Đã thêm ảnh")
    picture_shown = page.locator(".photographs img").last
    picture_shown.scroll_into_view_if_needed()
    expect(picture_shown).to_have_js_property("naturalWidth", 400)
    teacher.look()


def _print_all(teacher: Walker, names: list[str]) -> None:
    with teacher.page.expect_download() as caught:
        teacher.page.get_by_role("link", name="Tải tất cả trong một tệp PDF").click()
    pages = PdfReader(BytesIO(_bytes_of(caught.value))).pages
    assert len(pages) == len(names)
    for sheet, name in zip(pages, names, strict=True):
        _is_a_certificate(sheet, name)


def _print_one(teacher: Walker, name: str) -> str:
    """Print one pupil's certificate; return the URL in its code."""
    row = teacher.page.get_by_role("row").filter(has_text=name)
    with teacher.page.expect_download() as caught:
        row.get_by_role("link", name="PDF").click()
    [sheet] = PdfReader(BytesIO(_bytes_of(caught.value))).pages
    _is_a_certificate(sheet, name)
    address = teacher.portal.url + row.get_by_role("link", name="Kiểm tra").get_attribute("href")
    wanted = segno.make(address, error="m", mask=2, micro=False, boost_error=False).matrix
    assert _modules_drawn_on(sheet) == [[bool(module) for module in row] for row in wanted]
    return address


def _is_a_certificate(sheet: PageObject, name: str) -> None:
    assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == A4_LANDSCAPE
    text = " ".join(sheet.extract_text().split())
    assert "GIẤY CHỨNG NHẬN" in text
    assert name in text
    assert TRIP in text
    assert "chứng chỉ" not in text.lower()


def _modules_drawn_on(sheet: PageObject) -> list[list[bool]]:
    """The QR code as drawn on the page: the path with the most rectangles, read back into its squares."""
    drawing = sheet.get_contents().get_data().decode("latin-1")
    paths = re.findall(r"(?:(?:-?[\d.]+ ){4}re\s+)+", drawing)
    code = max(paths, key=lambda path: path.count(" re"))
    runs = [tuple(map(float, run)) for run in re.findall(r"(\S+) (\S+) (\S+) (\S+) re", code)]
    module = runs[0][3]
    left, top = min(x for x, *_ in runs), max(y + height for _, y, _, height in runs)
    side = round((top - min(y for _, y, *_ in runs)) / module)
    squares = [[False] * side for _ in range(side)]
    for x, y, width, height in runs:
        row, column = round((top - y - height) / module), round((x - left) / module)
        for offset in range(round(width / module)):
            squares[row][column + offset] = True
    return squares


def _scan(visitor: Walker, address: str, *, name: str) -> None:
    """Anyone holding the paper can ask the portal; wrong codes are distinguished from right ones."""
    page = visitor.page
    visitor.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Giấy chứng nhận này có hiệu lực")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(TRIP)
    visitor.look()
    page.get_by_role("link", name="Kiểm tra giấy khác").click()
    page.wait_for_url("**/verify/")
    visitor.look()
    for language in ("", "/en"):
        page.goto(f"{language}/verify/")
        page.locator("input[name=code]").fill("ABCD EFGH IJKL MNOP QRST UVWX YZ")
        page.locator("main form button[type=submit]").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "No certificate has this code" if language else "Không có giấy chứng nhận mang mã này"
        )
        visitor.look(other_language=False)


def _bytes_of(download: Download) -> bytes:
    return Path(download.path()).read_bytes()
