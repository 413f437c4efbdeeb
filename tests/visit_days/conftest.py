"""A day at the centre that the files of this folder share."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from programs.pupils.models import Pupil
from tests.centres.make import (
    book,
    make_centre,
    make_manager,
    move_session,
    set_roster,
)
from tests.people import enrol_second_factor, give_consent


@pytest.fixture
def today(world):
    """8A1 is expected since a moment ago; anh Trung manages the centre, anh Quân another."""
    world.trung = enrol_second_factor(make_manager(world.centre))
    world.quan = enrol_second_factor(make_manager(make_centre("Trung tâm Dĩ An"), "Đỗ Minh Quân"))
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=38)
    world.pupils = [enrolment.pupil_id for enrolment in world.class_8a1.enrolments.all()]
    set_roster(booking_id=world.booking.pk, pupil_ids=world.pupils, by=world.hanh)
    give_consent(*Pupil.objects.filter(pk__in=world.pupils))
    move_session(world.session, timezone.now() - timedelta(seconds=3))
    return world
