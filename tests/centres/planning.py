"""What the stories about a centre's planning have in common."""

from __future__ import annotations

from datetime import time

import pytest
from django.utils import timezone

from programs.bookings.models import Booking
from programs.centres.actions.schedule import Offer
from programs.centres.choices import BookingMode, CentreRole
from programs.centres.models import CentreStaff, OpeningHours, Season, Session
from programs.centres.rules import Rhythm
from programs.core.refusals import Refused
from tests.centres.make import (
    book,
    local,
)
from tests.people import enrol_second_factor, make_class, make_school, make_teacher, make_user, make_year


def opened(centre) -> None:
    """Every day of the week from 7:30 to 17:00, so that no test depends on the day on which it runs."""
    for weekday in range(7):
        OpeningHours.objects.create(centre=centre, weekday=weekday, opens_at=time(7, 30), closes_at=time(17))


def make_manager(centre, full_name: str):
    user = enrol_second_factor(make_user(full_name))
    CentreStaff.objects.create(centre=centre, user=user, role=CentreRole.MANAGER)
    return user


def offer(plan, **fields) -> Offer:
    return Offer(**{"field_trip": plan.trip, "room": plan.room, "capacity": 40} | fields)


def refusal(act) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.refusal.code, caught.value.refusal.field


def groups(plan, count: int, *, pupils: int = 7, session: Session | None = None) -> list[Booking]:
    """``count`` classes of as many schools, each with places in the session."""
    found = []
    for number in range(count):
        school = make_school(f"Trường THCS số {number}")
        teacher = make_teacher(f"Nguyễn Thị {number}", school=school)
        class_group = make_class("8A", school=school, homeroom_teacher=teacher)
        found.append(book(session or plan.session, class_group, teacher, pupils=pupils, adults=1))
    return found


def session_form(plan, **changes) -> dict:
    return {
        "field_trip": plan.trip.pk,
        "room": plan.room.pk,
        "capacity": "40",
        "waiting_policy": "first_fit",
        "turn_after_passes": "3",
        "turn_after_days": "14",
        "closes_days": "2",
        "day": f"{local(12):%d/%m/%Y}",
        "clock": "8h",
        "idempotency_key": "moi-1",
    } | changes


def make_season(**fields) -> Season:
    values = {
        "code": "MUA-1",
        "name": "Mùa xuân",
        "mode": BookingMode.BALLOT,
        "school_year": make_year(),
        "opens_at": local(2, 7),
        "closes_at": local(90, 17),
    }
    return Season.objects.create(**values | fields)


def rhythm(first: int = 20, last: int = 33, clocks=(time(8), time(13, 30)), weekdays=range(7)) -> Rhythm:
    return Rhythm(
        starts_on=timezone.localtime(local(first)).date(),
        ends_on=timezone.localtime(local(last)).date(),
        weekdays=set(weekdays),
        clocks=list(clocks),
    )


def version_on(page) -> str:
    return page.context["form"]["version"].value()
