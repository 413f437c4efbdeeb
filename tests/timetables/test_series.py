"""Anh Trung moves and resizes a whole series; every group hears of it once, and what cannot move stays and says why."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.bookings.models import Booking
from programs.centres.choices import CentreRole
from programs.centres.models import CentreStaff, OpeningHours, Room, Session
from programs.core.models import Holiday
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.notices.models import Message
from programs.timetables import queries
from programs.timetables.actions.series import change_series
from programs.timetables.rules import SeriesChange
from tests.centres.make import make_centre, make_centre_staff, make_session, seats_add_up
from tests.people import enrol_second_factor, make_user

pytestmark = pytest.mark.django_db


def make_manager(centre, name: str = "Võ Thành Trung"):
    user = enrol_second_factor(make_user(name))
    CentreStaff.objects.create(centre=centre, user=user, role=CentreRole.MANAGER)
    return user


def change(plan, *, by=None, **said):
    wanted = SeriesChange(**said)
    version = version_of(queries.plan_of(plan.series, wanted, now=timezone.now()).seen)
    return change_series(series_id=plan.series.pk, change=wanted, version=version, by=by or plan.trung)


def starts(plan) -> list:
    return [timezone.localtime(each.starts_at) for each in plan.series.sessions.order_by("starts_at")]


def refusal(act) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.refusal.code


def test_the_page_shows_what_happens_to_each_session_and_changes_exactly_that(plan, as_user):
    client, address = as_user(plan.trung), reverse("series_change", args=[plan.series.pk])
    before = starts(plan)
    data = {"days": "1", "minutes": "−30", "room": "", "capacity": "45"}
    Room.objects.filter(pk=plan.room.pk).update(capacity=60)
    shown = client.post(address, data | {"preview": "1"})
    assert (len(shown.context["plan"].changing), shown.context["plan"].told) == (6, 2)
    assert starts(plan) == before, "looking changes nothing"
    made = client.post(address, data | {"make": shown.context["version"]})
    assert made.url == reverse("series_detail", args=[plan.series.pk])
    assert starts(plan) == [moment + timedelta(days=1, minutes=-30) for moment in before]
    assert set(plan.series.sessions.values_list("capacity", flat=True)) == {45}
    again = client.post(address, data | {"make": shown.context["version"]})
    assert again.status_code == 200 and starts(plan)[0] == before[0] + timedelta(days=1, minutes=-30)
    plan.series.refresh_from_db()
    assert plan.series.starts_on == starts(plan)[0].date() and plan.series.times == ["07:30", "12:30"]


def test_each_group_of_a_moved_series_gets_one_letter_and_keeps_its_places(plan):
    change(plan, days=7)
    assert sorted(Message.objects.values_list("kind", "recipient")) == sorted(
        [("session_moved", plan.hanh.pk), ("session_moved", plan.lam.pk)]
    )
    plan.coming.refresh_from_db()
    assert (plan.coming.state, plan.coming.calendar_sequence, plan.coming.seats) == ("held", 1, 30)
    assert seats_add_up(plan.first)


def test_a_session_that_cannot_move_stays_says_why_and_is_not_run_over(plan):
    """A day later the second day is a holiday: its two sessions stay. Nobody else comes into their hours."""
    tet = starts(plan)[2].date() + timedelta(days=1)
    Holiday.objects.create(name="Tết Nguyên đán", starts_on=tet, ends_on=tet)
    found = queries.plan_of(plan.series, SeriesChange(days=1), now=timezone.now())
    assert [line.refusal.code if line.refusal else "" for line in found.lines] == [
        "room_taken", "room_taken", "holiday", "holiday", "", "",
    ]  # fmt: skip
    before = starts(plan)
    change(plan, days=1)
    assert starts(plan) == before[:4] + [moment + timedelta(days=1) for moment in before[4:]]
    assert not Message.objects.exists(), "the first session stays: its groups hear nothing"


def test_sessions_step_into_the_hours_of_their_own_series(plan):
    """Five hours later the morning takes the place of the afternoon, which has gone to the evening: not open."""
    OpeningHours.objects.update(closes_at=time(22))
    before = starts(plan)
    for minutes in (300, -300):
        change(plan, minutes=minutes)
    assert starts(plan) == before


def test_fewer_places_than_are_taken_leave_that_session_as_it_is(plan):
    found = change(plan, capacity=25)
    assert [line.session.pk for line in found.staying] == [plan.first.pk]
    assert sorted(plan.series.sessions.values_list("capacity", flat=True)) == [25] * 5 + [40]


def test_more_places_reach_the_waiting_list(plan):
    Room.objects.filter(pk=plan.room.pk).update(capacity=60)
    change(plan, capacity=50)
    plan.waiting.refresh_from_db()
    assert plan.waiting.state == "offered" and seats_add_up(plan.first)


def test_what_somebody_changed_since_the_preview_is_shown_again(plan):
    wanted = SeriesChange(days=1)
    version = version_of(queries.plan_of(plan.series, wanted, now=timezone.now()).seen)
    make_session(trip=plan.trip, starts_at=starts(plan)[-1] + timedelta(days=1, hours=1))

    def change_as_read():
        change_series(series_id=plan.series.pk, change=wanted, version=version, by=plan.trung)

    assert refusal(change_as_read) == "changed_meanwhile"
    assert refusal(lambda: change(plan)) == "nothing"
    assert refusal(lambda: change(plan, capacity=200)) == "all_stay"


def test_only_the_centres_managers_change_a_series(plan, as_user):
    sen = make_centre_staff(plan.centre, "Đỗ Văn Sen")
    with pytest.raises(PermissionDenied):
        change(plan, by=sen, days=1)
    address = reverse("series_change", args=[plan.series.pk])
    assert as_user(sen).get(address).status_code == 403
    assert as_user(make_manager(make_centre("Trung tâm Dĩ An"), "Lý Thị An")).get(address).status_code == 404


def test_the_preview_costs_the_same_with_two_and_with_six_sessions(plan, django_assert_num_queries):
    for sessions in (6, 2):
        with django_assert_num_queries(5):  # the sessions with their groups; of the room: hours, holidays, days, busy
            found = queries.plan_of(plan.series, SeriesChange(days=1), now=timezone.now())
        assert len(found.lines) == sessions
        Session.objects.filter(pk__in=[line.session.pk for line in found.lines[2:]]).update(state="cancelled")
    assert Booking.objects.count() == 2
