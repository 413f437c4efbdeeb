"""What sessions are planned within: opening hours, closed days, rooms and seasons."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.centres.actions.schedule import schedule_session
from programs.centres.choices import BookingMode
from programs.centres.forms import show_spans
from programs.centres.models import Blackout, OpeningHours, Season
from programs.schools.choices import OfficeRole
from tests.centres.make import (
    local,
)
from tests.centres.planning import (
    make_season,
    offer,
    version_on,
)
from tests.pages import version_at
from tests.people import make_officer

pytestmark = pytest.mark.django_db


def test_opening_hours_are_written_as_people_write_them(plan, as_user):
    client, address = as_user(plan.trung), reverse("centre_hours", args=[plan.centre.code])
    data = {"day_0": "7h30-11h30, 13:00–17:00", "version": version_at(client, address)}
    assert client.post(address, data).status_code == 302
    hours = [(each.weekday, each.opens_at, each.closes_at) for each in OpeningHours.objects.all()]
    assert hours == [(0, time(7, 30), time(11, 30)), (0, time(13), time(17))]
    assert client.post(address, data).status_code == 302, "the same again changes nothing"
    for wrong in ("7h30", "17:00-7:30", "25:00-26:00", "7:00-12:00, 11:00-13:00"):
        assert client.post(address, data | {"day_0": wrong}).context["form"].errors["day_0"]
    assert OpeningHours.objects.count() == 2


def test_hours_that_somebody_changed_meanwhile_are_shown_beside_what_was_typed(plan, as_user):
    client, address = as_user(plan.trung), reverse("centre_hours", args=[plan.centre.code])
    typed = client.get(address).context["form"].initial
    data = {name: show_spans(spans) for name, spans in typed.items()} | {"version": version_at(client, address)}
    OpeningHours.objects.filter(weekday=0).update(closes_at=time(16))
    page = client.post(address, data | {"day_0": "8:00-11:00"})
    [difference] = page.context["form"].differences
    assert (difference.stored, difference.typed) == ("7:30-16:00", "8:00-11:00")
    assert client.post(address, data | {"day_0": "8:00-11:00", "version": version_on(page)}).status_code == 302
    assert OpeningHours.objects.get(weekday=0).opens_at == time(8)


def test_days_are_closed_and_reopened_and_sessions_on_them_are_reported(plan, as_user):
    client = as_user(plan.trung)
    day = f"{timezone.localtime(plan.session.starts_at):%d/%m/%Y}"
    data = {"starts_on": day, "reason": "Bảo trì", "idempotency_key": "d"}
    for _ in range(2):
        client.post(reverse("closed_days_new", args=[plan.centre.code]), data)
    closed = Blackout.objects.get()
    assert closed.ends_on == closed.starts_on
    page = client.get(reverse("centre_settings", args=[plan.centre.code])).content.decode()
    assert "Bảo trì" in page
    client.post(reverse("closed_days_remove", args=[closed.pk]))
    assert not Blackout.objects.exists()


def test_days_that_are_closed_are_not_closed_again_but_those_of_a_room_are_its_own(plan, as_user):
    client, address = as_user(plan.trung), reverse("closed_days_new", args=[plan.centre.code])
    first, last = f"{local(20):%d/%m/%Y}", f"{local(22):%d/%m/%Y}"
    data = {"starts_on": first, "ends_on": last, "reason": "Bảo trì máy", "idempotency_key": "a"}
    assert client.post(address, data).status_code == 302
    again = client.post(address, data | {"reason": "Nghỉ bù", "idempotency_key": "b"})
    assert "Bảo trì máy" in again.context["form"].errors["starts_on"][0]
    assert Blackout.objects.get().reason == "Bảo trì máy"
    of_the_room = data | {"room": plan.room.pk, "idempotency_key": "c"}
    assert client.post(address, of_the_room).status_code == 302
    assert client.post(address, of_the_room | {"idempotency_key": "d"}).context["form"].errors["starts_on"]
    assert client.post(address, data | {"ends_on": first, "idempotency_key": "e"}).status_code == 302
    assert Blackout.objects.count() == 3


def test_a_room_is_never_smaller_than_a_session_to_come_and_its_name_is_its_own(plan, as_user):
    client = as_user(plan.trung)
    address = reverse("room_edit", args=[plan.room.pk])
    version = version_at(client, address)
    answer = client.post(address, {"name": plan.room.name, "capacity": "39", "version": version})
    assert "40" in answer.context["form"].errors["capacity"][0]
    answer = client.post(
        reverse("room_new", args=[plan.centre.code]), {"name": plan.room.name, "capacity": "9", "idempotency_key": "b"}
    )
    assert answer.context["form"].errors["name"]
    assert client.post(address, {"name": "Xưởng", "capacity": "45", "version": version}).status_code == 302
    plan.room.refresh_from_db()
    assert (plan.room.name, plan.room.capacity) == ("Xưởng", 45)
    late = client.post(address, {"name": plan.room.name, "capacity": "50", "version": version})
    assert [each.stored for each in late.context["form"].differences] == ["45"]


def test_the_department_keeps_the_seasons_and_its_sessions_follow(plan, as_user):
    season = make_season(mode=BookingMode.FIRST_COME)
    made = schedule_session(offer=offer(plan, season=season), starts_at=local(40), by=plan.trung, key="k")
    nam = make_officer("Phan Hoàng Nam", role=OfficeRole.DEPARTMENT)
    data = {
        "name": "Mùa xuân", "name_en": "", "school_year": season.school_year_id, "mode": "ballot",
        "opens_at": f"{local(3):%d/%m/%Y} 07:00", "closes_at": f"{local(80):%d/%m/%Y} 17:00",
        "bookings_per_school": "4",
    }  # fmt: skip
    address = reverse("season_edit", args=[season.pk])
    data["version"] = version_at(as_user(nam), address)
    assert as_user(plan.trung).post(address, data).status_code == 403
    assert as_user(plan.hanh).post(address, data).status_code == 404
    assert as_user(nam).post(address, data).status_code == 302
    season.refresh_from_db()
    made.refresh_from_db()
    assert (season.mode, season.bookings_per_school, season.opens_at) == ("ballot", 4, local(3, 7))
    assert (made.mode, made.booking_opens_at) == ("ballot", local(3, 7))
    late = as_user(nam).post(address, data | {"name": "Mùa thu"})
    assert [each.stored for each in late.context["form"].differences] == ["Mùa xuân"]
    wrong = data | {"closes_at": data["opens_at"], "version": version_at(as_user(nam), address)}
    assert as_user(nam).post(address, wrong).context["form"].errors["closes_at"]
    new = data | {"name": "Mùa hè", "idempotency_key": "u"}
    for _ in range(2):
        assert as_user(nam).post(reverse("season_new"), new).status_code == 302
    assert Season.objects.count() == 2


def test_the_way_of_giving_places_is_fixed_once_booking_has_opened(plan, as_user):
    season = make_season(mode=BookingMode.FIRST_COME, opens_at=timezone.now() - timedelta(days=1))
    nam = make_officer("Phan Hoàng Nam", role=OfficeRole.DEPARTMENT)
    page = as_user(nam).get(reverse("season_edit", args=[season.pk]))
    data = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    data |= {"opens_at": f"{local(-1):%d/%m/%Y} 07:00", "closes_at": f"{local(80):%d/%m/%Y} 17:00"}
    answer = as_user(nam).post(reverse("season_edit", args=[season.pk]), data | {"mode": "ballot"})
    assert answer.context["form"].errors["mode"]
