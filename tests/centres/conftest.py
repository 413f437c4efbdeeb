"""The centre that is planned for."""

from __future__ import annotations

import pytest

from tests.centres.planning import (
    make_manager,
    opened,
)


@pytest.fixture
def plan(world):
    """Anh Trung manages the centre, which is open all week; 8A1 of 38 comes in ten days."""
    opened(world.centre)
    world.trip = world.session.field_trip
    world.room = world.session.room
    world.trung = make_manager(world.centre, "Võ Thành Trung")
    return world
