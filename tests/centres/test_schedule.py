"""Anh Trung plans the centre's sessions, one by one and in series."""

from __future__ import annotations

from datetime import time, timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.centres.actions import schedule
from programs.centres.actions.schedule import schedule_series, schedule_session
from programs.centres.choices import BookingMode
from programs.centres.models import Blackout, OpeningHours, Room, Session
from programs.core.models import Holiday
from tests.centres.make import (
    local,
    make_centre,
    make_session,
)
from tests.centres.planning import (
    make_season,
    offer,
    refusal,
    rhythm,
    session_form,
)

pytestmark = pytest.mark.django_db


def test_a_session_is_offered_once_however_often_the_form_is_sent(plan, as_user):
    client = as_user(plan.trung)
    address = reverse("session_new", args=[plan.centre.code])
    for _ in range(2):
        answer = client.post(address, session_form(plan))
        made = Session.objects.exclude(pk=plan.session.pk).get()
        assert answer.url == reverse("session_plan", args=[made.pk])
    assert (made.starts_at, made.ends_at) == (local(12), local(12, 11))
    assert made.booking_closes_at == local(10)
    assert made.mode == BookingMode.FIRST_COME


def test_two_sessions_in_one_room_are_refused_with_the_name_of_the_other(plan, as_user):
    """CASES B08: beside the time, in the words of the calendar."""
    day = timezone.localtime(plan.session.starts_at)
    answer = as_user(plan.trung).post(
        reverse("session_new", args=[plan.centre.code]), session_form(plan, day=f"{day:%d/%m/%Y}", clock="10:30")
    )
    [error] = answer.context["form"].errors["clock"]
    assert plan.trip.title in error
    assert "8:00–11:00" in error
    assert 'value="10:30"' in answer.content.decode()
    assert Session.objects.count() == 1


@pytest.mark.parametrize("day", ["01/01/0001", "31/12/9999"])
def test_days_at_the_ends_of_the_calendar_are_refused_beside_their_field(plan, as_user, day):
    client = as_user(plan.trung)
    answers = {
        "day": client.post(
            reverse("session_new", args=[plan.centre.code]), session_form(plan, day=day, clock="0:00", closes_days="60")
        ),
        "ends_on": client.post(
            reverse("closed_days_new", args=[plan.centre.code]),
            {"starts_on": day, "ends_on": day, "reason": "Bão", "idempotency_key": "k"},
        ),
    }
    for field, answer in answers.items():
        assert answer.context["form"].errors[field]


def test_the_database_refuses_the_overlap_in_the_same_words_when_a_race_slips_past_the_rule(plan, monkeypatch):
    monkeypatch.setattr(schedule, "must_be_free", lambda **_: None)

    def overlap():
        schedule_session(
            offer=offer(plan), starts_at=plan.session.starts_at + timedelta(hours=1), by=plan.trung, key="k"
        )

    assert refusal(overlap) == ("room_taken", "clock")
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "field"),
    [("past", "day"), ("holiday", "day"), ("closed_day", "day"), ("closed_weekday", "day"), ("outside_hours", "clock")],
)
def test_obstacles_are_explained_beside_their_field(plan, code, field):
    starts_at = local(20)
    day = timezone.localtime(starts_at).date()
    match code:
        case "past":
            starts_at = local(-1)
        case "holiday":
            Holiday.objects.create(name="Tết Nguyên đán", starts_on=day, ends_on=day)
        case "closed_day":
            Blackout.objects.create(centre=plan.centre, starts_on=day, ends_on=day, reason="Bảo trì")
        case "closed_weekday":
            OpeningHours.objects.filter(weekday=day.weekday()).delete()
        case "outside_hours":
            starts_at = local(20, 15)

    def plan_it():
        schedule_session(offer=offer(plan), starts_at=starts_at, by=plan.trung, key="k")

    assert refusal(plan_it) == (code, field)


