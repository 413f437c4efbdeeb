"""Journey: a series moved as a whole: anh Trung looks first, moves what can move, and each group gets one letter."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.portal import text_of

# A series in a room of its own with a group in its first session; prints the series and the group's leader.
SERIES = """
from datetime import time, timedelta
from django.db import transaction
from django.utils import timezone
from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.actions.schedule import Offer, schedule_series
from programs.centres.models import FieldTrip, Room
from programs.centres.rules import Rhythm
from programs.pupils.models import ClassGroup
now, today = timezone.now(), timezone.localdate()
trip = FieldTrip.objects.get(code="XUONG-CHE-TAO")
room = Room.objects.create(centre=trip.centre, name="Phòng dựng phim", capacity=40)
series = schedule_series(
    offer=Offer(field_trip=trip, room=room, capacity=36),
    rhythm=Rhythm(today + timedelta(days=12), today + timedelta(days=22), set(range(5)), [time(8)]),
    by=User.objects.get(email__startswith="trung"), key="journey-series",
)
first = series.sessions.order_by("starts_at").first()
group = ClassGroup.objects.filter(
    school_year__starts_on__lte=now, school_year__ends_on__gte=now, grade__in=(6, 7, 8, 9),
    homeroom_teacher__isnull=False, school__state="active",
).order_by("school_id", "pk").first()
with transaction.atomic():
    booking = Booking(
        reference="BD-CHUOI", session=first, school_id=group.school_id, class_group=group, leader=group.homeroom_teacher,
        contact_phone="+84912345678", pupils=8, adults=1, state=BookingState.WAITLISTED, waiting_since=now,
        papers_due_at=first.starts_at - timedelta(days=3),
    )
    booking.save()
    assert guard.seat_booking(booking=booking, to=BookingState.HELD)
print("LEADER", group.homeroom_teacher.email)
print("SERIES", series.pk)
"""


@pytest.mark.journey
def test_a_series_is_moved_as_a_whole(person, portal):
    said = portal.manage("shell", "--no-imports", "--command", SERIES)
    leader, number = re.search(r"LEADER (\S+)", said)[1], re.search(r"SERIES (\d+)", said)[1]
    trung = person("trung")
    page = trung.page

    trung.goto(f"/desk/series/{number}/")
    trung.look()
    page.get_by_role("link", name="Đổi cả chuỗi buổi").click()
    trung.look()
    page.locator("input[name=days]").fill("0")
    page.locator("button[name=preview]").click()
    expect(page.get_by_role("main")).to_contain_text("Chưa có gì thay đổi")
    page.locator("input[name=days]").fill("")
    page.locator("input[name=minutes]").fill("−15")
    page.locator("button[name=preview]").click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text(re.compile(r"Sẽ đổi \d buổi"))
    expect(page.get_by_role("table").first.get_by_role("row")).not_to_have_count(1)
    trung.look(other_language=False)
    page.get_by_role("button", name=re.compile("Đổi .*buổi này")).click()
    page.wait_for_url(f"**/desk/series/{number}/")
    expect(page.locator(".alert.ok")).to_contain_text("Đã đổi")
    trung.look()

    mail = portal.wait_for_mail(leader, about="BD-CHUOI")
    assert "BD-CHUOI" in text_of(mail)
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["text/calendar"]
    assert sum("BD-CHUOI" in str(each["Subject"]) for each in portal.mails_to(leader)) == 1

    page.get_by_role("row").nth(1).get_by_role("link").click()
    page.get_by_role("link", name="Đổi quy định đặt chỗ").click()
    trung.look()
    page.get_by_label("Chỉ nhận một đoàn").check()
    page.get_by_role("button", name="Đổi quy định đặt chỗ").click()
    expect(page.get_by_role("main")).to_contain_text("Đã đổi quy định đặt chỗ")
    trung.look()
