"""Who has an address; what a calendar program reads there: confirmed only where the booking is, 304 while it can."""

from __future__ import annotations

import time
from datetime import time as clock
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from programs.bookings.actions.booking import cancel_booking
from programs.bookings.actions.waiting import leave_waiting
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import BOOKING_PARTS
from programs.calendars.ical import calendar_feed
from programs.calendars.models import CalendarFeed
from programs.centres.models import CentreStaff, OpeningHours
from programs.visit_days.actions.arrivals import mark_no_show
from tests.centres.make import book, local, make_centre_staff, move_session, place_session
from tests.people import make_officer
from tests.visit_days.make import check_in

pytestmark = pytest.mark.django_db
S = BookingState


@pytest.fixture
def feed(world, as_user, client):
    """Anh Sen works at the centre, and his calendar reads its visits; 8A1 has places in a session in ten days."""
    world.sen = make_centre_staff(world.centre, "Đỗ Văn Sen")
    world.booking = book(world.session, world.class_8a1, world.hanh)
    shown = as_user(world.sen).post(reverse("feed_list"), {"of": str(world.centre.pk)}).context["address"]
    world.address = "/" + shown.partition("//")[2].partition("/")[2]
    client.logout()
    return world


def events(client, feed) -> list:
    return Calendar.from_ical(client.get(feed.address).content).walk("VEVENT")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (S.HELD, "TENTATIVE"), (S.PAPERS_DUE, "TENTATIVE"), (S.CONFIRMED, "CONFIRMED"), (S.ATTENDED, "CONFIRMED"),
        (S.CLOSED, "CONFIRMED"), (S.NO_SHOW, "CANCELLED"), (S.EXPIRED, "CANCELLED"), (S.REFUSED, "CANCELLED"),
    ],
)  # fmt: skip
def test_an_entry_is_confirmed_only_when_the_booking_is(feed, client, state, said):
    Booking.objects.filter(pk=feed.booking.pk).update(state=state)
    [event] = events(client, feed)
    assert event["STATUS"] == said
    assert event["ORGANIZER"] == f"mailto:{feed.centre.email}"
    assert event["ORGANIZER"].params["CN"] == feed.centre.name


@pytest.mark.parametrize("state", [S.WAITLISTED, S.OFFERED])
def test_who_waits_or_only_has_an_offer_is_not_in_the_calendar(feed, client, state):
    Booking.objects.filter(pk=feed.booking.pk).update(state=state, papers_due_at=None)
    assert events(client, feed) == []


def test_a_group_that_left_the_waiting_list_never_was_in_the_calendar(feed, client):
    waits = book(feed.session, feed.lams_class, feed.lam, pupils=20, adults=1, wait_if_full=True)
    leave_waiting(booking_id=waits.pk, by=feed.lam)
    cancel_booking(booking_id=feed.booking.pk, reason="Trùng lịch", by=feed.hanh)
    [event] = events(client, feed)
    assert (str(event["UID"]).split("@")[0], event["STATUS"]) == (feed.booking.reference, "CANCELLED")


def test_while_nothing_changes_a_calendar_program_reads_nothing_again(feed, client):
    """It asks every hour. Each entry keeps its stamp until something of the calendar has changed."""
    first = client.get(feed.address)
    known = {"If-None-Match": first["ETag"]}
    since = {"If-Modified-Since": first["Last-Modified"]}
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        assert client.get(feed.address).content == first.content
        for headers in (known, since):
            again = client.get(feed.address, headers=headers)
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
            assert again["Cache-Control"] == "private, max-age=900"
        for weekday in range(7):
            OpeningHours.objects.create(centre=feed.centre, weekday=weekday, opens_at=clock(7), closes_at=clock(17))
        place_session(
            session_id=feed.session.pk, starts_at=local(12), room=feed.session.room, by=_manager_of(feed.centre)
        )
        for headers in (known, since):
            moved = client.get(feed.address, headers=headers)
            assert moved.status_code == 200
    [before], [after] = (Calendar.from_ical(each.content).walk("VEVENT") for each in (first, moved))
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt and after["SEQUENCE"] > before["SEQUENCE"]


def _manager_of(centre):
    manager = make_centre_staff(centre, "Võ Thành Trung")
    CentreStaff.objects.filter(user=manager).update(role="manager")
    return manager


