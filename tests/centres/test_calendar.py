"""The calendar of a centre: who looks, who plans, a full day, and what it costs."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.centres.actions.schedule import schedule_series, schedule_session
from programs.centres.models import Room, Session
from programs.schools.choices import OfficeRole
from programs.timetables.actions.sessions import cancel_series, cancel_session
from tests.centres.make import (
    change_capacity,
    local,
    make_centre,
    make_centre_staff,
    make_session,
    make_trip,
    place_session,
)
from tests.centres.planning import (
    groups,
    make_manager,
    offer,
    rhythm,
)
from tests.people import make_officer

pytestmark = pytest.mark.django_db


def test_staff_look_managers_plan_and_others_find_nothing(plan, as_user):
    stranger = make_manager(make_centre("Trung tâm Dĩ An"), "Phan Văn Tài")
    look = reverse("centre_schedule", args=[plan.centre.code]), reverse("session_plan", args=[plan.session.pk])
    change = [reverse(name, args=[plan.session.pk]) for name in ("session_move", "session_copy", "session_cancel")]
    change.append(reverse("session_new", args=[plan.centre.code]))
    for address in look:
        assert as_user(plan.sen).get(address).status_code == 200
        assert as_user(plan.trung).get(address).status_code == 200
        for nobody in (stranger, plan.hanh, plan.lam):
            assert as_user(nobody).get(address).status_code == 404
    for address in change:
        assert as_user(plan.sen).post(address).status_code == 403
        assert as_user(plan.trung).get(address).status_code == 200
        for nobody in (stranger, plan.hanh, plan.lam):
            assert as_user(nobody).post(address).status_code == 404


def test_the_actions_ask_for_themselves_who_it_is(plan):
    for by in (plan.sen, plan.hanh):
        with pytest.raises(PermissionDenied):
            schedule_session(offer=offer(plan), starts_at=local(20), by=by, key="k")
        with pytest.raises(PermissionDenied):
            cancel_session(session_id=plan.session.pk, reason="x", by=by)
        with pytest.raises(PermissionDenied):
            change_capacity(session_id=plan.session.pk, capacity=50, by=by)
        with pytest.raises(PermissionDenied):
            place_session(session_id=plan.session.pk, starts_at=local(20), room=plan.room, by=by)


def test_only_the_manager_cancels_a_series(plan):
    series = schedule_series(offer=offer(plan), rhythm=rhythm(20, 20, clocks=[time(8)]), by=plan.trung, key="s")
    with pytest.raises(PermissionDenied):
        cancel_series(series_id=series.pk, reason="x", by=plan.sen)


def test_on_a_day_with_many_sessions_those_of_one_time_are_folded_together(plan, as_user):
    Session.objects.all().delete()
    day = timezone.localtime(local(10)).date()

    def offer(number: int, hour: int, **fields) -> Session:
        room = Room.objects.create(centre=plan.centre, name=f"Phòng {number}", capacity=40)
        starts_at = timezone.make_aware(datetime.combine(day, time(hour)))
        return make_session(trip=plan.trip, starts_at=starts_at, room=room, **fields)

    def shown() -> str:
        asked = {"month": f"{day:%Y-%m}"}
        return as_user(plan.sen).get(reverse("centre_schedule", args=[plan.centre.code]), asked).content.decode()

    for number in range(3):
        offer(number, 8, seats_taken=10)
    offer(3, 8, state="cancelled")
    assert shown().count('<summary class="few"') == 0
    offer(4, 13)
    page = shown()
    assert page.count('<summary class="few"') == 1
    assert "4 buổi" in page
    assert "30/120" in page
    assert page.count("/desk/sessions/") == 5, "each is there once, folded or not"


MONTH_QUERIES = 13  # session and user 2, roles 2, posts 2, centre 1, month 4, frame 1


PLAN_QUERIES = 11  # session and user 2, roles 2, posts 2, the session, its groups, its history, frame 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_month_costs_the_same_with_one_and_three_sessions(plan, as_user, rows, django_assert_num_queries):
    Session.objects.all().delete()
    month = timezone.localtime(local(10)).date()
    for number in range(rows):
        make_session(trip=plan.trip, starts_at=timezone.make_aware(datetime.combine(month, time(6 + 4 * number))))
    client, address = as_user(plan.sen), reverse("centre_schedule", args=[plan.centre.code])
    client.get(address)
    with django_assert_num_queries(MONTH_QUERIES):
        page = client.get(address, {"month": f"{month:%Y-%m}"})
    assert page.content.decode().count("/desk/sessions/") == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_a_session_costs_the_same_with_one_and_three_groups(plan, as_user, rows, django_assert_num_queries):
    groups(plan, rows)
    client, address = as_user(plan.sen), reverse("session_plan", args=[plan.session.pk])
    client.get(address)
    with django_assert_num_queries(PLAN_QUERIES):
        page = client.get(address)
    assert page.content.decode().count('<th scope="row">') == rows


def test_another_centres_staff_see_only_their_own_centre(plan, as_user):
    make_centre_staff(other := make_centre("Trung tâm Dĩ An"), "Phan Văn Tài")
    own = reverse("centre_schedule", args=[plan.centre.code])
    assert as_user(plan.sen).get(reverse("centre_list")).url == own
    nam = make_officer("Phan Hoàng Nam", role=OfficeRole.DEPARTMENT)
    assert set(as_user(nam).get(reverse("centre_list")).context["centres"]) == {plan.centre, other}


def test_the_calendar_can_show_one_trip_alone(plan, as_user):
    other = make_trip("Vườn khí tượng", centre=plan.centre)
    theirs = make_session(trip=other, starts_at=plan.session.starts_at + timedelta(hours=5))
    client, address = as_user(plan.trung), reverse("centre_schedule", args=[plan.centre.code])
    month = f"{timezone.localtime(plan.session.starts_at):%Y-%m}"

    def shown(**asked) -> set[int]:
        weeks = client.get(address, {"month": month} | asked).context["calendar"].weeks
        return {session.pk for week in weeks for day in week for session in day.sessions}

    assert shown() >= {plan.session.pk, theirs.pk}
    assert shown(trip=other.code) == {theirs.pk}
    assert shown(trip="khong-co") >= {plan.session.pk, theirs.pk}
