"""A booking that came to nothing offers the next free sessions of its trip, with the group's details filled in."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.bookings.actions.booking import cancel_booking
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import others_to_book
from programs.centres.models import Session
from tests.centres.make import book, make_session, make_trip, seats_add_up
from tests.pages import main_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(world):
    """Cô Hạnh cancelled the visit of 30 pupils of 8A1. Her trip has five more sessions, one of them too small."""
    trip, starts_at = world.session.field_trip, world.session.starts_at
    days = {number: starts_at + timedelta(days=number) for number in (1, 2, 3, 4, 5)}
    world.later = {number: make_session(trip=trip, starts_at=moment, capacity=40) for number, moment in days.items()}
    Session.objects.filter(pk=world.later[2].pk).update(seats_taken=15)
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=30, note="Đến bằng xe buýt")
    cancel_booking(booking_id=world.booking.pk, reason="Trùng lịch kiểm tra", by=world.hanh)
    world.booking.refresh_from_db()
    return world


def _others(world) -> list[Session]:
    return others_to_book(world.booking, now=timezone.now())


def _page(world, client) -> str:
    return main_of(client.get(reverse("booking_detail", args=[world.booking.reference])))


def test_the_next_three_with_places_for_the_whole_group_are_offered(ended):
    assert _others(ended) == [ended.session, ended.later[1], ended.later[3]]


def test_a_visit_that_was_refused_does_not_offer_the_same_session(ended):
    Booking.objects.filter(pk=ended.booking.pk).update(state=BookingState.REFUSED)
    ended.booking.refresh_from_db()
    assert _others(ended) == [ended.later[1], ended.later[3], ended.later[4]]


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "ballot"},
        {"state": "cancelled"},
        {"booking_opens_at": timezone.now() + timedelta(days=1)},
        {"booking_closes_at": timezone.now() - timedelta(days=1)},
        {"one_group": True, "seats_taken": 5},
    ],
)
def test_what_cannot_be_booked_at_once_is_left_out(ended, change):
    Session.objects.filter(pk=ended.later[1].pk).update(**change)
    assert _others(ended) == [ended.session, ended.later[3], ended.later[4]]


def test_a_session_where_others_wait_or_of_another_trip_is_left_out(ended):
    make_session(
        trip=make_trip("Vườn ươm", centre=ended.centre), starts_at=ended.session.starts_at + timedelta(hours=5)
    )
    book(ended.later[1], ended.lams_class, ended.lam, pupils=25)
    book(ended.later[1], ended.class_8a1, ended.hanh, pupils=30, wait_if_full=True)
    assert _others(ended) == [ended.session, ended.later[3], ended.later[4]]


def test_one_press_books_with_what_the_group_said(ended, as_user):
    client = as_user(ended.hanh)
    page = client.get(reverse("booking_detail", args=[ended.booking.reference])).content.decode()
    forms = re.findall(r'<form method="post" action="([^"]+/book/)">(.*?)</form>', page, re.DOTALL)
    assert [action for action, _form in forms] == [reverse("session_book", args=[each.pk]) for each in _others(ended)]
    action, form = forms[1]
    sent = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    assert client.post(action, sent).status_code == 302
    assert client.post(action, sent).status_code == 302  # pressed twice: one booking
    [made] = Booking.objects.live()
    assert made.session == ended.later[1] and made.group == ended.booking.group
    assert seats_add_up(ended.later[1])


def test_only_who_manages_the_booking_is_offered_another_day(ended, as_user):
    colleague_page = _page(ended, as_user(ended.sen))
    assert "Ngày khác của chương trình" not in colleague_page and "/book/" not in colleague_page
    path = reverse("booking_detail", args=[ended.booking.reference])
    assert as_user(ended.lam).get(path).status_code == 404


def test_a_booking_that_stands_offers_nothing(world, as_user):
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=30)
    assert "/book/" not in _page(world, as_user(world.hanh))


def test_without_a_free_session_the_page_leads_to_all_dates(ended, as_user):
    Session.objects.update(booking_closes_at=timezone.now())
    page = _page(ended, as_user(ended.hanh))
    assert "chưa có buổi nào" in page and f"?trip={ended.session.field_trip.code}" in page


def test_what_is_erased_is_not_filled_in(ended):
    Booking.objects.filter(pk=ended.booking.pk).update(contact_phone="")
    ended.booking.refresh_from_db()
    assert _others(ended) == []
