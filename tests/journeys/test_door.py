"""Journey: two telephones check in today's groups in a hall without network; later everything is at the centre, once."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.walker import Walker

DOOR = "/desk/centre/door/"
ONE, OTHER = "BD-CUA22", "BD-CUA33"
# Two more groups of ten today, in a room of their own: other journeys close the sessions that are there.
TWO_GROUPS = """
from datetime import timedelta
from django.db import transaction
from programs.bookings.models import Booking, RosterEntry
from programs.centres.models import Room, Session
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from django.utils import timezone
today = timezone.localtime().replace(hour=15, minute=0, second=0, microsecond=0)
for number, reference in enumerate(("BD-CUA22", "BD-CUA33")):
    known = list(
        Booking.objects.filter(session__field_trip__code="XUONG-CHE-TAO", roster__isnull=False)
        .filter(session__starts_at__date=today.date()).distinct().order_by("session__starts_at")
    )[number]
    old = known.session
    room, _ = Room.objects.get_or_create(centre=old.room.centre, name="Sân sau", defaults={"capacity": 60})
    session, _ = Session.objects.get_or_create(
        field_trip=old.field_trip, room=room, starts_at=today, ends_at=today + timedelta(hours=2),
        defaults={
            "capacity": 40, "booking_opens_at": old.booking_opens_at, "booking_closes_at": today - timedelta(days=1),
        },
    )
    with transaction.atomic():
        booking = Booking(
            reference=reference, session=session, school=known.school, class_group=known.class_group,
            leader=known.leader, contact_phone="+84912345678", pupils=10, adults=2,
            state=BookingState.WAITLISTED, waiting_since=timezone.now(),
        )
        booking.save()
        assert guard.seat_booking(booking=booking, to=BookingState.HELD)
        guard.move_booking(booking=booking, to=BookingState.CONFIRMED)
        for entry in list(known.roster.all())[:10]:
            RosterEntry.objects.create(booking=booking, pupil=entry.pupil)
