"""What becomes of a booking: waiting, moving up, looking at it, confirming it, the list of a school."""

from __future__ import annotations

import pytest
from django.urls import reverse
from icalendar import Calendar

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import WaitingPolicy
from programs.centres.models import Session
from programs.core.dates import short_moment
from programs.core.refusals import Refused
from tests.bookings.forms import send, wish
from tests.centres.make import book, complete, local, make_session, make_trip, seats_add_up
from tests.pages import main_of, version_at
from tests.people import make_administrator, make_class, make_teacher

pytestmark = pytest.mark.django_db


def test_a_group_that_comes_when_it_is_full_may_wait_and_moves_up_once(world, as_user, outbox_sent):
    first = book(world.session, world.class_8a1, world.hanh)
    client = as_user(world.lam)
    form = wish(world, class_group=str(world.lams_class.pk), idempotency_key="lam-1", pupils="3", adults="1")
    full = send(client, world.session, form)
    assert "2" in full.context["form"].errors["pupils"][0]  # two places are left, and it says so
    assert Booking.objects.count() == 1

    send(client, world.session, form | {"wait_if_full": "on"})
    waiting = Booking.objects.get(leader=world.lam)
    assert waiting.state == BookingState.WAITLISTED
    page = client.get(reverse("booking_detail", args=[waiting.reference]))
    assert page.context["waiting_place"] == 1
    assert len(outbox_sent()) == 2

    hanh = as_user(world.hanh)
    cancel = reverse("booking_cancel", args=[first.reference])
    for _ in range(2):  # pressed twice
        hanh.post(cancel, {"reason": "Lớp bận kiểm tra"})
    waiting.refresh_from_db()
    first.refresh_from_db()
    assert waiting.state == BookingState.OFFERED
    assert first.state == BookingState.CANCELLED_BY_SCHOOL
    assert seats_add_up(world.session)
    assert world.session.seats_taken == 3
    letters = outbox_sent()
    assert [letter.to[0] for letter in letters[2:]] == [world.hanh.email, world.lam.email]
    entry = Calendar.from_ical(letters[2].attachments[0][1])
    assert entry["METHOD"] == "CANCEL"
    assert entry.walk("VEVENT")[0]["SEQUENCE"] == 1


def test_strict_order_lets_nobody_overtake(world):
    Session.objects.filter(pk=world.session.pk).update(waiting_policy=WaitingPolicy.STRICT)
    book(world.session, world.class_8a1, world.hanh, pupils=20, adults=1)
    big = make_class("8C", school=world.school)
    book(world.session, big, world.hanh, pupils=30, adults=2, wait_if_full=True)
    with pytest.raises(Refused) as caught:
        book(world.session, world.lams_class, world.lam, pupils=3, adults=1)
    assert caught.value.refusal.code == "full"
    assert "có đoàn khác đang chờ" in caught.value.refusal.message  # the page shows 20 places left: it is not full


def test_thay_lam_of_another_school_finds_nothing(world, as_user):
    booking = book(world.session, world.class_8a1, world.hanh)
    client = as_user(world.lam)
    for name in ["booking_detail", "booking_cancel", "booking_confirm", "booking_roster", "booking_calendar"]:
        address = reverse(name, args=[booking.reference])
        assert client.get(address).status_code == 404, name
        missing = client.get(address.replace(booking.reference, "BD-22222"))
        assert missing.status_code == 404
    assert client.post(reverse("booking_cancel", args=[booking.reference]), {"reason": "x"}).status_code == 404
    booking.refresh_from_db()
    assert booking.state == BookingState.HELD


def test_a_colleague_may_look_but_not_touch(world, as_user):
    booking = book(world.session, world.class_8a1, world.hanh)
    colleague = make_teacher("Vũ Thị Lan", school=world.school)
    client = as_user(colleague)
    page = client.get(reverse("booking_detail", args=[booking.reference]))
    assert page.status_code == 200
    assert reverse("booking_cancel", args=[booking.reference]) not in page.content.decode()
    assert client.get(reverse("booking_cancel", args=[booking.reference])).status_code == 403
    assert client.post(reverse("booking_confirm", args=[booking.reference]), {}).status_code == 403
    assert as_user(world.phuc).get(reverse("booking_cancel", args=[booking.reference])).status_code == 200


