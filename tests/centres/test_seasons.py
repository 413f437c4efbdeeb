"""A season is changed while schools have booked: what would shut them out is refused, what is dead is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.bookings.actions.booking import cancel_booking
from programs.centres.choices import BookingMode
from programs.centres.models import Season, Session
from programs.schools.choices import OfficeRole
from tests.centres.make import book, local
from tests.people import make_officer, make_year

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_season(world):
    """Opened yesterday, first come first served; cô Hạnh has booked its one session, in ten days."""
    world.season = Season.objects.create(
        code="MUA-1",
        name="Mùa xuân",
        school_year=make_year(),
        opens_at=timezone.now() - timedelta(days=1),
        closes_at=local(90, 17),
    )
    Session.objects.filter(pk=world.session.pk).update(season=world.season)
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=20, adults=2)
    world.nam = make_officer("Phan Hoàng Nam", role=OfficeRole.DEPARTMENT)
    return world


def save_season(world, as_user, **typed):
    client, address = as_user(world.nam), reverse("season_edit", args=[world.season.pk])
    form = client.get(address).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {"opens_at": f"{local(-1):%d/%m/%Y} 07:00", "closes_at": f"{local(80):%d/%m/%Y} 17:00"}
    answer = client.post(address, data | typed)
    return {} if answer.status_code == 302 else answer.context["form"].errors


def test_a_season_with_bookings_does_not_become_a_ballot_in_two_steps_either(open_season, as_user):
    later = {"opens_at": f"{local(3):%d/%m/%Y} 07:00"}
    assert save_season(open_season, as_user, **later) == {}
    [refused] = save_season(open_season, as_user, **later, mode="ballot")["mode"]
    assert "1 đoàn" in refused and "mùa mới" in refused
    open_season.session.refresh_from_db()
    assert open_season.session.mode == BookingMode.FIRST_COME
    cancel_booking(booking_id=open_season.booking.pk, reason="Đổi sang bốc thăm", by=open_season.hanh)
    assert save_season(open_season, as_user, **later, mode="ballot") == {}


def test_a_season_does_not_open_after_its_sessions_close(open_season, as_user):
    """Its session in ten days takes bookings until two days before."""
    [refused] = save_season(open_season, as_user, opens_at=f"{local(9):%d/%m/%Y} 07:00")["opens_at"]
    assert open_season.session.field_trip.title in refused
    assert save_season(open_season, as_user, opens_at=f"{local(7):%d/%m/%Y} 07:00") == {}


def test_a_session_whose_booking_is_over_keeps_its_opening(open_season, as_user):
    opened_at = timezone.now() - timedelta(days=9)
    over = {"booking_opens_at": opened_at, "booking_closes_at": timezone.now() - timedelta(hours=1)}
    Session.objects.filter(pk=open_season.session.pk).update(**over)
    assert save_season(open_season, as_user, opens_at=f"{local(9):%d/%m/%Y} 07:00") == {}
    open_season.session.refresh_from_db()
    assert open_season.session.booking_opens_at == opened_at  # its waiting list still moves


def test_the_manager_is_shown_what_nobody_can_book(open_season, as_user):
    Session.objects.filter(pk=open_season.session.pk).update(booking_opens_at=local(20))
    page = as_user(open_season.sen).get(reverse("session_plan", args=[open_season.session.pk]))
    assert "Không ai đặt được buổi này" in page.content.decode()
    assert "Không ai đặt được 1 buổi" in as_user(open_season.nam).get(reverse("season_list")).content.decode()
