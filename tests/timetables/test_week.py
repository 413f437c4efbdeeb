"""The week of a centre for its staff: rooms by days, with places, states and what is closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.centres.choices import SessionState
from programs.centres.models import Blackout, Room, Session
from programs.centres.queries.schedule import centre_week
from programs.core.models import Holiday
from programs.timetables.queries import waiting_groups
from tests.centres.make import book, make_centre, make_centre_staff, make_manager, make_session, make_trip
from tests.pages import main_of
from tests.people import enrol_second_factor

pytestmark = pytest.mark.django_db


@pytest.fixture
def week(world):
    """Anh Trung's week: 8A1 has 38 of 40 places on Wednesday in the workshop, 7B waits; next door somebody cancelled."""
    world.trung = enrol_second_factor(make_manager(world.centre))
    today = timezone.localdate()
    world.monday = today - timedelta(days=today.weekday()) + timedelta(days=14)
    wednesday = world.session.starts_at.replace(
        year=world.monday.year, month=world.monday.month, day=world.monday.day
    ) + timedelta(days=2)
    world.trip, world.room = world.session.field_trip, world.session.room
    Session.objects.all().delete()
    world.session = make_session(trip=world.trip, room=world.room, starts_at=wednesday)
    book(world.session, world.class_8a1, world.hanh)
    book(world.session, world.lams_class, world.lam, pupils=20, adults=1, wait_if_full=True)
    world.robots = Room.objects.create(centre=world.centre, name="Phòng robot", capacity=40)
    world.off = make_session(trip=world.trip, room=world.robots, starts_at=wednesday)
    Session.objects.filter(pk=world.off.pk).update(state=SessionState.CANCELLED)
    return world


def address(week, day=None) -> str:
    return f"{reverse('centre_week', args=[week.centre.code])}?day={day or week.monday + timedelta(days=4):%Y-%m-%d}"


def test_staff_see_each_room_on_each_day_with_places_and_states(week, as_user):
    sen = make_centre_staff(week.centre, "Đỗ Văn Sen")
    shown = as_user(sen).get(address(week))
    found = shown.context["week"]
    assert (found.first, len(found.days), found.days[2].day) == (week.monday, 7, week.monday + timedelta(days=2))
    inside = {each.room.name: [session.pk for session in each.sessions] for each in found.days[2].rooms}
    assert inside == {week.room.name: [week.session.pk], "Phòng robot": [week.off.pk]}
    page = " ".join(main_of(shown).split())
    assert "38/40" in page and "+1" in page and "đã hủy" in page
    assert reverse("session_new", args=[week.centre.code]) not in page, "staff do not plan"
    assert reverse("session_new", args=[week.centre.code]) in main_of(as_user(week.trung).get(address(week)))


def test_holidays_and_a_closed_room_are_named_on_their_days(week, as_user):
    thursday = week.monday + timedelta(days=3)
    Holiday.objects.create(name="Ngày Nhà giáo", starts_on=thursday, ends_on=thursday)
    Blackout.objects.create(
        centre=week.centre, room=week.robots, starts_on=week.monday, ends_on=week.monday, reason="Sơn lại tường"
    )
    page = main_of(as_user(week.trung).get(address(week)))
    assert "Ngày Nhà giáo" in page and "Phòng robot: Sơn lại tường" in page
    assert f"{week.room.name}: Sơn" not in page


def test_a_week_without_sessions_and_a_centre_without_rooms_say_so(week, as_user):
    client = as_user(week.trung)
    assert "Tuần này chưa có buổi nào" in main_of(client.get(address(week, week.monday + timedelta(days=30))))
    strange = f"{reverse('centre_week', args=[week.centre.code])}?day=31/02"
    assert client.get(strange).context["week"].first <= timezone.localdate(), "this week"
    Session.objects.all().update(room=make_session(trip=make_trip(make_centre("Khác"))).room)
    week.centre.rooms.all().delete()
    page = main_of(client.get(address(week)))
    assert "chưa có phòng" in page and reverse("centre_settings", args=[week.centre.code]) in page


def test_month_and_week_lead_to_each_other(week, as_user):
    client = as_user(week.trung)
    month = reverse("centre_schedule", args=[week.centre.code])
    assert reverse("centre_week", args=[week.centre.code]) in main_of(client.get(month))
    assert month in main_of(client.get(address(week)))


def test_another_centres_staff_find_no_week(week, as_user):
    other = enrol_second_factor(make_manager(make_centre("Trung tâm Dĩ An"), "Lý Thị An"))
    assert as_user(other).get(address(week)).status_code == 404


def test_the_week_costs_the_same_with_one_and_with_three_rows(week, django_assert_num_queries):
    for extra in (0, 2):
        for number in range(extra):
            room = Room.objects.create(centre=week.centre, name=f"Phòng {number}", capacity=40)
            make_session(trip=week.trip, room=room, starts_at=week.session.starts_at)
        with django_assert_num_queries(5):  # rooms, sessions with their waiting groups, closed days, holidays, hours
            found = centre_week(week.centre, week.monday, today=timezone.localdate(), waiting=waiting_groups())
        assert sum(len(each.sessions) for day in found.days for each in day.rooms) == 2 + extra