def test_confirming_happens_once_and_is_announced_once(world, as_user, outbox_sent):
    booking = book(world.session, world.class_8a1, world.hanh)
    complete(booking, world.phuc)
    before = len(outbox_sent())
    client = as_user(world.hanh)
    for _ in range(2):
        client.post(reverse("booking_confirm", args=[booking.reference]))
    booking.refresh_from_db()
    assert booking.state == BookingState.CONFIRMED
    assert len(outbox_sent()) == before + 1


def test_the_leader_names_the_participants_of_the_class_only(world, as_user):
    booking = book(world.session, world.class_8a1, world.hanh, pupils=37)
    client = as_user(world.hanh)
    address = reverse("booking_roster", args=[booking.reference])
    form = client.get(address).context["form"]
    pupils = [pupil.pk for pupil in client.get(address).context["pupils"]]
    assert len(pupils) == 38 and form["pupils"].value() == pupils[:37]  # the usual case is one press
    stranger = world.lams_class.enrolments.first().pupil_id
    for chosen, status in [(pupils, 200), ([stranger], 200), (pupils[:37], 302)]:
        answer = client.post(address, {"pupils": chosen, "version": form["version"].value()})
        assert answer.status_code == status
    assert booking.roster.count() == 37
    stale = client.post(address, {"pupils": pupils[:4], "version": form["version"].value()})
    assert stale.context["form"].differences and booking.roster.count() == 37
    client.post(address, {"pupils": pupils[:5], "version": version_at(client, address)})
    assert booking.roster.count() == 5


def test_the_calendar_entry_carries_the_time_zone(world, as_user):
    booking = book(world.session, world.class_8a1, world.hanh)
    answer = as_user(world.hanh).get(reverse("booking_calendar", args=[booking.reference]))
    assert answer["Content-Type"] == "text/calendar"
    assert b"TZID:Asia/Ho_Chi_Minh" in answer.content
    entry = Calendar.from_ical(answer.content)
    assert entry["METHOD"] == "PUBLISH"
    event = entry.walk("VEVENT")[0]
    assert event["SUMMARY"] == world.session.field_trip.title
    assert event["LOCATION"].endswith(world.centre.address)  # commas and accents come back whole


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_with_one_and_three_rows(world, as_user, rows, django_assert_num_queries):
    for number in range(rows):
        session = make_session(trip=make_trip(f"Chuyến {number}", centre=world.centre), starts_at=local(11 + number))
        book(session, world.class_8a1, world.hanh)
    client = as_user(world.hanh)
    client.get(reverse("booking_list"))
    for asked in ({}, {"class": world.class_8a1.pk}):
        with django_assert_num_queries(LIST_QUERIES):
            page = client.get(reverse("booking_list"), asked)
        assert page.content.decode().count('<th scope="row">') == rows


LIST_QUERIES = 11  # 2 of the session and its user, 2 of the roles, 1 of the posts, 4 of the page, 2 of the frame


def test_the_back_office_only_looks_at_sessions(world, client):
    client.force_login(make_administrator())
    address = reverse("admin:centres_session_change", args=[world.session.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"capacity": "500"}).status_code == 403
    assert client.get(reverse("admin:centres_session_add")).status_code == 403


def test_the_list_says_until_when_and_shows_one_class_alone(world, as_user):
    """Cô Hạnh has five classes: she looks for what is due, and for all of 8A2."""
    other = make_class("8A2", school=world.school, homeroom_teacher=world.hanh)
    mine = book(world.session, world.class_8a1, world.hanh, pupils=20, adults=1)
    theirs = book(
        make_session(trip=world.session.field_trip, starts_at=local(12)), other, world.hanh, pupils=10, adults=1
    )
    client, address = as_user(world.hanh), reverse("booking_list")
    page = client.get(address)
    assert f"trước {short_moment(mine.papers_due_at)}" in main_of(page)
    alone = client.get(address, {"class": other.pk, "state": "upcoming"})
    assert [booking.pk for booking in alone.context["page"].object_list] == [theirs.pk]
    assert f"class={other.pk}" in main_of(alone), "the tabs keep the class"
    everything = client.get(address, {"class": world.lams_class.pk})
    assert len(everything.context["page"].object_list) == 2, "another school's class narrows nothing"


def test_a_telephone_number_that_is_no_longer_kept_leaves_no_empty_line(world, as_user):
    booking = book(world.session, world.class_8a1, world.hanh)
    address = reverse("booking_detail", args=[booking.reference])
    client = as_user(world.hanh)
    assert "Điện thoại trong ngày đi" in main_of(client.get(address))
    Booking.objects.filter(pk=booking.pk).update(contact_phone="")
    assert "Điện thoại trong ngày đi" not in main_of(client.get(address))
