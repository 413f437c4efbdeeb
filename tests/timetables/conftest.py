"""The series that the wing's stories are about."""

from __future__ import annotations

from datetime import time

import pytest
from django.utils import timezone

from programs.centres.actions.schedule import Offer, schedule_series
from programs.centres.models import OpeningHours
from programs.centres.rules import Rhythm
from programs.notices.models import Message
from tests.centres.make import book, local
from tests.timetables.test_series import make_manager


@pytest.fixture
def plan(world):
    """A series of three mornings and three afternoons in twenty days; 8A1 has places in the first, 7B waits there."""
    for weekday in range(7):
        OpeningHours.objects.create(centre=world.centre, weekday=weekday, opens_at=time(7), closes_at=time(18))
    world.trip, world.room = world.session.field_trip, world.session.room
    world.trung = make_manager(world.centre)
    days = [timezone.localtime(local(day)).date() for day in (20, 22)]
    rhythm = Rhythm(starts_on=days[0], ends_on=days[1], weekdays=set(range(7)), clocks=[time(8), time(13)])
    offer = Offer(field_trip=world.trip, room=world.room, capacity=40)
    world.series = schedule_series(offer=offer, rhythm=rhythm, by=world.trung, key="s")
    world.first = world.series.sessions.order_by("starts_at").first()
    world.coming = book(world.first, world.class_8a1, world.hanh, pupils=30)
    world.waiting = book(world.first, world.lams_class, world.lam, pupils=20, adults=1, wait_if_full=True)
    Message.objects.all().delete()
    return world
