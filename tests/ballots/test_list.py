"""Entries close: the list with all weights and two hashes go out, and everybody hears."""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256

import pytest
from django.urls import reverse

from programs.ballots.actions import running
from programs.ballots.choices import BallotState
from programs.ballots.rules.fair import commitment_to
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.notices.models import Message
from programs.schools.models import Area, School
from tests.ballots.make import (
    DIGITS,
    OTHER_DAY,
    PHONE,
    SOURCE,
    change_session,
    closed,
    enter,
    opened,
    refusal,
    schools_enter,
    sent,
    time_is_over,
    visit,
)  # fmt: skip
from tests.people import (
    make_class,
    make_cluster,
    make_school,
    make_teacher,
    make_ward,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def test_the_list_tells_what_weighs_and_its_hash_is_of_the_very_bytes(world, client):
    ballot = opened(world)
    far = make_school(
        "Trường THCS Côn Đảo", ward=make_ward("Đặc khu Côn Đảo", kind="special_zone"), cluster=make_cluster()
    )
    type(far.ward).objects.filter(pk=far.ward_id).update(former_province="Bà Rịa - Vũng Tàu")
    teacher = make_teacher("Đỗ Thị Biển", school=far)
    visit(world.class_8a1, world.hanh, pupils=36, days_ago=100)
    visit(world.class_8a1, world.hanh, pupils=30, days_ago=400)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    enter(ballot, world.session, make_class("8A", school=far), teacher)
    assert refusal(lambda: running.close_ballot(ballot_id=ballot.pk, by=world.huy))[0] == "too_early"
    assert refusal(lambda: running.enter_digits(ballot_id=ballot.pk, digits=DIGITS, by=world.huy))[0] == "not_closed"
    ballot = closed(world, ballot)
    assert refusal(lambda: running.close_ballot(ballot_id=ballot.pk, by=world.huy))[0] == "already_closed"

    answer = client.get(reverse("ballot_list_json", args=[ballot.reference]))
    assert sha256(answer.content).hexdigest() == ballot.entries_hash
    document = json.loads(answer.content)
    rows = {row["school"]: row for row in document["schools"]}
    near, island = rows[world.school.code], rows[far.code]
    assert near["facts"] == {"roll": 900, "visits": 36, "never": False, "distance": "", "kind": "ward"}
    assert (near["points"], near["weight"]) == ({"base": 100, "seldom": 184}, "2.8400")
    assert island["points"] == {"base": 100, "seldom": 200, "never": 100, "distance": 100, "kind": 100}
    assert (island["may_win"], island["cluster"]) == (2, "Cụm chuyên môn Thủ Dầu Một")
    assert (document["source"], document["commitment"]) == (SOURCE, ballot.commitment)
    assert ballot.commitment == commitment_to(ballot.secret)
    text = answer.content.decode()
    for secret in (ballot.secret, world.hanh.full_name, PHONE, world.class_8a1.name):
        assert secret not in text
    rows = list(
        csv.DictReader(io.StringIO(client.get(reverse("ballot_list_csv", args=[ballot.reference])).content.decode()))
    )
    assert [(row["name"], row["visits"], row["weight"]) for row in rows][0] == (world.school.name, "36", "2.8400")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_name_becomes_a_formula_in_the_lists(world, client, start):
    """However a name came in: by the forms, a list of the department's, or an older portal."""
    formula = f'{start}HYPERLINK("http://x.example")'
    School.objects.filter(pk=world.school.pk).update(name=formula)
    Area.objects.filter(pk=world.school.ward_id).update(name=formula)
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    sent(world, ballot)
    for name in ("ballot_list_csv", "ballot_result_csv"):
        text = client.get(reverse(name, args=[ballot.reference])).content.decode()
        [head, row] = csv.reader(io.StringIO(text, newline=""))
        cells = dict(zip(head, row, strict=True))
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
        if name == "ballot_list_csv":
            assert cells["name"] == cells["ward"] == f"'{formula}"


def test_the_portal_publishes_the_list_by_itself_when_the_time_is_over(world):
    ballot = opened(world)
    assert running.publish_due_lists() == 0
    time_is_over(ballot)
    assert running.publish_due_lists() == 1
    assert running.publish_due_lists() == 0
    ballot.refresh_from_db()
    assert ballot.state == BallotState.CLOSED


def test_three_groups_that_did_not_come_are_not_never_came(world):
    """Places stood empty for them: the school has neither the points of one that never came nor of one without visits."""
    for days_ago in (300, 200, 100):
        visit(world.class_8a1, world.hanh, pupils=30, days_ago=days_ago)
    Booking.objects.update(state=BookingState.NO_SHOW, arrived_pupils=None)
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    [school] = json.loads(closed(world, ballot).published)["schools"]
    assert (school["facts"]["never"], school["facts"]["visits"]) == (False, 90)


def test_whoever_enters_hears_of_the_entry_the_list_with_both_hashes_and_a_moved_session(world, outbox_sent):
    ballot = opened(world)
    enter(ballot, world.sessions, world.class_8a1, world.hanh)
    change_session(world, world.session, "move")
    change_session(world, world.sessions[1], "cancel")
    ballot = closed(world, ballot)
    kinds = list(Message.objects.filter(recipient=world.hanh).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["ballot_entered", "ballot_moved", "ballot_cancelled", "ballot_list"]
    last = Message.objects.get(kind="ballot_list").body_text
    assert ballot.commitment in last and ballot.entries_hash in last and ballot.secret not in last
    assert f"{OTHER_DAY:%d/%m/%Y}" in Message.objects.get(kind="ballot_moved").body_text
    assert "Mất điện" in Message.objects.get(kind="ballot_cancelled").body_text
    assert not Message.objects.filter(recipient=world.lam).exists()


CLOSING = 25  # and a letter to each leader


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_is_published_with_the_same_number_of_queries(world, rows, django_assert_num_queries):
    ballot = opened(world)
    schools_enter(ballot, world.session, rows)
    time_is_over(ballot)
    with django_assert_num_queries(CLOSING + rows):
        running.publish_due_lists()
