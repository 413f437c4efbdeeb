"""Journey: a bus comes late. The session was closed too early; the manager reopens it, and the group is checked in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.walker import Walker

REFERENCE = "BD-MUN22"
# A group of ten that is expected since a quarter of an hour, in a room of its own: other journeys have the others.
LATE_GROUP = """
from datetime import timedelta
from django.db import transaction
from programs.bookings.models import Booking, RosterEntry
from programs.centres.models import Room, Session
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from django.utils import timezone
now = timezone.now()
known = (
    Booking.objects.filter(session__field_trip__code="XUONG-CHE-TAO", roster__isnull=False)
    .filter(session__starts_at__date=timezone.localdate()).distinct().order_by("session__starts_at").first()
)
old, midnight = known.session, timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
room, _ = Room.objects.get_or_create(centre=old.room.centre, name="Sân trước", defaults={"capacity": 60})
session = Session.objects.create(
    field_trip=old.field_trip, room=room, starts_at=max(midnight, now - timedelta(minutes=15)), ends_at=now + timedelta(hours=2),
    capacity=40, booking_opens_at=old.booking_opens_at, booking_closes_at=now - timedelta(days=1),
)
with transaction.atomic():
    booking = Booking(
        reference="BD-MUN22", session=session, school=known.school, class_group=known.class_group,
        leader=known.leader, contact_phone="+84912345678", pupils=10, adults=2,
        state=BookingState.WAITLISTED, waiting_since=now,
    )
    booking.save()
    assert guard.seat_booking(booking=booking, to=BookingState.HELD)
    guard.move_booking(booking=booking, to=BookingState.CONFIRMED)
    for entry in list(known.roster.all())[:10]:
        RosterEntry.objects.create(booking=booking, pupil=entry.pupil)
