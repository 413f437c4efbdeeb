"""Between the list and the results everything stays as listed; what cannot take place is taken out in public."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import time
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.forms import modelform_factory
from django.urls import reverse
from django.utils import timezone

from programs.ballots.actions.frozen import take_out_session
from programs.ballots.actions.results import start_sending
from programs.ballots.models import Ballot, BallotEntry
from programs.ballots.rules.steps import frozen_until
from programs.bookings.choices import BookingState
from programs.centres.actions.schedule import Offer, schedule_series, schedule_session
from programs.centres.actions.settings import close_days
from programs.centres.admin import CentreForm, FieldTripForm
from programs.centres.choices import SessionState
from programs.centres.models import Centre, FieldTrip, OpeningHours, Room, Season, Session, SessionSeries
from programs.centres.rules import Rhythm
from programs.core.models import Holiday
from programs.core.versions import version_of
from programs.notices.models import Message
from programs.schools.choices import SchoolState
from programs.schools.models import School
from programs.timetables.actions.terms import change_terms
from programs.timetables.queries import terms_of
from tests.ballots import make
from tests.ballots.make import (
    change_session,
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
from tests.centres.make import book, local, make_centre, make_session, make_trip
from tests.pages import version_at
from tests.people import make_class

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
    [result] = [mail.body for mail in outbox_sent() if "Số 1" in mail.body and "trúng bốc thăm nhưng" in mail.body]
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


# --- What else the list rests on ----------------------------------------------------------------
def offer(world, **fields) -> Offer:
    """Another room is free at any hour."""
    room = Room.objects.get_or_create(centre=world.centre, name="Phòng bên", defaults={"capacity": 60})[0]
    return Offer(**{"field_trip": world.session.field_trip, "room": room, "capacity": 40} | fields)


def plan_one(world, **fields) -> Session:
    return schedule_session(offer=offer(world, **fields), starts_at=local(25), by=world.nga, key="k")


def plan_series(world, **fields) -> SessionSeries:
    first, last = (timezone.localdate(local(day)) for day in (25, 32))
    rhythm = Rhythm(starts_on=first, ends_on=last, weekdays=set(range(7)), clocks=[time(8)])
    return schedule_series(offer=offer(world, **fields), rhythm=rhythm, by=world.nga, key="k")


def put_into(world, session: Session, season: Season | None) -> Session:
    stored = terms_of(Session.objects.select_related("season").get(pk=session.pk))
    terms = replace(stored, season=season)
    return change_terms(session_id=session.pk, terms=terms, version=version_of(vars(stored)), by=world.nga)


@pytest.fixture
def open_all_day(world):
    for weekday in range(7):
        OpeningHours.objects.create(centre=world.centre, weekday=weekday, opens_at=time(6), closes_at=time(18))
    return world


@pytest.mark.usefixtures("open_all_day")
def test_a_published_list_gains_no_sessions_and_says_which_ballot_until_when(world, as_user):
    """A session that joined the season after the list was drawn by nobody, and its places went to nobody."""
    beside = make_session(trip=world.session.field_trip, starts_at=local(20))
    ballot = opened(world)
    closed(world, ballot)
    for act in (
        lambda: plan_one(world, season=world.season),
        lambda: plan_series(world, season=world.season),
        lambda: put_into(world, beside, world.season),
    ):
        assert refusal(act) == ("in_ballot", "season")
    address = reverse("session_terms", args=[beside.pk])
    nga = as_user(world.nga)
    form = nga.get(address).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    typed |= {name: f"{typed[name]:%d/%m/%Y %H:%M}" for name in ("booking_opens_at", "booking_closes_at")}
    answer = nga.post(address, typed | {"season": world.season.pk, "version": version_at(nga, address)})
    [message] = answer.context["form"].errors["season"]
    until = frozen_until(Ballot.objects.get(), first_starts_at=world.session.starts_at)
    assert ballot.reference in message and f"{until:%d/%m/%Y}" in message
    assert plan_one(world).season is None  # outside the season anybody plans as ever
    make.send(make.draw(ballot))
    assert put_into(world, beside, world.season).season == world.season


@pytest.mark.usefixtures("open_all_day")
def test_no_session_of_a_ballot_takes_place_before_its_digits_are_there(world):
    """Its manager moved the one session of a ballot to the day before the source: it was over when it was drawn."""
    alone = make_session(trip=world.session.field_trip, starts_at=local(20))
    ballot = opened(world, season=None, session=alone, terms=terms(local(10)), by=world.nga)
    assert ballot.source_date == timezone.localdate(local(11))
    for day in (5, 11):
        assert refusal(lambda day=day: change_session(world, alone, "move", to=local(day))) == ("before_source", "day")
    change_session(world, alone, "move", to=local(12, 14))
    early = make_session(trip=world.session.field_trip, starts_at=local(3))
    opened(world, terms=terms(local(4)), key="2")  # of the season, with digits of the day after
    assert refusal(lambda: put_into(world, early, world.season)) == ("before_source", "season")
    soon = partial(schedule_session, starts_at=local(4), by=world.nga, key="k")
    assert refusal(lambda: soon(offer=offer(world, season=world.season))) == ("before_source", "season")


def test_how_much_a_school_may_book_stays_as_the_list_says(world, as_user):
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    closed(world, ballot)
    address, huy = reverse("season_edit", args=[world.season.pk]), as_user(world.huy)
    form = huy.get(address).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    typed |= {name: f"{typed[name]:%d/%m/%Y %H:%M}" for name in ("opens_at", "closes_at")}
    [message] = huy.post(address, typed | {"bookings_per_school": "1"}).context["form"].errors["bookings_per_school"]
    assert ballot.reference in message
    assert huy.post(address, typed | {"name": "Học kỳ hai"}).status_code == 302  # its name is its own
    make.send(make.draw(ballot))
    typed |= {"name": "Học kỳ hai", "mode": "first_come", "version": version_at(as_user(world.huy), address)}
    assert as_user(world.huy).post(address, typed | {"bookings_per_school": "1"}).status_code == 302


@pytest.mark.parametrize("what", ["trip", "centre", "cap"])
def test_what_the_back_office_says_of_a_trip_and_a_centre_stays_until_the_results_are_sent(world, what):
    """The session that cannot take place is taken out on the page of the ballot, which tells everybody; then it may."""
    alone = make_session(trip=make_trip(centre=make_centre("Trung tâm Dĩ An")), starts_at=local(20))
    ballot = opened(world, season=None, session=alone)
    closed(world, ballot)
    trip, centre = alone.field_trip, alone.field_trip.centre
    form_class, row, changed = {
        "trip": (FieldTripForm, trip, {"is_active": False}),
        "centre": (CentreForm, centre, {"is_active": False}),
        "cap": (CentreForm, centre, {"bookings_per_school": 1}),
    }[what]
    form_class = modelform_factory(type(row), form=form_class, fields=list(changed))
    [field] = changed
    form = form_class(changed, instance=row)
    assert not form.is_valid() and ballot.reference in form.errors[field][0]
    take_out_session(ballot_id=ballot.pk, session_id=alone.pk, reason="Cháy xưởng", by=world.huy)
    row.refresh_from_db()
    assert form_class(changed, instance=row).is_valid()


def test_closed_days_take_no_place_from_whoever_won(world):
    """A centre or a room may close at any time: its sessions stay until somebody moves or takes them out, told to all."""
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    drawn(world, ballot)
    day = timezone.localdate(world.session.starts_at)
    about = {"centre": world.centre, "starts_on": day, "ends_on": day, "by": world.nga}
    close_days(room=None, reason="Bảo trì điện", key="1", **about)
    close_days(room=world.session.room, reason="Sơn lại", key="2", **about)
    make.send(ballot)
    assert outcomes(ballot) == {1: ("won", "")}


def test_a_winner_is_judged_by_the_limits_of_the_list_and_not_by_later_ones(world):
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    ballot = drawn(world, ballot)
    [school] = json.loads(ballot.published)["schools"]
    assert (school["may_win"], school["may_win_at"]) == (2, {world.centre.code: 12})
    Season.objects.update(bookings_per_school=0)  # by whatever way
    Centre.objects.update(bookings_per_school=0)
    make.send(ballot)
    assert outcomes(ballot) == {1: ("won", "")}


def test_a_school_with_as_many_bookings_at_the_centre_as_it_may_have_is_told_so_by_the_draw(world):
    """It was drawn, and its winner went beyond what the centre lets every other school book."""
    Centre.objects.filter(pk=world.centre.pk).update(bookings_per_school=1)
    beside = make_session(trip=world.session.field_trip, starts_at=local(20))
    book(beside, make_class("8B", school=world.school), world.hanh, pupils=5, adults=1)
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    enter(ballot, world.sessions[1], world.lams_class, world.lam, pupils=3)
    sent(world, ballot)
    assert outcomes(ballot) == {1: ("lost", "school_limit"), 2: ("won", "")}


def test_whoever_drew_a_place_that_cannot_be_booked_is_named_with_the_reason_and_the_next_gets_it(
    world, client, tmp_path
):
    """The draw stays as anybody repeats it; the page and the letter say what was lost since, and why."""
    ballot = opened(world)
    schools_enter(ballot, world.session, 2, wait_if_lost=True)
    ballot = drawn(world, ballot)
    first, second = ballot.entries.order_by("place")
    School.objects.filter(pk=first.school_id).update(state=SchoolState.SUSPENDED)
    ballot = make.send(ballot)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.outcome, first.reason, first.drew, first.session) == (
        "lost", "school_not_working", world.session, None,
    )  # fmt: skip
    assert second.booking.state == BookingState.OFFERED
    letter = Message.objects.get(kind="ballot_result", recipient=first.leader).body_text
    assert first.why in " ".join(letter.split())

    def get(name: str) -> str:
        return client.get(reverse(name, args=[ballot.reference])).content.decode()

    assert "Trúng, không giữ được chỗ" in get("ballot_detail") and str(first.why) in get("ballot_detail")
    lines, _said = run_script(tmp_path, get("ballot_list_json"), ballot.secret, ballot.digits)
    assert lines == list(csv.DictReader(io.StringIO(get("ballot_result_csv"))))


@pytest.mark.parametrize("reason", ["not_offered", "holiday"])
def test_the_reason_is_the_true_one(world, reason):
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    drawn(world, ballot)
    day = timezone.localdate(world.session.starts_at)
    if reason == "holiday":
        Holiday.objects.create(name="Nghỉ bù", starts_on=day, ends_on=day)
    else:
        FieldTrip.objects.update(is_active=False)  # by whatever way: the back office refuses it
    make.send(ballot)
    assert outcomes(ballot) == {1: ("lost", reason)}
