"""Anh Trung moves, copies and resizes sessions; what he changes reaches each group once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from programs.bookings.actions.booking import cancel_booking
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.models import Room, Session
from programs.notices.models import Message
from tests.centres.make import (
    book,
    change_capacity,
    local,
    make_centre,
    make_session,
    make_trip,
    place_session,
    seats_add_up,
)
from tests.centres.planning import (
    groups,
    refusal,
)
from tests.pages import version_at

pytestmark = pytest.mark.django_db


def test_a_moved_session_keeps_its_groups_and_tells_each_of_them_once(plan, as_user):
    first, second = groups(plan, 2, pupils=15)
    [waiting] = [
        book(plan.session, plan.class_8a1, plan.hanh, pupils=30, adults=2, wait_if_full=True),
    ]
    Booking.objects.filter(pk=first.pk).update(state=BookingState.CONFIRMED)
    Message.objects.all().delete()
    room = Room.objects.create(centre=plan.centre, name="Phòng robot", capacity=60)
    client, address = as_user(plan.trung), reverse("session_move", args=[plan.session.pk])
    data = {"day": f"{local(15):%d/%m/%Y}", "clock": "13:30", "room": room.pk, "version": version_at(client, address)}
    for _ in range(2):
        assert client.post(address, data).status_code == 302
    other_tab = client.post(address, data | {"clock": "15:00"}).context["form"]
    assert [(each.stored, each.typed) for each in other_tab.differences] == [("13:30", "15:00")]
    plan.session.refresh_from_db()
    assert timezone.localtime(plan.session.starts_at).strftime("%H:%M") == "13:30"
    assert (plan.session.room, plan.session.ends_at - plan.session.starts_at) == (room, timedelta(hours=3))
    assert plan.session.starts_at - plan.session.booking_closes_at == timedelta(days=2)
    assert seats_add_up(plan.session)
    states = []
    for booking in (first, second, waiting):
        booking.refresh_from_db()
        states.append(booking.state)
        assert booking.calendar_sequence == 1
    assert states == [BookingState.CONFIRMED, BookingState.HELD, BookingState.WAITLISTED]
    letters = Message.objects.filter(kind="session_moved")
    assert letters.count() == Message.objects.count() == 3
    [event] = Calendar.from_ical(letters.get(recipient=first.leader).attachment).walk("VEVENT")
    assert event["SEQUENCE"] == 1
    assert event["DTSTART"].dt == plan.session.starts_at
    assert letters.get(recipient=plan.hanh).attachment == ""  # waiting groups have nothing in the calendar


def test_groups_that_are_elsewhere_at_the_new_time_are_told(plan):
    book(plan.session, plan.class_8a1, plan.hanh)
    other_trip = make_trip("Vườn ươm", centre=make_centre("Trung tâm Dĩ An"))
    clash = book(make_session(trip=other_trip, starts_at=local(15)), plan.class_8a1, plan.hanh)
    place_session(session_id=plan.session.pk, starts_at=local(15, 9), room=plan.room, by=plan.trung)
    assert clash.reference in Message.objects.get(kind="session_moved").body_text


def test_an_offer_ends_with_the_beginning_of_a_session_that_is_moved_forward(plan):
    booking = book(plan.session, plan.class_8a1, plan.hanh)
    waits = book(plan.session, plan.lams_class, plan.lam, pupils=20, adults=1, wait_if_full=True)
    cancel_booking(booking_id=booking.pk, reason="Trùng lịch", by=plan.hanh)
    place_session(session_id=plan.session.pk, starts_at=local(1), room=plan.room, by=plan.trung)
    waits.refresh_from_db()
    assert (waits.state, waits.offer_expires_at) == (BookingState.OFFERED, local(1))


def test_a_session_moves_a_little_within_its_own_time_but_not_onto_another(plan):
    make_session(trip=plan.trip, starts_at=local(10, 13))

    def move(hour: int) -> Session:
        return place_session(session_id=plan.session.pk, starts_at=local(10, hour), room=plan.room, by=plan.trung)

    assert move(9).starts_at == local(10, 9)
    assert refusal(lambda: move(11)) == ("room_taken", "clock")


def test_a_copy_has_the_same_terms_and_no_groups(plan, as_user):
    book(plan.session, plan.class_8a1, plan.hanh)
    data = {"day": f"{local(17):%d/%m/%Y}", "clock": "8:00", "room": plan.room.pk, "idempotency_key": "c"}
    for _ in range(2):
        as_user(plan.trung).post(reverse("session_copy", args=[plan.session.pk]), data)
    copy = Session.objects.exclude(pk=plan.session.pk).get()
    assert (copy.starts_at, copy.capacity, copy.seats_taken) == (local(17), plan.session.capacity, 0)
    assert copy.booking_opens_at == plan.session.booking_opens_at
    assert copy.starts_at - copy.booking_closes_at == timedelta(days=2)


def test_fewer_places_than_are_taken_are_refused_with_the_groups_by_name(plan, as_user):
    """CASES B07: nobody is silently dropped."""
    booking = book(plan.session, plan.class_8a1, plan.hanh)
    client, address = as_user(plan.trung), reverse("session_capacity", args=[plan.session.pk])
    read = version_at(client, address)
    answer = client.post(address, {"capacity": "30", "version": read})
    [error] = answer.context["form"].errors["capacity"]
    assert "8" in error
    assert booking.reference in answer.content.decode()
    plan.session.refresh_from_db()
    assert (plan.session.capacity, plan.session.seats_taken) == (40, 38)
    assert client.post(address, {"capacity": "45", "version": read}).status_code == 302
    assert client.post(address, {"capacity": "50", "version": read}).context["form"].differences


def test_more_places_let_the_waiting_list_move_up(plan):
    book(plan.session, plan.class_8a1, plan.hanh)
    waits = book(plan.session, plan.lams_class, plan.lam, pupils=20, adults=1, wait_if_full=True)
    change_capacity(session_id=plan.session.pk, capacity=60, by=plan.trung)
    waits.refresh_from_db()
    assert waits.holds_seats
    assert seats_add_up(plan.session)
    assert refusal(lambda: change_capacity(session_id=plan.session.pk, capacity=61, by=plan.trung))[0] == (
        "room_too_small"
    )
