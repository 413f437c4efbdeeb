"""A group without a booking is let in at the door, where there is room for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.bookings.actions.booking import cancel_booking
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.notices.models import Message
from programs.visit_days.actions.closing import close_session, reopen_session
from programs.visit_days.queries.month import centre_month
from tests.centres.make import (
    local,
    move_session,
    seats_add_up,
)
from tests.visit_days.make import book_today, check_in, now_is

pytestmark = pytest.mark.django_db
REASON = "Xe của lớp 8A1 đến muộn vì kẹt xe."


def said(**changes) -> dict:
    values = {"pupils": "2", "girls": "1", "adults": "1", "contact_phone": "0912 345 678", "idempotency_key": "k1"}
    return values | changes


def test_a_group_without_a_booking_is_found_by_its_school_and_let_in_once(today, as_user):
    client = as_user(today.sen)
    address = reverse("session_unannounced", args=[today.session.pk])
    assert address in client.get(reverse("centre_day")).content.decode()
    found = client.get(address, {"q": today.lams_class.school.name})
    assert [school.code for school in found.context["found"]] == [today.lams_class.school.code]
    address += f"?school={today.lams_class.school.code}"
    for _ in range(2):
        assert client.post(address, said(class_group=today.lams_class.pk)).status_code == 302
    booking = Booking.objects.get(unannounced=True)
    assert (booking.state, booking.arrived_pupils, booking.seats) == (BookingState.ATTENDED, 2, 2)
    assert (booking.school, booking.class_group) == (today.lams_class.school, today.lams_class)
    assert seats_add_up(today.session) and today.session.seats_taken == 40
    again = client.post(address, said(class_group=today.lams_class.pk, idempotency_key="k2"))
    assert booking.reference in str(again.context["form"].errors["class_group"])
    total = centre_month(today.sen, timezone.localdate()).total()
    assert (total.groups["booked"], total.groups["arrived"], total.groups["unannounced"]) == (1, 1, 1)
    for outsider, status in ((today.quan, 404), (today.hanh, 404)):
        assert as_user(outsider).get(address).status_code == status


def test_more_pupils_than_places_come_in_only_with_a_managers_reason_and_only_into_the_room(today, as_user):
    address = f"{reverse('session_unannounced', args=[today.session.pk])}?school={today.lams_class.school.code}"
    answer = as_user(today.sen).post(address, said(pupils="9", reason="Trời mưa"))
    assert answer.context["form"].errors["pupils"]
    client = as_user(today.trung)
    assert client.post(address, said(pupils="9")).context["form"].errors["reason"]
    assert client.post(address, said(pupils="40", reason="Trời mưa")).context["form"].errors["pupils"]
    assert client.post(address, said(pupils="9", reason="Trời mưa")).status_code == 302
    booking = Booking.objects.get(unannounced=True)
    assert (booking.override_reason, booking.override_by) == ("Trời mưa", today.trung)
    assert seats_add_up(today.session)
    assert (today.session.seats_taken, today.session.capacity) == (47, 47)


def test_a_class_that_cancelled_by_mistake_is_let_in_with_its_list(today, as_user):
    move_session(today.session, local(10))
    cancel_booking(booking_id=today.booking.pk, reason="Nhầm ngày", by=today.hanh)
    move_session(today.session, timezone.now() - timedelta(seconds=3))
    client = as_user(today.sen)
    address = reverse("session_unannounced", args=[today.session.pk])
    assert f"?booking={today.booking.reference}" in client.get(address).content.decode()
    address += f"?booking={today.booking.reference}"
    page = client.get(address)
    assert page.context["form"]["pupils"].value() == 38
    client.post(address, said(class_group=today.class_8a1.pk, pupils="38", girls="18"))
    booking = Booking.objects.get(unannounced=True)
    assert (booking.leader, booking.roster.count()) == (today.hanh, 38)
    assert Message.objects.filter(kind="group_let_in", recipient=today.hanh).count() == 1
    assert now_is(today.booking)[0] == BookingState.CANCELLED_BY_SCHOOL


def test_a_class_that_waits_and_comes_all_the_same_is_let_in_and_waits_no_longer(today, as_user):
    waiting = book_today(today, "Chờ Lâu", pupils=4, wait=True)
    assert waiting.state == BookingState.WAITLISTED
    address = f"{reverse('session_unannounced', args=[today.session.pk])}?school={waiting.school.code}"
    come = said(class_group=waiting.class_group_id, pupils="4", reason="Trời mưa")
    assert as_user(today.trung).post(address, come).status_code == 302
    assert now_is(waiting)[0] == BookingState.EXPIRED
    assert Booking.objects.get(unannounced=True).state == BookingState.ATTENDED
    assert seats_add_up(today.session)


def test_a_group_whose_places_are_gone_does_not_keep_the_session_shut(today):
    """8A1 was settled as absent and somebody else was let in: reopening leaves 8A1 as it is, and opens the rest."""
    came_anyway = book_today(today, "Đến Đúng Giờ", pupils=2)
    check_in(booking_id=came_anyway.pk, pupils=2, girls=1, adults=1, by=today.sen)
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    Session.objects.filter(pk=today.session.pk).update(capacity=20)
    reopen_session(session_id=today.session.pk, reason=REASON, by=today.trung)
    assert now_is(today.booking)[0] == BookingState.NO_SHOW
    assert now_is(came_anyway)[0] == BookingState.ATTENDED
    assert seats_add_up(today.session)


def test_nobody_is_let_in_before_the_day_or_after_the_closing(today, as_user):
    address = f"{reverse('session_unannounced', args=[today.session.pk])}?school={today.lams_class.school.code}"
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    assert as_user(today.sen).get(address).context["refusal"].code == "session_closed"
    assert as_user(today.sen).post(address, said()).context["form"].errors
    move_session(today.session, local(2))
    Session.objects.update(state=SessionState.SCHEDULED)
    assert as_user(today.sen).get(address).context["refusal"].code == "not_now"
    assert not Booking.objects.filter(unannounced=True).exists()