"""


@pytest.fixture(scope="module", autouse=True)
def two_groups(portal) -> None:
    portal.manage("shell", "--no-imports", "--command", TWO_GROUPS)


def look_offline(walker: Walker) -> None:
    """Browser errors about the missing connection do not count as failures."""
    walker.complaints = [text for text in walker.complaints if "ERR_INTERNET_DISCONNECTED" not in text]
    walker.look()


def open_the_door(walker: Walker) -> None:
    """Once with network: the page and the list come to the telephone."""
    walker.goto("/desk/centre/")
    walker.page.get_by_role("link", name="Điểm danh tại cửa").click()
    expect(walker.page.locator("#door-status")).to_contain_text("Danh sách lúc")
    wait_until_kept(walker)


def wait_until_kept(walker: Walker) -> None:
    walker.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    walker.page.wait_for_function(
        "caches.keys().then((names) => names.some((name) => name.startsWith('door:')))"
        ".then(async (known) => known && Boolean(await caches.match(location.pathname)))"
    )


def groups(walker: Walker):
    return walker.page.locator("#door-list .groups li")


def marks_kept(walker: Walker) -> int:
    return walker.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('door:mark:')).length")


def open_group(walker: Walker, reference: str) -> None:
    walker.page.locator(f"#door-list a[href='#{reference}']").click()
    expect(walker.page.locator("#door-school")).to_be_visible()


def check_in(walker: Walker, reference: str, *, absent: int = 0, **figures: str) -> int:
    """Take the ticks of the first ``absent`` names away, fill in the rest; the number of pupils that it came to."""
    page = walker.page
    open_group(walker, reference)
    if absent:
        page.locator("#door-names summary").click()
        for place in range(absent):
            page.locator("#door-choices input").nth(place).uncheck()
    for name, value in figures.items():
        page.locator(f"#door-{name}").fill(value)
    pupils = int(page.locator("#door-pupils").input_value())
    page.locator("#door-form").get_by_role("button", name="Điểm danh").click()
    expect(page.locator("#door-list")).to_be_visible()
    return pupils


@pytest.mark.journey
def test_two_phones_check_in_without_network(person):
    first, second = person("tram", phone=True), person("tram", phone=True)
    for phone in (first, second):
        open_the_door(phone)
        phone.look()
    references = [re.search(r"BD-\w+", text)[0] for text in groups(first).all_inner_texts()]
    one, other = ONE, OTHER

    # The line is gone. The page opens all the same, with its list.
    for phone in (first, second):
        phone.page.context.set_offline(True)
        phone.page.reload()
        expect(groups(phone)).to_have_count(len(references))
        expect(phone.page.locator("#door-status")).to_contain_text("Không có mạng")

    # Both note the same group; the second a little later, with one more adult and without a pupil whom the first saw.
    all_here = check_in(first, one, adults="2")
    open_group(first, one)
    look_offline(first)
    first.page.locator("#door-back").click()
    assert check_in(second, one, absent=1, adults="3") == all_here - 1
    fewer = check_in(second, other, absent=2, adults="1")
    expect(groups(second).filter(has_text=one)).to_contain_text("chưa gửi")
    look_offline(second)
    assert (marks_kept(first), marks_kept(second)) == (1, 2)
    # A telephone that is switched off and on again has forgotten nothing.
    second.page.reload()
    expect(second.page.locator("#door-status")).to_contain_text("Chờ gửi: 2")

    # The line is back, for the later one first.
    for phone in (second, first):
        phone.page.context.set_offline(False)
        expect(phone.page.locator("#door-status")).to_contain_text("Đã gửi hết", timeout=40_000)
        assert marks_kept(phone) == 0
    for phone in (first, second):  # the names are united, the figures are those of the mark that was made last
        phone.page.reload()
        expect(groups(phone).filter(has_text=one)).to_contain_text(f"đã đến: {all_here} học sinh, 3 người lớn")
        expect(groups(phone).filter(has_text=other)).to_contain_text(f"đã đến: {fewer} học sinh, 1 người lớn")
    first.look()

    # Who signs out leaves no list behind.
    first.goto("/desk/")
    assert first.page.evaluate("localStorage.getItem('door:list') !== null")
    first.page.locator(".site-header details.menu summary.btn").click()
    first.page.get_by_role("button", name="Đăng xuất").click()
    first.page.wait_for_function("localStorage.getItem('door:list') === null")


@pytest.mark.journey
def test_a_refusal_is_shown_on_the_telephone_and_corrected_there(person):
    tram = person("tram", phone=True)
    open_the_door(tram)
    reference = re.search(r"BD-\w+", groups(tram).last.inner_text())[0]
    tram.page.context.set_offline(True)
    check_in(tram, reference, pupils="900", adults="2")
    tram.page.context.set_offline(False)
    expect(tram.page.locator("#door-status")).to_contain_text("Cổng không nhận: 1", timeout=40_000)
    open_group(tram, reference)
    expect(tram.page.locator("#door-answer")).to_contain_text("chỗ")
    look_offline(tram)
    tram.page.locator("#door-back").click()
    right = len(
        json.loads(tram.page.evaluate("localStorage.getItem('door:list')"))["sessions"][-1]["groups"][-1]["pupils"]
    )
    check_in(tram, reference, pupils=str(right))
    expect(groups(tram).filter(has_text=reference)).to_contain_text(f"đã đến: {right} học sinh", timeout=40_000)
    assert json.loads(tram.page.evaluate("localStorage.getItem('door:list')"))["sessions"]


@pytest.mark.journey
def test_three_taps_from_the_scan_and_the_same_without_network(person):
    tram = person("tram", phone=True)
    open_the_door(tram)
    kept = json.loads(tram.page.evaluate("localStorage.getItem('door:list')"))
    group = kept["sessions"][-1]["groups"][-1]
    scanned = f"/pass/{group['pass']}/"
    tram.goto(scanned)
    expect(tram.page).to_have_url(re.compile(rf"/desk/centre/bookings/{group['reference']}/$"))
    expect(tram.page.locator("input[name=pupils]")).not_to_have_value("")
    tram.look()
    tram.page.context.set_offline(True)
    tram.page.goto(scanned)
    expect(tram.page.locator("#door-facts")).to_contain_text(group["reference"])
    tram.page.context.set_offline(False)
    nobody = person(phone=True)
    nobody.goto(scanned)
    expect(nobody.page.get_by_role("heading", level=1)).to_have_text("Đây là thẻ của một đoàn tham quan")
    assert group["reference"] not in nobody.page.content()
    nobody.look()


@pytest.mark.journey
def test_nothing_is_said_to_be_sent_before_the_portal_has_answered(person):
    tram, held = person("tram", phone=True), []
    tram.page.route("**/door/list/", lambda route: held.append(route))
    tram.goto(DOOR)
    status = tram.page.locator("#door-status")
    expect(status).to_have_text("Đang kết nối với cổng …")
    held.pop().continue_()
    expect(status).to_contain_text("Đã gửi hết. Danh sách lúc")
    # Something between here and the portal answers with a page of its own: no line, and the list stays.
    tram.page.unroute("**/door/list/")
    tram.page.route("**/door/list/", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    tram.page.reload()
    expect(status).to_contain_text("Không có mạng. Danh sách lúc")
    expect(tram.page.locator("#door-sign-in")).to_be_hidden()
    assert groups(tram).count()


@pytest.mark.journey
def test_in_english_the_page_stays_english_without_network(person):
    tram = person("tram", phone=True)
    tram.goto(f"/en{DOOR}")
    expect(tram.page.locator("#door-status")).to_contain_text("Everything has been sent. List of")
    wait_until_kept(tram)
    tram.page.context.set_offline(True)
    tram.page.reload()
    expect(tram.page.locator("html")).to_have_attribute("lang", "en")
    expect(tram.page.locator("#door-status")).to_contain_text("No network. List of")
    expect(groups(tram).filter(has_text=ONE)).to_contain_text("Trường THCS Phú Lợi")
    open_group(tram, ONE)
    expect(tram.page.locator("#door-facts")).to_contain_text("booked: 10 pupils, 2 adults")
    look_offline(tram)
    kept = json.loads(tram.page.evaluate("localStorage.getItem('door:list')"))
    group = kept["sessions"][-1]["groups"][-1]
    tram.page.goto(f"/pass/{group['pass']}/")
    expect(tram.page).to_have_url(re.compile(rf"/en{DOOR}#pass="))
    expect(tram.page.locator("#door-facts")).to_contain_text(group["reference"])
