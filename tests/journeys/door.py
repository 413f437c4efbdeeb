"""Telephones at the door: today's groups, what a person does there, what the telephone keeps."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.portal import Portal
from tests.journeys.walker import Walker

DOOR = "/desk/centre/door/"
# Two more groups of ten today, in a room of their own: other journeys close the sessions that are there.
_GROUPS = """
from datetime import timedelta
from django.db import transaction
from programs.bookings.models import Booking, RosterEntry
from programs.centres.models import Room, Session
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from django.utils import timezone
today = timezone.localtime().replace(hour=15, minute=0, second=0, microsecond=0)
for number, reference in enumerate({references}):
    listed = Booking.objects.filter(session__field_trip__code="XUONG-CHE-TAO", roster__isnull=False).distinct()
    of_day = listed.filter(session__starts_at__date=today.date()).order_by("session__starts_at")
    others = listed.filter(session__starts_at__lt=today).order_by("-session__starts_at")
    by_class = {}
    for each in [*of_day, *others]:
        by_class.setdefault(each.class_group_id, each)  # a class comes once to a session; today's first
    known = list(by_class.values())[number]
    old = known.session
    room, _ = Room.objects.get_or_create(centre=old.room.centre, name="Sân {first}", defaults={"capacity": 60})
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


def two_groups_come(portal: Portal, *references: str) -> None:
    command = _GROUPS.replace("{references}", repr(references)).replace("{first}", references[0])
    portal.manage("shell", "--no-imports", "--command", command)


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


def kept_list(walker: Walker) -> dict | None:
    """The list of the day on the telephone."""
    return walker.page.evaluate("JSON.parse(localStorage.getItem('door:list'))")


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
