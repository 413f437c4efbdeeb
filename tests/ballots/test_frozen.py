"""Between the list and the results everything stays as listed; what cannot take place is taken out in public."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from programs.ballots.actions.frozen import take_out_session
from programs.ballots.actions.results import start_sending
from programs.ballots.models import Ballot, BallotEntry
from programs.centres.choices import SessionState
from programs.centres.models import Session
from tests.ballots import make
from tests.ballots.make import (
    change_session,
    closed,
    drawn,
    enter,
    opened,
    outcomes,
    refusal,
    sent,
)  # fmt: skip
from tests.ballots.test_ballot_rules import run_script
from tests.centres.make import (
    local,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("what", ["capacity", "move", "cancel"])
@pytest.mark.parametrize("state", ["closed", "drawn", "sending"])
def test_between_the_list_and_the_results_the_sessions_stay_as_listed(world, what, state):
    """She lowered the places after the draw until the winner she did not like had lost, and raised them again."""
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    closed(world, ballot) if state == "closed" else drawn(world, ballot)
    if state == "sending":
        start_sending(ballot_id=ballot.pk, by=world.huy)
    assert refusal(lambda: change_session(world, world.session, what))[0] == "in_ballot"
    assert Session.objects.get(pk=world.session.pk).state == SessionState.SCHEDULED


@pytest.mark.parametrize("what", ["capacity", "move", "cancel"])
def test_before_the_list_and_after_the_results_they_are_changed_as_ever(world, what):
    ballot = opened(world)
    change_session(world, world.sessions[2], what)
    enter(ballot, world.session, world.class_8a1, world.hanh, pupils=10)
    sent(world, ballot)
    change_session(world, world.sessions[1], what, to=local(22))


def test_a_session_that_cannot_take_place_is_taken_out_before_the_draw_and_the_draw_goes_without_it(
    world, client, tmp_path, outbox_sent
):
    ballot = opened(world)
    enter(ballot, [world.sessions[0], world.sessions[1]], world.class_8a1, world.hanh)
    enter(ballot, world.sessions[0], world.lams_class, world.lam)
    closed(world, ballot)

    def take_out(by) -> Ballot:
        return take_out_session(ballot_id=ballot.pk, session_id=world.session.pk, reason="Cháy xưởng", by=by)

    for person in (world.sen, world.hanh, world.phuc):
        with pytest.raises(PermissionDenied):
            take_out(person)
    take_out(world.nga)
    letters = {mail.to[0]: mail.body for mail in outbox_sent() if "không diễn ra" in mail.body.casefold()}
    assert set(letters) == {world.hanh.email, world.lam.email}
    assert all("Cháy xưởng" in body for body in letters.values())
    ballot = make.draw(ballot)
    assert outcomes(ballot) == {1: ("won", ""), 2: ("lost", "session_cancelled")}
    assert BallotEntry.objects.get(number=1).session_id == world.sessions[1].pk
    ballot = make.send(ballot)

    def get(name: str) -> str:
        return client.get(reverse(name, args=[ballot.reference])).content.decode()

    lines, _said = run_script(
        tmp_path, get("ballot_list_json"), ballot.secret, ballot.digits, *map(str, ballot.cancelled)
    )
    assert lines == list(csv.DictReader(io.StringIO(get("ballot_result_csv"))))


def test_a_session_taken_out_after_the_draw_is_the_reason_that_its_winner_reads(world, outbox_sent):
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    drawn(world, ballot)
    take_out_session(ballot_id=ballot.pk, session_id=world.session.pk, reason="Cháy xưởng", by=world.nga)
    make.send(ballot)
    assert outcomes(ballot) == {1: ("lost", "session_cancelled")}
    [result] = [mail.body for mail in outbox_sent() if "Số 1" in mail.body and "không trúng" in mail.body.casefold()]
    assert BallotEntry.objects.get().why in result.replace("\n", " ")


def test_the_manager_takes_a_session_out_on_the_page_of_the_ballot(world, as_user):
    ballot = opened(world)
    closed(world, ballot)
    address = reverse("ballot_session_cancel", args=[ballot.reference, world.session.pk])
    assert address in as_user(world.nga).get(reverse("ballot_run", args=[ballot.reference])).content.decode()
    assert as_user(world.sen).get(address).status_code == 404
    assert as_user(world.nga).post(address, {"reason": ""}).context["form"].errors["reason"]
    assert as_user(world.nga).post(address, {"reason": "Cháy xưởng"}).status_code == 302
    assert Session.objects.get(pk=world.session.pk).state == SessionState.CANCELLED
    assert Ballot.objects.get().cancelled == [world.session.pk]
