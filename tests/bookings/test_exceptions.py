"""Places by exception: the manager and the department may, with a reason, up to the size of the room (CASES B06)."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from programs.bookings.actions.waiting import give_places_by_exception
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import CentreRole
from programs.centres.models import CentreStaff, Session
from programs.core.audit import history_of
from programs.core.refusals import Refused
from tests.centres.make import book, make_centre_staff, seats_add_up
from tests.people import enrol_second_factor, make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(world) -> Booking:
    """8A1 has 38 of 40 places; thầy Lâm's ten pupils wait."""
    book(world.session, world.class_8a1, world.hanh)
    return book(world.session, world.lams_class, world.lam, pupils=10, adults=1, wait_if_full=True)


@pytest.fixture
def manager(world):
    chief = make_centre_staff(world.centre, "Võ Thị Kim Chi")
    CentreStaff.objects.filter(user=chief).update(role=CentreRole.MANAGER)
    enrol_second_factor(chief)
    return chief


def test_the_manager_lets_a_waiting_group_in_and_says_why(world, as_user, manager, waiting):
    client = as_user(manager)
    page = client.get(reverse("booking_detail", args=[waiting.reference]))
    ask = reverse("booking_exception", args=[waiting.reference])
    assert ask in page.content.decode()
    empty = client.post(ask, {"reason": "  "})
    assert "reason" in empty.context["form"].errors
    for _twice in range(2):
        client.post(ask, {"reason": "Trường xa, chỉ có xe hôm ấy"})
    waiting.refresh_from_db()
    assert waiting.state == BookingState.HELD
    assert waiting.seats == 10
    assert Session.objects.get(pk=world.session.pk).capacity == 48  # 38 + 10
    assert seats_add_up(world.session)
    entry = history_of(waiting).get(action="booking.exception")
    assert entry.user == manager
    assert entry.reason.text == "Trường xa, chỉ có xe hôm ấy"
    assert entry.data["before"]["capacity"] == 40
    shown = client.get(reverse("booking_detail", args=[waiting.reference])).content.decode()
    assert "Trường xa, chỉ có xe hôm ấy" in shown


def test_no_exception_makes_the_room_larger(world, manager, waiting):
    Session.objects.filter(pk=world.session.pk).update(capacity=world.session.room.capacity)
    Session.objects.filter(pk=world.session.pk).update(seats_taken=world.session.room.capacity)
    with pytest.raises(Refused) as caught:
        give_places_by_exception(booking_id=waiting.pk, reason="Xin thêm", by=manager)
    assert caught.value.refusal.code == "room_too_small"


def test_the_page_says_beforehand_how_many_the_room_takes(world, as_user, manager, waiting):
    """38 of 60 places of the room are taken: 22 more fit, whatever the session offers."""
    client, ask = as_user(manager), reverse("booking_exception", args=[waiting.reference])
    page = client.get(ask)
    assert "nhiều nhất 22 học sinh" in page.content.decode()
    assert 'name="reason"' in page.content.decode()
    Booking.objects.filter(pk=waiting.pk).update(pupils=23)
    page = client.get(ask).content.decode()
    assert "nhiều nhất 22 học sinh" in page
    assert "Phòng chỉ còn chỗ cho 22 học sinh" in page
    assert 'name="reason"' not in page


def test_what_is_over_offers_no_exception(world, as_user, manager, waiting):
    client, ask = as_user(manager), reverse("booking_exception", args=[waiting.reference])
    Session.objects.filter(pk=world.session.pk).update(one_group=True)
    page = client.get(ask).content.decode()
    assert "Buổi này chỉ nhận một đoàn và đã có đoàn" in page
    assert 'name="reason"' not in page


def test_a_started_form_keeps_what_was_typed(world, as_user, manager, waiting):
    Booking.objects.filter(pk=waiting.pk).update(pupils=23)
    ask = reverse("booking_exception", args=[waiting.reference])
    page = as_user(manager).post(ask, {"reason": "Trường xa"}).content.decode()
    assert "Phòng chỉ còn chỗ cho 22 học sinh" in page
    assert "Trường xa" in page


def test_a_group_with_places_needs_no_exception(world, manager, waiting):
    held = Booking.objects.get(leader=world.hanh)
    with pytest.raises(Refused) as caught:
        give_places_by_exception(booking_id=held.pk, reason="Xin thêm", by=manager)
    assert caught.value.refusal.code == "not_waiting"


def test_the_department_may_and_the_centres_other_staff_may_not(world, as_user, waiting):
    sen = make_centre_staff(world.centre, "Lý Thị Sen Hồng")
    assert as_user(sen).get(reverse("booking_exception", args=[waiting.reference])).status_code == 403
    for nobody in (sen, world.hanh, world.lam):
        with pytest.raises(PermissionDenied):
            give_places_by_exception(booking_id=waiting.pk, reason="Cho qua", by=nobody)
    assert give_places_by_exception(booking_id=waiting.pk, reason="Cho qua", by=make_officer()).seats == 10
