"""Journey: the centre plans a series, moves a session, and cancels one with five groups; a teacher finds another."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.portal import Portal, text_of
from tests.journeys.walker import Walker

TRIP = "Một ngày ở xưởng chế tạo số"
REASON = "Máy cắt laser hỏng, phải chờ linh kiện."
# Five schools' classes with places in a session that nobody has booked yet; prints the session and its leaders.
FIVE_GROUPS = """
from datetime import timedelta
from django.utils import timezone
from programs.bookings.models import Booking
from programs.centres.models import Session
from programs.pupils.models import ClassGroup
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from django.db import transaction
now = timezone.now()
session = Session.objects.filter(
    field_trip__code="XUONG-CHE-TAO", state="scheduled", seats_taken=0, capacity=40, starts_at__gt=now + timedelta(days=12),
).order_by("starts_at").first()
classes = ClassGroup.objects.filter(
    school_year__starts_on__lte=now, school_year__ends_on__gte=now, grade__in=(6, 7, 8, 9),
    homeroom_teacher__isnull=False, school__state="active",
).order_by("school_id", "pk")
chosen = {each.school_id: each for each in classes}
for number, group in enumerate(list(chosen.values())[:5]):
    with transaction.atomic():
        booking = Booking(
            reference=f"BD-NHOM{number + 2}", session=session, school_id=group.school_id, class_group=group,
            leader=group.homeroom_teacher, contact_phone="+84912345678", pupils=8, adults=1,
            state=BookingState.WAITLISTED, waiting_since=now,
        )
        booking.save()
        assert guard.seat_booking(booking=booking, to=BookingState.HELD)
    print("LEADER", group.homeroom_teacher.email)
print("SESSION", session.pk)
"""


@pytest.mark.journey
def test_a_series_is_planned_and_shows_first_what_it_skips(person):
    trung = person("trung")
    page = trung.page
    trung.goto("/desk/")
    page.get_by_role("link", name="Lịch buổi").click()
    page.wait_for_url("**/schedule/")
    trung.look()
    page.get_by_role("link", name="Chuỗi buổi mới").click()
    page.get_by_label("Chương trình tham quan").select_option(label=TRIP)
    for weekday in ("Thứ Hai", "Thứ Năm"):
        page.get_by_label(weekday).check()
    page.locator("input[name=clocks]").fill("8:00, 13h30")
    page.get_by_label("Phòng").select_option(label="Phòng lắp ráp (32)")
    page.locator("input[name=capacity]").fill("30")
    trung.look()
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text(re.compile(r"Sẽ tạo \d+ buổi"))
    expect(page.get_by_role("table")).to_contain_text("Bảo trì máy cắt laser")  # the Monday that the centre is closed
    trung.look(other_language=False)
    page.get_by_role("button", name="Tạo chuỗi buổi").click()
    page.wait_for_url("**/desk/series/*/")
    expect(page.locator(".alert.ok")).to_contain_text("buổi đã có trong lịch")
    trung.look()


@pytest.mark.journey
def test_a_session_with_five_groups_is_cancelled_and_each_group_gets_one_letter(person, portal):
    said = portal.manage("shell", "--no-imports", "--command", FIVE_GROUPS)
    leaders = re.findall(r"LEADER (\S+)", said)
    number = re.search(r"SESSION (\d+)", said)[1]
    assert len(set(leaders)) == 5
    trung = person("trung")
    page = trung.page

    trung.goto(f"/desk/sessions/{number}/")
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(6)
    trung.look()
    _not_below_what_is_taken(trung)
    page.get_by_role("link", name="Hủy buổi").click()
    expect(page.get_by_role("main")).to_contain_text("5 đoàn mất chỗ")
    trung.look()
    page.get_by_label("Lý do").fill(REASON)
    page.get_by_role("button", name="Hủy buổi").click()
    expect(page.locator(".alert.ok")).to_contain_text("Đã hủy buổi")
    expect(page.get_by_role("main")).to_contain_text("Chưa có đoàn nào đặt chỗ")
    trung.look()

    for leader in leaders:
        _one_letter(portal, leader)
    _finds_another_day(person("hanh"))


def _not_below_what_is_taken(staff: Walker) -> None:
    page = staff.page
    page.get_by_role("link", name="Đổi số chỗ").click()
    page.locator("input[name=capacity]").fill("30")
    page.get_by_role("button", name="Đổi số chỗ").click()
    expect(page.get_by_role("main")).to_contain_text("nhiều hơn 30 là 10 chỗ")
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("BD-NHOM"))).to_have_count(5)
    staff.look(other_language=False)
    page.get_by_role("link", name="Quay lại").click()


def _one_letter(portal: Portal, leader: str) -> None:
    mail = portal.wait_for_mail(leader, about="Buổi không diễn ra, BD-NHOM")
    assert REASON in text_of(mail)
    assert "/sessions/?trip=XUONG-CHE-TAO&seats=8" in text_of(mail)
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["text/calendar"]
    assert sum("BD-NHOM" in str(each["Subject"]) for each in portal.mails_to(leader)) == 1


def _finds_another_day(teacher: Walker) -> None:
    page = teacher.page
    teacher.goto("/sessions/?trip=XUONG-CHE-TAO&seats=38")
    expect(page.get_by_role("row")).not_to_have_count(1)
    teacher.look()
    page.get_by_role("main").get_by_role("link", name=TRIP).first.click()
    page.wait_for_url("**/sessions/*/")
    expect(page.get_by_role("link", name="Đặt cho lớp của tôi")).to_be_visible()