def test_a_closed_room_does_not_close_its_neighbour(plan):
    day = timezone.localtime(local(20)).date()
    other = Room.objects.create(centre=plan.centre, name="Phòng robot", capacity=40)
    Blackout.objects.create(centre=plan.centre, room=plan.room, starts_on=day, ends_on=day, reason="Sơn lại")
    assert refusal(lambda: schedule_session(offer=offer(plan), starts_at=local(20), by=plan.trung, key="k"))[0] == (
        "closed_day"
    )
    assert schedule_session(offer=offer(plan, room=other), starts_at=local(20), by=plan.trung, key="l").room == other


def test_a_room_must_be_the_centres_and_large_enough(plan):
    other = Room.objects.create(centre=make_centre("Trung tâm Dĩ An"), name="Phòng", capacity=90)
    small = Room.objects.create(centre=plan.centre, name="Phòng nhỏ", capacity=20)

    def plan_in(room: Room):
        schedule_session(offer=offer(plan, room=room), starts_at=local(20), by=plan.trung, key="k")

    assert refusal(partial(plan_in, other)) == ("foreign_room", "room")
    assert refusal(partial(plan_in, small)) == ("room_too_small", "room")


def test_a_season_sets_the_opening_and_how_places_are_allocated(plan):
    season = make_season()
    made = schedule_session(offer=offer(plan, season=season), starts_at=local(40), by=plan.trung, key="k")
    assert (made.booking_opens_at, made.mode) == (season.opens_at, BookingMode.BALLOT)


def test_a_series_makes_what_is_possible_and_keeps_what_it_skipped_with_the_reason(plan):
    tet, closed = timezone.localtime(local(21)).date(), timezone.localtime(local(22)).date()
    Holiday.objects.create(name="Tết Nguyên đán", starts_on=tet, ends_on=tet)
    Blackout.objects.create(centre=plan.centre, starts_on=closed, ends_on=closed, reason="Bảo trì máy")
    make_session(trip=plan.trip, starts_at=local(23, 9))
    series = schedule_series(
        offer=offer(plan), rhythm=rhythm(20, 24, clocks=[time(8), time(15)]), by=plan.trung, key="s"
    )
    made = [timezone.localtime(each.starts_at) for each in series.sessions.order_by("starts_at")]
    assert made == [timezone.localtime(local(20)), timezone.localtime(local(24))]
    whys = [(row["why"], row["name"]) for row in series.skipped]
    assert whys.count(("holiday", "Tết Nguyên đán")) == 2
    assert whys.count(("closed_day", "Bảo trì máy")) == 2
    assert [row["why"] for row in series.skipped].count("outside_hours") == 3
    assert any(why == "room_taken" and plan.trip.title in name for why, name in whys)


def test_the_times_of_a_series_can_conflict_with_each_other(plan):
    series = schedule_series(
        offer=offer(plan), rhythm=rhythm(20, 20, clocks=[time(8), time(9)]), by=plan.trung, key="s"
    )
    assert series.sessions.count() == 1
    assert [row["why"] for row in series.skipped] == ["room_taken"]


def test_the_page_shows_the_series_first_and_makes_it_once(plan, as_user):
    client = as_user(plan.trung)
    address = reverse("series_new", args=[plan.centre.code])
    data = session_form(plan, clocks="13h30, 8:00", weekdays=[str(day) for day in range(7)])
    data |= {"starts_on": f"{local(20):%d/%m/%Y}", "ends_on": f"{local(21):%d/%m/%Y}"}
    shown = client.post(address, data | {"preview": "1"})
    assert len(shown.context["plan"].slots) == 4
    assert Session.objects.count() == 1
    for _ in range(2):
        assert client.post(address, data | {"make": "1"}).status_code == 302
    assert Session.objects.count() == 5
    assert client.get(reverse("series_detail", args=[Session.objects.last().series_id])).status_code == 200


def test_a_series_that_would_be_empty_or_endless_is_refused(plan):
    def make(**ends):
        return partial(schedule_series, offer=offer(plan), rhythm=rhythm(**ends), by=plan.trung, key="s")

    assert refusal(make(first=20, last=19)) == ("ends_before", "ends_on")
    assert refusal(make(first=20, last=420)) == ("too_long", "ends_on")
    assert refusal(make(first=-9, last=-2))[0] == "no_sessions"