def test_a_group_that_did_not_come_goes_and_comes_back_with_a_higher_number(feed, client):
    """A calendar program keeps what has the highest number: a cancellation with the old one is ignored."""
    move_session(feed.session, timezone.now() - timedelta(minutes=5))
    numbers = [events(client, feed)[0]["SEQUENCE"]]
    mark_no_show(booking_id=feed.booking.pk, by=feed.sen)
    numbers.append(events(client, feed)[0]["SEQUENCE"])
    check_in(booking_id=feed.booking.pk, pupils=30, girls=15, adults=2, by=feed.sen)
    [event] = events(client, feed)
    numbers.append(event["SEQUENCE"])
    assert numbers == sorted(set(numbers)) and event["STATUS"] == "CONFIRMED"


def test_a_calendar_of_ten_thousand_visits_is_written_in_seconds(feed):
    booking = Booking.objects.select_related(*BOOKING_PARTS).get(pk=feed.booking.pk)
    began = time.process_time()
    text = calendar_feed([booking] * 10_000, name="Trung tâm", for_centre=True, stamp=timezone.now())
    assert time.process_time() - began < 6
    assert text.count("BEGIN:VEVENT\r\n") == 10_000
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_a_post_whose_end_is_planned_ends_that_day_and_not_before(feed, as_user):
    today = timezone.localdate()
    day = reverse("centre_day")
    for ends_on, answer in ((today + timedelta(days=1), 200), (today, 404)):
        CentreStaff.objects.filter(user=feed.sen).update(ended_on=ends_on)
        assert as_user(feed.sen).get(day).status_code == answer
        assert as_user(feed.sen).get(feed.address).status_code == answer


# --- The address --------------------------------------------------------------------------------
@pytest.fixture
def booked(world):
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=30, needs="Một em dị ứng đậu phộng")
    return world


def make_address(client, of: str) -> str:
    address = client.post(reverse("feed_list"), {"of": of}).context["address"]
    return address.partition("//")[2].partition("/")[2].join(["/", ""])


def events_at(client, address: str) -> dict:
    return {str(event["uid"]): event for event in Calendar.from_ical(client.get(address).content).walk("VEVENT")}


def test_a_feed_shows_visits_without_persons_and_cancels_them_under_the_same_uid(booked, as_user, client):
    own = make_address(as_user(booked.hanh), "own")
    of_centre = make_address(as_user(booked.sen), str(booked.centre.pk))
    client.logout()
    for address in (own, of_centre):
        [(uid, event)] = events_at(client, address).items()
        assert uid.startswith(booked.booking.reference)
        assert event["status"] != "CANCELLED"
        text = client.get(address).content.decode().replace("\r\n ", "")
        for secret in (booked.hanh.full_name, "912345678", "912 345 678", "đậu phộng"):
            assert secret not in text
    before = event["sequence"]
    cancel_booking(booking_id=booked.booking.pk, reason="Lịch kiểm tra", by=booked.hanh)
    for address in (own, of_centre):
        assert events_at(client, address)[uid]["status"] == "CANCELLED"
        assert events_at(client, address)[uid]["sequence"] > before
    assert CalendarFeed.objects.filter(last_read_on=timezone.localdate()).count() == 2


def test_a_feed_opens_until_it_is_revoked_replaced_or_its_person_leaves(booked, as_user, client):
    first = make_address(as_user(booked.sen), str(booked.centre.pk))
    second = make_address(as_user(booked.sen), str(booked.centre.pk))
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    feed = CalendarFeed.objects.get(revoked_at=None)
    assert second.split("/")[-1].removesuffix(".ics") not in feed.token_hash
    assert as_user(booked.hanh).post(reverse("feed_list"), {"revoke": feed.pk}).status_code == 404
    booked.sen.centre_posts.update(ended_on=timezone.localdate())
    assert client.get(second).status_code == 404
    booked.sen.centre_posts.update(ended_on=None)
    as_user(booked.sen).post(reverse("feed_list"), {"revoke": feed.pk})
    assert client.get(second).status_code == 404
    assert as_user(booked.hanh).post(reverse("feed_list"), {"of": str(booked.centre.pk)}).context["address"] == ""
    assert as_user(make_officer()).get(reverse("feed_list")).status_code == 403
