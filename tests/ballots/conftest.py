"""The world of every story of a draw."""

from __future__ import annotations

import pytest

from programs.centres.models import Session
from tests.ballots.make import (
    make_season,
)  # fmt: skip
from tests.centres.make import (
    local,
    make_manager,
    make_session,
)
from tests.people import (
    enrol_second_factor,
    make_officer,
)  # fmt: skip


@pytest.fixture
def world(world):
    """The department's chị Huy draws the season of three sessions; chị Nga manages the centre."""
    world.huy = make_officer()
    world.nga = enrol_second_factor(make_manager(world.centre, "Bùi Thị Nga"))
    world.season = make_season()
    Session.objects.filter(pk=world.session.pk).update(season=world.season)
    trip = world.session.field_trip
    world.sessions = [
        Session.objects.get(pk=world.session.pk),
        *(make_session(trip=trip, starts_at=local(day), season=world.season) for day in (11, 12)),
    ]
    world.session = world.sessions[0]
    return world
