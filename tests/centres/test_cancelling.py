"""Anh Trung cancels sessions and series; each group hears of it once, and those that are there already stay."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from programs.bookings.actions.booking import cancel_booking
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.actions.schedule import schedule_series, schedule_session
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.centres.rules import received_refusal
from programs.notices.models import Message
from programs.timetables.actions import sessions as changes
from programs.timetables.actions.sessions import cancel_session
from tests.centres.make import (
    book,
    local,
    seats_add_up,
)
from tests.centres.planning import (
    groups,
    offer,
    refusal,
    rhythm,
)
from tests.pages import version_at
from tests.visit_days.make import check_in

pytestmark = pytest.mark.django_db


def test_five_groups_and_a_waiting_one_are_told_once_and_no_place_stays_taken(plan, as_user):
    """CASES B18."""
    five = groups(plan, 5, pupils=8)
    waits = book(plan.session, plan.class_8a1, plan.hanh, wait_if_full=True)
    Booking.objects.filter(pk__in=[each.pk for each in five]).update(state=BookingState.CONFIRMED)
    Message.objects.all().delete()
    client, address = as_user(plan.trung), reverse("session_cancel", args=[plan.session.pk])
    assert "6" in client.get(address).context["text"]
    assert client.post(address, {"reason": "Máy cắt hỏng."}).status_code == 302
    again = client.post(address, {"reason": "Máy cắt hỏng."})
    assert "Buổi này đã hủy." in again.context["form"].non_field_errors()[0]
    plan.session.refresh_from_db()
    assert (plan.session.state, plan.session.seats_taken) == (SessionState.CANCELLED, 0)
    assert seats_add_up(plan.session)
    for booking in (*five, waits):
        booking.refresh_from_db()
        assert (booking.state, booking.end_reason) == (BookingState.CANCELLED_BY_CENTRE, "Máy cắt hỏng.")
    letters = Message.objects.all()
    assert letters.count() == 6
    assert {letter.kind for letter in letters} == {"session_cancelled"}
    assert len({letter.recipient_id for letter in letters}) == 6
    letter = letters.get(recipient=five[0].leader)
    assert "Máy cắt hỏng." in letter.body_text
    assert f"trip={plan.trip.code}" in letter.body_text
    calendar = Calendar.from_ical(letter.attachment)
    assert calendar["METHOD"] == "CANCEL"


def test_the_room_of_a_cancelled_session_is_free_again(plan):
    cancel_session(session_id=plan.session.pk, reason="Mất điện.", by=plan.trung)
    assert schedule_session(offer=offer(plan), starts_at=plan.session.starts_at, by=plan.trung, key="k").pk


def test_all_that_remains_of_a_series_is_cancelled_and_what_was_stays(plan, as_user):
    series = schedule_series(offer=offer(plan), rhythm=rhythm(20, 22, clocks=[time(8)]), by=plan.trung, key="s")
    first, second, third = series.sessions.order_by("starts_at")
    Session.objects.filter(pk=first.pk).update(starts_at=local(-3), ends_at=local(-3, 11))
    book(second, plan.class_8a1, plan.hanh)
    book(third, plan.lams_class, plan.lam, pupils=3, adults=1)
    Message.objects.all().delete()
    client, address = as_user(plan.trung), reverse("series_cancel", args=[series.pk])
    for _ in range(2):
        assert client.post(address, {"reason": "Hết kinh phí."}).status_code == 302
    states = list(series.sessions.order_by("starts_at").values_list("state", flat=True))
    assert states == [SessionState.SCHEDULED, SessionState.CANCELLED, SessionState.CANCELLED]
    assert sorted(Message.objects.values_list("recipient", flat=True)) == sorted([plan.hanh.pk, plan.lam.pk])


def test_a_session_that_has_begun_cannot_be_cancelled(plan):
    Session.objects.filter(pk=plan.session.pk).update(starts_at=local(-1), ends_at=local(-1, 11))
    refused = refusal(lambda: cancel_session(session_id=plan.session.pk, reason="x", by=plan.trung))
    assert refused[0] == "session_past"


@pytest.fixture
def received(plan):
    """Twenty minutes before the session chị Sen has checked 8A1 in; thầy Lâm's class is still on its way."""
    plan.here = book(plan.session, plan.class_8a1, plan.hanh, pupils=30)
    plan.coming = book(plan.session, plan.lams_class, plan.lam, pupils=3, adults=1)
    with time_machine.travel(plan.session.starts_at - timedelta(minutes=20), tick=False):
        check_in(booking_id=plan.here.pk, pupils=30, girls=14, adults=2, by=plan.sen)
        Message.objects.all().delete()
        yield plan


def test_a_session_whose_groups_arrive_is_neither_moved_nor_cancelled(received, as_user):
    client, starts = as_user(received.trung), received.session.starts_at
    place = {"day": f"{local(15):%d/%m/%Y}", "clock": "13:30", "room": received.room.pk}
    place["version"] = version_at(client, reverse("session_move", args=[received.session.pk]))
    for name, data in (("session_move", place), ("session_cancel", {"reason": "Mất điện."})):
        answer = client.post(reverse(name, args=[received.session.pk]), data)
        assert answer.status_code == 200
        [error] = answer.context["form"].non_field_errors()
        assert error == received_refusal(groups=1).message and error in answer.content.decode()
    received.session.refresh_from_db()
    assert (received.session.starts_at, received.session.state) == (starts, SessionState.SCHEDULED)
    assert not Message.objects.exists()
    assert seats_add_up(received.session)


def test_its_page_says_so_and_what_is_still_possible_instead(received, as_user):
    page = as_user(received.trung).get(reverse("session_plan", args=[received.session.pk])).content.decode()
    assert received_refusal(groups=1).message in page
    for name, shown in (("session_move", False), ("session_cancel", False), ("session_capacity", True)):
        assert (reverse(name, args=[received.session.pk]) in page) == shown
    cancel_booking(booking_id=received.coming.pk, reason="Mất điện một phòng", by=received.sen)
    received.coming.refresh_from_db()
    assert received.coming.state == BookingState.CANCELLED_BY_CENTRE


def test_a_series_is_cancelled_without_the_session_whose_groups_arrive(received, as_user):
    series = schedule_series(offer=offer(received), rhythm=rhythm(20, 21, clocks=[time(8)]), by=received.trung, key="s")
    Session.objects.filter(pk=received.session.pk).update(series=series)
    book(series.sessions.get(starts_at=local(20)), received.class_8a1, received.hanh)
    address = reverse("series_cancel", args=[series.pk])
    client = as_user(received.trung)
    assert "2 buổi" in client.get(address).context["text"]
    client.post(address, {"reason": "Hết kinh phí."})
    states = list(series.sessions.order_by("starts_at").values_list("state", flat=True))
    assert states == [SessionState.SCHEDULED, SessionState.CANCELLED, SessionState.CANCELLED]
    received.here.refresh_from_db()
    assert received.here.state == BookingState.ATTENDED


def test_nothing_is_cancelled_when_one_letter_cannot_be_written(plan, monkeypatch):
    groups(plan, 2, pupils=8)

    def fails_at_the_second(*, booking, **_):
        if booking.pk != Booking.objects.order_by("pk").first().pk:
            raise RuntimeError("no letter")

    monkeypatch.setattr(changes, "tell_leader", fails_at_the_second)
    with pytest.raises(RuntimeError):
        cancel_session(session_id=plan.session.pk, reason="x", by=plan.trung)
    plan.session.refresh_from_db()
    assert (plan.session.state, plan.session.seats_taken) == (SessionState.SCHEDULED, 16)
