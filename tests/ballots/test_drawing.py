"""Two people draw with the digits of a public source, and anybody repeats it; a draw that nobody holds."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.ballots.actions import running, upkeep
from programs.ballots.choices import BallotState
from programs.ballots.models import Ballot
from programs.ballots.rules import steps
from programs.ballots.rules.fair import seed_of
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import BookingMode
from programs.centres.models import Session
from programs.core.worker import run_due_jobs
from programs.notices.models import Message
from tests.ballots import make
from tests.ballots.make import (
    DIGITS,
    closed,
    drawn,
    enter,
    opened,
    outcomes,
    refusal,
    schools_enter,
    sent,
    terms,
)  # fmt: skip
from tests.ballots.test_ballot_rules import run_script
from tests.centres.make import (
    book,
    local,
    make_session,
    make_trip,
    move_session,
)
from tests.pages import main_of
from tests.people import (
    make_class,
    make_officer,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def test_the_source_is_of_a_day_after_entries_close_and_before_the_visits(world):
    for day, code in ((3, "source_early"), (10, "source_late")):
        said = terms(source_date=timezone.localdate(local(day)))
        assert refusal(partial(opened, world, terms=said)) == (code, "source_date")


@pytest.mark.parametrize("spelling", ["", "81516", "0481516", "48 15 16", "48151６", "số của giám đốc"])
def test_digits_have_one_spelling(world, spelling):
    ballot = opened(world)
    closed(world, ballot)
    found = refusal(lambda: running.enter_digits(ballot_id=ballot.pk, digits=spelling, by=world.huy))
    assert found == ("digits_wrong", "digits")


def test_digits_are_entered_by_one_person_and_confirmed_by_another_who_read_the_same(world):
    ballot = opened(world)
    closed(world, ballot)
    linh = make_officer("Đặng Thị Linh")

    def confirm(by, digits: str = DIGITS) -> Ballot:
        return running.draw_ballot(ballot_id=ballot.pk, digits=digits, by=by)

    Ballot.objects.update(source_date=timezone.localdate(local(1)))
    early = refusal(lambda: running.enter_digits(ballot_id=ballot.pk, digits=DIGITS, by=world.huy))
    assert early == ("source_to_come", "digits")
    Ballot.objects.update(source_date=timezone.localdate())
    assert refusal(lambda: confirm(linh))[0] == "digits_missing"
    running.enter_digits(ballot_id=ballot.pk, digits="481517", by=world.huy)
    assert refusal(lambda: confirm(world.huy, "481517"))[0] == "second_person"
    assert refusal(lambda: confirm(linh)) == ("digits_differ", "digits")
    running.enter_digits(ballot_id=ballot.pk, digits=DIGITS, by=world.huy)
    drawn = confirm(linh)
    assert drawn.seed == seed_of(secret=drawn.secret, digits=DIGITS, reference=drawn.reference)
    assert refusal(lambda: confirm(linh))[0] == "already_drawn"


def test_nobody_who_runs_it_reads_the_secret_before_the_draw_and_everybody_after_it(world, as_user):
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    ballot = closed(world, ballot)
    pages = [
        (world.huy, reverse("ballot_run", args=[ballot.reference])),
        (world.lam, reverse("ballot_detail", args=[ballot.reference])),
    ]
    for person, page in pages:
        text = as_user(person).get(page).content.decode()
        assert ballot.commitment in text and ballot.secret not in text
    ballot = make.draw(ballot)
    for person, page in pages:
        text = as_user(person).get(page).content.decode()
        assert ballot.secret in text and ballot.seed in text and DIGITS in text


def test_the_dry_run_shows_everything_and_sends_nothing_and_a_second_draw_changes_nothing(world, as_user):
    ballot = opened(world)
    schools_enter(ballot, world.session, 3)
    ballot = drawn(world, ballot)
    before = outcomes(ballot)
    assert sorted(before.values()) == [("lost", "no_room"), ("lost", "no_room"), ("won", "")]
    again = refusal(lambda: running.draw_ballot(ballot_id=ballot.pk, digits="000000", by=world.huy))
    assert again[0] == "already_drawn"
    assert outcomes(ballot) == before
    assert not Booking.objects.exists()
    assert not Message.objects.filter(kind="ballot_result").exists()
    assert as_user(world.lam).get(reverse("ballot_result_csv", args=[ballot.reference])).status_code == 404


def test_a_school_over_its_cap_is_never_drawn(world):
    for day, name in ((13, "8B"), (14, "8C")):
        other = make_session(trip=world.session.field_trip, starts_at=local(day), season=world.season)
        book(other, make_class(name, school=world.school), world.hanh, pupils=5, adults=1)
    Booking.objects.update(state=BookingState.CLOSED)  # they came: they count against the season
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    sent(world, ballot)
    assert outcomes(ballot) == {1: ("lost", "school_cap")}


def test_what_a_school_had_in_the_season_counts_against_what_it_may_win(world):
    earlier = make_session(trip=world.session.field_trip, starts_at=local(13), season=world.season)
    book(earlier, make_class("8B", school=world.school), world.hanh, pupils=5, adults=1)
    Booking.objects.update(state=BookingState.CLOSED)  # it came: of the two of this season one is left
    ballot = opened(world)
    for session, class_group in zip(world.sessions, [world.class_8a1, make_class("8C"), make_class("8D")], strict=True):
        enter(ballot, session, class_group, world.hanh)
    ballot = drawn(world, ballot)
    assert [row["may_win"] for row in json.loads(ballot.published)["schools"]] == [1]
    assert sorted(outcomes(ballot).values()) == [("lost", "school_cap"), ("lost", "school_cap"), ("won", "")]


def test_a_class_that_is_elsewhere_at_that_time_is_not_drawn(world):
    ballot = opened(world)
    elsewhere = make_session(trip=make_trip(), starts_at=local(10))
    book(elsewhere, world.class_8a1, world.hanh)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    drawn(world, ballot)
    assert outcomes(ballot) == {1: ("lost", "class_busy")}


def test_the_published_files_and_the_program_give_the_published_result(world, client, tmp_path):
    """In another process, from what everybody can download."""
    ballot = opened(world)
    for session in world.sessions:
        schools_enter(ballot, session, 4, pupils=19)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    ballot = sent(world, ballot)

    def get(name: str) -> str:
        return client.get(reverse(name, args=[ballot.reference])).content.decode()

    assert client.get(reverse("ballot_script")).status_code == 200
    lines, said = run_script(tmp_path, get("ballot_list_json"), ballot.secret, ballot.digits)
    assert lines == list(csv.DictReader(io.StringIO(get("ballot_result_csv"))))
    assert ballot.entries_hash in said
    assert {bool(line["session"]) for line in lines} == {True, False}
    page = get("ballot_detail")
    assert ballot.entries_hash in page
    assert world.hanh.full_name not in page


def test_an_undrawn_ballot_reminds_those_who_may_every_day_and_is_called_off_after_a_week(world, as_user):
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    move_session(world.session, local(60))
    Session.objects.exclude(pk=world.session.pk).delete()
    closed(world, ballot)
    now = timezone.now()
    waits = Message.objects.filter(kind="ballot_waits")
    for days, letters in ((0, 1), (0, 1), (1, 2), (7, 3)):
        upkeep.look_after_ballots(now=now + timedelta(days=days))
        assert waits.filter(recipient=world.huy).count() == letters
    assert not waits.exclude(recipient=world.huy).exists()  # the season is the department's
    assert "Nhập các chữ số" in main_of(as_user(world.huy).get("/desk/"))
    upkeep.look_after_ballots(now=now + timedelta(days=8))
    ballot.refresh_from_db()
    world.session.refresh_from_db()
    assert (ballot.state, world.session.mode) == (BallotState.CALLED_OFF, BookingMode.FIRST_COME)
    assert Message.objects.filter(kind="ballot_called_off", recipient=world.hanh).count() == 1
    assert book(world.session, world.class_8a1, world.hanh).state == BookingState.HELD


def test_what_is_drawn_and_not_sent_is_sent_by_the_portal_after_three_days(world):
    """A draw can be kept from nobody."""
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    drawn(world, ballot)
    now = timezone.now()
    upkeep.look_after_ballots(now=now + timedelta(days=2))
    assert Message.objects.filter(kind="ballot_waits", recipient=world.huy).count() == 1
    upkeep.look_after_ballots(now=now + timedelta(days=3))
    run_due_jobs()
    ballot.refresh_from_db()
    assert ballot.state == BallotState.SENT
    assert Booking.objects.get().state == BookingState.HELD


@pytest.mark.parametrize(("hour", "days"), [(6, 3), (8, 3)])
def test_the_last_day_of_a_draw_is_one_of_the_provinces_calendar(hour, days):
    """A session at 6:30 begins on the day before in Greenwich: the ballot was called off a day too early."""
    first = local(20, hour) + timedelta(minutes=30)
    ballot = Ballot(source_date=timezone.localdate(local(15)))
    assert steps.draw_by(ballot, first_starts_at=first) == timezone.localdate(local(20 - days))


@pytest.mark.falls
def test_one_bad_ballot_does_not_stop_the_others(world, monkeypatch, caplog):
    first = opened(world)
    alone = make_session(trip=world.session.field_trip, starts_at=local(20))
    second = opened(world, season=None, session=alone, key="2")
    for ballot in (first, second):
        closed(world, ballot)
    remind = upkeep.letters.remind_runners

    def fails_once(*, ballot, **about):
        if ballot.pk == first.pk:
            raise ValueError("broken")
        remind(ballot=ballot, **about)

    monkeypatch.setattr(upkeep.letters, "remind_runners", fails_once)
    upkeep.look_after_ballots()
    assert Message.objects.filter(kind="ballot_waits", recipient=world.nga).count() == 1
    assert str(first.pk) in caplog.text
