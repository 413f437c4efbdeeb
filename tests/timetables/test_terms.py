"""Anh Trung swaps two rooms, and changes the booking rules of a session while nobody is hurt."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import BookingMode
from programs.centres.models import OpeningHours, Room, Season, Session
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.notices.models import Message
from programs.timetables import queries
from programs.timetables.actions.series import swap_rooms
from programs.timetables.actions.terms import change_terms
from programs.timetables.rules import Terms
from tests.centres.make import book, local, make_centre_staff, make_session, seats_add_up, waiting
from tests.pages import main_of, version_at
from tests.people import make_year
from tests.timetables.test_series import make_manager, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(world):
    """8A1 is in the workshop; at the same hour a session stands in the robot room, which is larger."""
    for weekday in range(7):
        OpeningHours.objects.create(centre=world.centre, weekday=weekday, opens_at=time(7), closes_at=time(18))
    world.trung = make_manager(world.centre)
    world.robots = Room.objects.create(centre=world.centre, name="Phòng robot", capacity=40)
    later = world.session.starts_at + timedelta(hours=1)
    world.beside = make_session(trip=world.session.field_trip, starts_at=later, room=world.robots, capacity=35)
    return world


# --- Two rooms -----------------------------------------------------------------------------------
def swap(plan, *, by=None, seen=None):
    versions = dict(zip(("version", "other_version"), seen or places(plan), strict=True))
    return swap_rooms(session_id=plan.session.pk, other_id=plan.beside.pk, by=by or plan.trung, **versions)


def places(plan) -> list[str]:
    """When and where both are, as their page shows it."""
    return [version_of(Session.objects.get(pk=each.pk).place) for each in (plan.session, plan.beside)]


def rooms(plan) -> list[int]:
    return [Session.objects.get(pk=each.pk).room_id for each in (plan.session, plan.beside)]


def test_two_sessions_that_overlap_swap_rooms_in_one_act(plan, as_user):
    mine = book(plan.session, plan.class_8a1, plan.hanh)
    theirs = book(plan.beside, plan.lams_class, plan.lam, pupils=20, adults=1)
    Message.objects.all().delete()
    before = rooms(plan)
    client, address = as_user(plan.trung), reverse("session_swap", args=[plan.session.pk])
    data = {"other": f"{plan.beside.pk}-{places(plan)[1]}", "version": version_at(client, address)}
    assert data["other"] in main_of(client.get(address))
    assert client.post(address, data).status_code == 302
    assert rooms(plan) == before[::-1]
    assert client.post(address, data).status_code == 200, "sent twice, they do not go back"
    assert rooms(plan) == before[::-1]
    letters = Message.objects.filter(kind="session_moved")
    assert sorted(letters.values_list("recipient", flat=True)) == sorted([plan.hanh.pk, plan.lam.pk])
    assert "Phòng robot" in letters.get(recipient=plan.hanh).body_text
    assert {mine.session.state, theirs.session.state} == {"scheduled"} and seats_add_up(plan.session)
    assert set(Session.objects.values_list("state", flat=True)) == {"scheduled"}


def test_a_room_that_is_too_small_or_taken_is_named_with_its_session(plan):
    Room.objects.filter(pk=plan.robots.pk).update(capacity=35)
    assert refusal(lambda: swap(plan)) == "room_too_small"
    Room.objects.filter(pk=plan.robots.pk).update(capacity=40)
    early = plan.session.starts_at - timedelta(hours=2)
    make_session(trip=plan.session.field_trip, starts_at=early, room=plan.robots)
    with pytest.raises(Refused) as refused:
        swap(plan)
    assert refused.value.refusal.code == "room_taken" and plan.session.field_trip.title in refused.value.refusal.message


def test_neither_session_may_have_moved_since_the_page_was_read(plan, as_user):
    """Somebody moved the other session by half an hour, or into another room: who chose it did not see that."""
    client, address = as_user(plan.trung), reverse("session_swap", args=[plan.session.pk])
    data = {"other": f"{plan.beside.pk}-{places(plan)[1]}", "version": version_at(client, address)}
    for moved in (plan.beside, plan.session):
        read = places(plan)
        Session.objects.filter(pk=moved.pk).update(starts_at=moved.starts_at + timedelta(minutes=30))
        assert refusal(lambda: swap(plan, seen=read)) == "changed_meanwhile"  # noqa: B023
    before = rooms(plan)
    shown = client.post(address, data)
    assert shown.status_code == 200 and rooms(plan) == before
    fresh = Room.objects.create(centre=plan.centre, name="Phòng thí nghiệm", capacity=40)
    choice = f"{plan.beside.pk}-{places(plan)[1]}"
    Session.objects.filter(pk=plan.beside.pk).update(room=fresh)
    shown = client.post(address, {"other": choice, "version": version_at(client, address)})
    assert "other" in shown.context["form"].errors and "Phòng thí nghiệm" in main_of(shown)
    assert rooms(plan) == [before[0], fresh.pk]


def test_where_nobody_is_next_door_the_page_says_so_and_leads_back(plan, as_user):
    Session.objects.filter(pk=plan.beside.pk).update(state="cancelled")
    page = main_of(as_user(plan.trung).get(reverse("session_swap", args=[plan.session.pk])))
    assert "không có buổi nào khác" in page and 'name="other"' not in page
    assert reverse("session_plan", args=[plan.session.pk]) in page


def test_whoever_is_in_the_room_by_another_door_is_named(plan, monkeypatch):
    """The rule does not see it; the table does, and says so in the same words."""
    early = plan.session.starts_at - timedelta(hours=2)
    make_session(trip=plan.session.field_trip, starts_at=early, room=plan.robots)
    monkeypatch.setattr("programs.timetables.rules.swap_refusal", lambda *_, **__: None)
    before = rooms(plan)
    with pytest.raises(Refused) as refused:
        swap(plan)
    assert refused.value.refusal.code == "room_taken" and plan.session.field_trip.title in refused.value.refusal.message
    assert rooms(plan) == before and set(Session.objects.values_list("state", flat=True)) == {"scheduled"}


def test_only_managers_swap(plan, as_user):
    sen = make_centre_staff(plan.centre, "Đỗ Văn Sen")
    with pytest.raises(PermissionDenied):
        swap(plan, by=sen)
    assert as_user(sen).get(reverse("session_swap", args=[plan.session.pk])).status_code == 403
    assert as_user(plan.hanh).get(reverse("session_terms", args=[plan.session.pk])).status_code == 404


# --- The terms -----------------------------------------------------------------------------------
def set_terms(plan, **said):
    session = Session.objects.select_related("season").get(pk=plan.session.pk)
    stored = queries.terms_of(session)
    terms = Terms(**vars(stored) | said)
    return change_terms(session_id=session.pk, terms=terms, version=version_of(vars(stored)), by=plan.trung)


def test_everything_can_change_while_nobody_is_in_the_session(plan, as_user):
    season = Season.objects.create(
        code="MUA-1", name="Mùa xuân", school_year=make_year(), opens_at=local(2, 7), closes_at=local(90, 17)
    )
    client, address = as_user(plan.trung), reverse("session_terms", args=[plan.session.pk])
    data = {
        "waiting_policy": "strict",
        "turn_after_passes": "5",
        "turn_after_days": "21",
        "one_group": "on",
        "season": season.pk,
        "booking_opens_at": f"{local(1, 7):%d/%m/%Y %H:%M}",
        "booking_closes_at": f"{local(9, 7):%d/%m/%Y %H:%M}",
        "version": version_at(client, address),
    }
    assert client.post(address, data).status_code == 302
    plan.session.refresh_from_db()
    assert (plan.session.waiting_policy, plan.session.one_group, plan.session.season) == ("strict", True, season)
    assert (plan.session.booking_opens_at, plan.session.booking_closes_at) == (season.opens_at, local(9, 7))
    assert plan.session.mode == BookingMode.FIRST_COME
    assert (plan.session.turn_after_passes, plan.session.turn_after_days) == (5, 21)


def turns(*bookings) -> list[datetime]:
    return [Booking.objects.get(pk=each.pk).turn_at for each in bookings]


def test_the_turns_of_those_who_wait_follow_the_rule_both_ways(plan):
    """Cô Lâm's class was passed over three times, thầy Chờ's has waited since today."""
    book(plan.session, plan.class_8a1, plan.hanh, pupils=30)
    passed = book(plan.session, plan.lams_class, plan.lam, pupils=20, adults=1, wait_if_full=True)
    [patient] = waiting(plan.session, 25)
    now = timezone.now()
    Booking.objects.filter(pk=passed.pk).update(passes=3, turn_at=now)
    set_terms(plan, turn_after_passes=4, turn_after_days=7)  # not often enough any more
    assert turns(passed, patient) == [each.waiting_since + timedelta(days=7) for each in (passed, patient)]
    set_terms(plan, turn_after_passes=2)  # and often enough again, from now on
    assert turns(passed)[0] >= now and turns(passed)[0] <= timezone.now()
    kept = turns(passed)
    set_terms(plan, turn_after_days=30)
    assert turns(passed) == kept  # its turn has come: it is not counted anew
    assert turns(patient) == [patient.waiting_since + timedelta(days=30)]
    lines = history_of(passed).filter(action="booking.turn")
    assert [line.user for line in lines] == [plan.trung] * 2
    assert history_of(patient).filter(action="booking.turn").count() == 2
    set_terms(plan, booking_closes_at=local(8))
    assert history_of(patient).filter(action="booking.turn").count() == 2


def hurt(plan, **said) -> str:
    with pytest.raises(Refused) as refused:
        set_terms(plan, **said)
    assert refused.value.refusal.code == "would_hurt"
    assert refused.value.refusal.field == next(iter(said))
    return refused.value.refusal.message


def test_who_would_be_hurt_is_named(plan):
    first = book(plan.session, plan.class_8a1, plan.hanh, pupils=30)
    season = Season.objects.create(
        code="MUA-1", name="Mùa xuân", school_year=make_year(), opens_at=local(-2, 7), closes_at=local(90, 17)
    )
    assert set_terms(plan, waiting_policy="strict").waiting_policy == "strict", "nobody waits yet"
    assert first.reference in hurt(plan, season=season)
    waits = book(plan.session, plan.lams_class, plan.lam, pupils=20, adults=1, wait_if_full=True)
    assert waits.state == BookingState.WAITLISTED
    for said in ({"waiting_policy": "first_fit"}, {"booking_opens_at": local(3)}):
        message = hurt(plan, **said)
        assert waits.reference in message and first.reference not in message
    both = hurt(plan, one_group=True)
    assert first.reference in both and waits.reference in both
    assert set_terms(plan, booking_closes_at=local(8)).booking_closes_at == local(8), "who is in stays in"


def test_a_group_that_booked_a_session_to_itself_keeps_it(plan):
    set_terms(plan, one_group=True)
    alone = book(plan.session, plan.class_8a1, plan.hanh, pupils=10, adults=1)
    assert alone.reference in hurt(plan, one_group=False)


def test_what_can_never_be_is_refused(plan):
    assert refusal(lambda: set_terms(plan, booking_closes_at=plan.session.starts_at + timedelta(hours=1))) == (
        "closes_late"
    )
    assert refusal(lambda: set_terms(plan, booking_opens_at=local(9), booking_closes_at=local(8))) == "closes_first"
    Session.objects.filter(pk=plan.session.pk).update(mode=BookingMode.BALLOT)
    assert refusal(lambda: set_terms(plan, waiting_policy="strict")) == "by_ballot"