"""


@pytest.fixture(scope="module", autouse=True)
def late_group(portal) -> None:
    portal.manage("shell", "--no-imports", "--command", LATE_GROUP)


def panel(walker: Walker):
    return walker.page.locator("section.panel").filter(has_text=REFERENCE)


@pytest.mark.journey
def test_a_bus_comes_late(person):
    tram, trung = person("tram", phone=True), person("trung")

    # Chị Trâm closes the session too early, in spite of the warning.
    tram.goto("/desk/centre/")
    tram.look()
    panel(tram).get_by_role("link", name="Chốt buổi").click()
    expect(tram.page.get_by_role("main")).to_contain_text("sẽ ghi “không đến”")
    expect(tram.page.get_by_role("main")).to_contain_text("nhân viên không sửa được nữa")
    tram.look()
    tram.page.get_by_role("button", name="Chốt buổi").click()
    expect(tram.page.locator("#error-summary, .errorlist, .alert.no").first).to_be_visible()
    tram.look(other_language=False)
    tram.page.locator("input[name=sure]").check()
    tram.page.get_by_role("button", name="Chốt buổi").click()
    expect(tram.page.locator(".alert.ok")).to_contain_text("Đã chốt buổi")
    expect(panel(tram)).to_contain_text("Không tham gia")

    # The bus arrives. She cannot check the group in, and reads who can help.
    tram.goto(f"/desk/centre/bookings/{REFERENCE}/")
    expect(tram.page.get_by_role("main")).to_contain_text("Quản lý trung tâm có thể mở lại")
    expect(tram.page.get_by_role("link", name="Mở lại buổi")).to_have_count(0)

    # Anh Trung reopens it with a reason.
    trung.goto("/desk/centre/")
    panel(trung).get_by_role("link", name="Mở lại buổi").click()
    expect(trung.page.get_by_role("main")).to_contain_text("1 đoàn bị ghi “không đến” khi chốt")
    trung.look()
    trung.page.locator("textarea[name=reason]").fill("Xe của lớp đến muộn vì kẹt xe.")
    trung.page.get_by_role("button", name="Mở lại buổi").click()
    expect(trung.page.locator(".alert.ok")).to_contain_text("Buổi đã được mở lại")

    # Chị Trâm checks the group in; a wrong tap on "did not come" asks first and is taken back.
    tram.page.reload()
    tram.page.locator("input[name=girls]").fill("4")
    tram.page.get_by_role("button", name="Điểm danh").click()
    expect(panel(tram)).to_contain_text(re.compile(r"\d+ trên 10 học sinh đã đến"))
    tram.goto(f"/desk/centre/bookings/{REFERENCE}/")
    tram.page.get_by_role("link", name="Đoàn không đến").click()
    expect(tram.page.get_by_role("heading", level=1)).to_have_text("Đoàn không đến?")
    tram.look()
    tram.page.get_by_role("button", name="Đoàn không đến").click()
    expect(panel(tram)).to_contain_text("Không tham gia")
    tram.goto(f"/desk/centre/bookings/{REFERENCE}/")
    tram.page.get_by_role("link", name="Bỏ ghi nhận đoàn không đến").click()
    tram.look()
    tram.page.get_by_role("button", name="Bỏ ghi nhận").click()
    expect(panel(tram)).to_contain_text(re.compile(r"\d+ trên 10 học sinh đã đến"))


@pytest.mark.journey
def test_a_group_without_a_booking_is_let_in(person):
    tram = person("tram", phone=True)
    tram.goto("/desk/centre/")
    panel(tram).get_by_role("link", name="Đoàn không đăng ký trước").click()
    tram.look()
    tram.page.locator("main input[name=q]").fill("phu loi")
    tram.page.get_by_role("main").get_by_role("button", name="Tìm").click()
    tram.look()
    tram.page.get_by_role("main").get_by_role("link", name=re.compile("^Chọn")).first.click()
    tram.page.locator("input[name=pupils]").fill("6")
    tram.page.locator("input[name=girls]").fill("3")
    tram.page.locator("input[name=adults]").fill("1")
    tram.page.locator("input[name=contact_phone]").fill("0912 345 678")
    tram.look()
    tram.page.get_by_role("button", name="Đón đoàn").click()
    expect(tram.page.locator(".alert.ok")).to_contain_text("đã đón 6 học sinh")
    expect(panel(tram)).to_contain_text("không đăng ký trước")
    tram.look()


# A second phone at the side door, which had no network until now: it saw one pupil fewer. Prints whom it did not see.
OTHER_PHONE = """
from uuid import uuid4
from django.utils import timezone
from programs.accounts.models import User
from programs.bookings.models import Booking
from programs.visit_days.models import CheckInMark
booking = Booking.objects.get(reference="BD-MUN22")
came = list(booking.roster.filter(attended=True).select_related("pupil").order_by("pk"))
CheckInMark.objects.create(
    mark_id=uuid4(), booking=booking, device="side-door", kind="names", made_at=timezone.now(),
    by=User.objects.get(username="trung"), payload={
        "pupils": booking.arrived_pupils - 1, "girls": booking.arrived_girls - 1, "adults": booking.arrived_adults,
        "present": [entry.pupil_id for entry in came[:-1]], "replaces": [],
    },
)
print(came[-1].pupil.full_name)
"""


@pytest.mark.journey
def test_two_phones_disagree_and_the_session_is_closed_all_the_same(person, portal):
    """The group of the late bus once more: the manager decides after the closing, and the session stays closed."""
    unseen = portal.manage("shell", "--no-imports", "--command", OTHER_PHONE).strip()
    tram, trung = person("tram", phone=True), person("trung")
    tram.goto("/desk/centre/")
    expect(panel(tram)).to_contain_text("hai máy ghi khác nhau")
    tram.look()
    panel(tram).get_by_role("link", name="Chốt buổi").click()
    expect(tram.page.get_by_role("main")).to_contain_text(unseen)
    tram.look()
    tram.page.locator("input[name=sure]").check()
    tram.page.get_by_role("button", name="Chốt buổi").click()
    expect(tram.page.locator(".alert.ok")).to_contain_text("Đã chốt buổi")
    expect(tram.page.locator(f"a[href$='/{REFERENCE}/dispute/']")).to_have_count(0)

    trung.goto("/desk/centre/")
    trung.page.locator(f"a[href$='/{REFERENCE}/dispute/']").click()
    expect(trung.page.get_by_role("main")).to_contain_text(unseen)
    trung.look()
    trung.page.get_by_label(re.compile("Ghi nhận của Trung lúc")).check()
    trung.page.get_by_role("button", name="Ghi số liệu này").click()
    expect(trung.page.locator(".alert.ok")).to_contain_text("đã quyết định")
    expect(panel(trung)).to_contain_text("Đã chốt")
    expect(panel(trung)).not_to_contain_text("hai máy ghi khác nhau")
