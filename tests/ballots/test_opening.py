"""A season or a session is given by ballot: who may open it, what cannot be drawn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.ballots.models import Ballot
from programs.bookings.models import Booking
from programs.centres.choices import BookingMode, SessionState
from programs.centres.models import Season, Session
from tests.ballots.make import (
    opened,
    refusal,
    schools_enter,
)  # fmt: skip
from tests.centres.make import (
    book,
    local,
    make_centre,
    make_session,
    make_trip,
    move_session,
)

pytestmark = pytest.mark.django_db


def test_a_season_opens_by_ballot_and_its_sessions_no_longer_take_bookings(world):
    ballot = opened(world)
    assert opened(world).pk == ballot.pk  # the same form again
    assert set(Session.objects.values_list("mode", flat=True)) == {BookingMode.BALLOT}
    assert refusal(lambda: book(world.session, world.class_8a1, world.hanh)) == ("by_ballot", None)
    assert not Booking.objects.exists()


def test_a_season_with_a_ballot_keeps_its_way_of_giving_places(world, as_user):
    Season.objects.filter(pk=world.season.pk).update(opens_at=local(5))  # what is not drawn is booked from then on
    opened(world)
    schools_enter(Ballot.objects.get(), world.session, 1)
    address = reverse("season_edit", args=[world.season.pk])
    form = as_user(world.huy).get(address).context["form"]
    assert form["name"].label == "Tên mùa tham quan"
    typed = {name: form[name].value() or "" for name in form.fields}
    typed |= {"opens_at": f"{local(5):%d/%m/%Y %H:%M}", "closes_at": f"{local(80):%d/%m/%Y %H:%M}"}
    answer = as_user(world.huy).post(address, typed | {"mode": "first_come"})
    assert answer.context["form"].errors["mode"]
    world.session.refresh_from_db()
    assert world.session.mode == BookingMode.BALLOT
    assert as_user(world.huy).post(address, typed | {"name": "Học kỳ hai"}).status_code == 302


@pytest.mark.parametrize(
    ("code", "arrange"),
    [
        ("has_bookings", lambda world: book(world.session, world.class_8a1, world.hanh)),
        ("has_ballot", lambda world: opened(world, key="other")),
        ("no_sessions", lambda world: Session.objects.update(state=SessionState.CANCELLED)),
        ("closes_late", lambda world: move_session(world.session, timezone.now() + timedelta(days=1))),
    ],
)
def test_what_cannot_be_drawn(world, code, arrange):
    arrange(world)
    assert refusal(lambda: opened(world))[0] == code


def test_a_manager_draws_sessions_of_their_own_centre_and_the_department_all(world):
    with pytest.raises(PermissionDenied):
        opened(world, by=world.nga)
    alone = make_session(trip=world.session.field_trip, starts_at=local(20))
    ballot = opened(world, season=None, session=alone, by=world.nga)
    assert Session.objects.get(pk=alone.pk).mode == BookingMode.BALLOT
    foreign = make_session(trip=make_trip(centre=make_centre("Trung tâm Dĩ An")), starts_at=local(20))
    with pytest.raises(PermissionDenied):
        opened(world, season=None, session=foreign, by=world.nga, key="2")
    assert ballot.reference.startswith("BT-")
    with pytest.raises(PermissionDenied):
        opened(world, by=world.hanh, key="3")
