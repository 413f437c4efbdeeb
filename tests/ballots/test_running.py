"""Behind the scenes: the pages of those who run a ballot, and nobody else."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from programs.ballots.actions import running
from programs.ballots.actions.results import start_sending
from programs.ballots.choices import BallotState
from programs.ballots.models import Ballot
from programs.ballots.rules.fair import FACTORS
from programs.bookings.models import Booking
from programs.core.worker import run_due_jobs
from programs.schools.choices import OfficeRole
from tests.ballots.make import (
    DIGITS,
    SOURCE,
    enter,
    opened,
    refusal,
    schools_enter,
    sent,
    time_is_over,
)  # fmt: skip
from tests.centres.make import (
    local,
    make_session,
)
from tests.people import (
    make_class,
    make_officer,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def test_only_those_who_run_it_close_draw_and_send(world):
    ballot = opened(world)
    time_is_over(ballot)
    for act in (
        lambda by: running.close_ballot(ballot_id=ballot.pk, by=by),
        lambda by: running.enter_digits(ballot_id=ballot.pk, digits=DIGITS, by=by),
        lambda by: running.draw_ballot(ballot_id=ballot.pk, digits=DIGITS, by=by),
        lambda by: start_sending(ballot_id=ballot.pk, by=by),
    ):
        for person in (world.nga, world.sen, world.hanh, world.lam):
            with pytest.raises(PermissionDenied):
                act(person)
    assert refusal(lambda: start_sending(ballot_id=ballot.pk, by=world.huy))[0] == "not_drawn"


def test_the_department_goes_the_whole_way_in_the_browser(world, as_user):
    huy = as_user(world.huy)
    terms = {name: str(points) for name, points in FACTORS.items()}
    data = terms | {
        "target": f"season-{world.season.pk}",
        "closes_at": f"{local(3):%d/%m/%Y %H:%M}",
        "source": SOURCE,
        "source_date": f"{local(4):%d/%m/%Y}",
        "digit_count": "6",
        "idempotency_key": "k",
    }
    assert huy.post(reverse("ballot_new"), data | {"base": "0"}).context["form"].errors["base"]
    run = huy.post(reverse("ballot_new"), data).url
    ballot = Ballot.objects.get()
    assert ballot.factors == FACTORS
    schools_enter(ballot, world.session, 2)
    assert reverse("ballot_close", args=[ballot.reference]) not in huy.get(run).content.decode()
    time_is_over(ballot)
    linh = make_officer("Đặng Thị Linh")
    for person, step in ((world.huy, "close"), (world.huy, "digits"), (linh, "draw"), (world.huy, "send")):
        client = as_user(person)
        address = reverse(f"ballot_{step}", args=[ballot.reference])
        assert address in client.get(run).content.decode()
        assert client.get(address).status_code == 200
        assert client.post(address, {"digits": DIGITS}).url == run
    huy = as_user(world.huy)
    for step in ("close", "digits", "draw", "send"):
        address = reverse(f"ballot_{step}", args=[ballot.reference])
        assert "form" in huy.post(address, {"digits": DIGITS}).context  # once more: why not, in words
    assert huy.get(run).context["job"]
    run_due_jobs()
    ballot.refresh_from_db()
    assert ballot.state == BallotState.SENT
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("name", ["ballot_run", "ballot_close", "ballot_digits", "ballot_draw", "ballot_send"])
def test_behind_the_scenes_is_for_the_department_and_managers(world, as_user, name):
    ballot = opened(world)
    address = reverse(name, args=[ballot.reference])
    for person in (
        world.hanh,
        world.sen,
        make_officer("Ngô Thị Ward", role=OfficeRole.WARD, areas=(world.school.ward,)),
    ):
        assert as_user(person).get(address).status_code == 404
        assert as_user(person).post(address).status_code == (405 if name == "ballot_run" else 404)
    expected = 200 if name == "ballot_run" else 403
    assert as_user(world.nga).get(address).status_code == expected
    assert as_user(world.huy).get(address).status_code == 200


QUERIES = {"ballot_run": 14, "ballot_detail": 9, "entry_list": 9, "ballot_list": 9}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", list(QUERIES))
def test_pages_cost_the_same_with_one_and_three_rows(world, as_user, name, rows, django_assert_num_queries):
    ballot = opened(world)
    person = {"entry_list": world.hanh, "ballot_detail": world.hanh}.get(name, world.huy)
    if name == "ballot_list":
        for number in range(rows - 1):
            alone = make_session(trip=world.session.field_trip, starts_at=local(20 + number))
            opened(world, season=None, session=alone, key=f"k{number}")
    elif name == "entry_list":
        for number in range(rows):
            enter(ballot, world.sessions, make_class(f"8B{number}", school=world.school), world.hanh)
    else:
        schools_enter(ballot, world.session, rows)
        sent(world, ballot)
    address = reverse(name, args=[] if name.endswith("_list") else [ballot.reference])
    client = as_user(person)
    client.get(address)
    with django_assert_num_queries(QUERIES[name]):
        page = client.get(address)
    assert len(page.context["entries" if name in ("ballot_run", "entry_list") else "rows"]) == rows
