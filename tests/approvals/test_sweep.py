"""What lets a waiting list move without anybody's act, whose turn comes, and what a list that stands still says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.approvals.actions.deadlines import keep_deadlines
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.actions.waiting import leave_waiting, move_lists
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import BookingMode
from programs.centres.models import Season, SeasonOpening, Session
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.schools.choices import SchoolState
from programs.schools.models import School
from tests.centres.make import book, seats_add_up, waiting
from tests.people import make_class, make_cluster, make_school, make_teacher, make_year

pytestmark = pytest.mark.django_db
S = BookingState


def state_of(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.state


def moves_at(now) -> int:
    return keep_deadlines(now=now)["promoted"]


@pytest.fixture
def line(world):
    """40 places: 8A1 holds 20 and another class the others; a class of 15 waits."""
    world.first = book(world.session, world.class_8a1, world.hanh, pupils=20)
    world.other = waiting(world.session, 20)[0]
    away = make_school("Trường THCS Định Hòa")
    teacher, six = make_teacher("Thầy Chờ", school=away), make_class("6D", school=away)
    world.waits = book(world.session, six, teacher, pupils=15, adults=1, wait_if_full=True)
    Booking.objects.filter(session=world.session).update(papers_due_at=None)  # they stay, whatever the time
    return world


def set_session(world, **fields) -> None:
    Session.objects.filter(pk=world.session.pk).update(**fields)


# --- What comes with time -----------------------------------------------------------------------
def test_booking_opens_and_whoever_waits_comes_before_a_stranger(line):
    """A ballot was sent before the season opens; a winner cancels before; the loser who waits is next."""
    opens_at = timezone.now() + timedelta(days=2)
    set_session(line, booking_opens_at=opens_at)
    cancel_booking(booking_id=line.first.pk, reason="Trùng lịch", by=line.hanh)
    assert moves_at(opens_at - timedelta(minutes=1)) == 0
    set_session(line, booking_opens_at=timezone.now())  # it opens, and the worker has not come by yet
    with pytest.raises(Refused) as refused:
        book(line.session, line.lams_class, line.lam, pupils=20)
    assert refused.value.refusal.code == "full" and "chờ" in refused.value.refusal.message
    now = timezone.now()
    assert (moves_at(now), moves_at(now)) == (1, 0)
    assert state_of(line.waits) == S.OFFERED and seats_add_up(line.session)
    assert Message.objects.filter(kind="booking_offered").count() == 1
    assert book(line.session, line.lams_class, line.lam, pupils=5).state == S.HELD  # what is left is for anybody


def test_a_season_that_closes_its_doors_and_opens_them_again(line):
    set_session(line, booking_opens_at=timezone.now() + timedelta(days=3))
    leave_waiting(booking_id=line.waits.pk, by=line.waits.leader)
    again = Booking.objects.filter(pk=line.waits.pk)
    again.update(state=S.WAITLISTED, ended_at=None)
    cancel_booking(booking_id=line.first.pk, reason="Trùng lịch", by=line.hanh)
    assert moves_at(timezone.now()) == 0
    set_session(line, booking_opens_at=timezone.now() - timedelta(days=1))
    assert moves_at(timezone.now()) == 1 and state_of(line.waits) == S.OFFERED


def test_a_school_that_works_again(line):
    School.objects.filter(pk=line.waits.school_id).update(state=SchoolState.SUSPENDED)
    cancel_booking(booking_id=line.other.pk, reason="Trùng lịch", by=line.other.leader)
    assert moves_at(timezone.now()) == 0
    School.objects.filter(pk=line.waits.school_id).update(state=SchoolState.ACTIVE)
    assert moves_at(timezone.now()) == 1 and state_of(line.waits) == S.OFFERED


def test_the_opening_of_a_cluster(line):
    now = timezone.now()
    season = Season.objects.create(
        code="M", name="Mùa", school_year=make_year(), opens_at=now - timedelta(days=1), closes_at=now + timedelta(9)
    )
    cluster = make_cluster("Cụm 1")
    School.objects.filter(pk=line.waits.school_id).update(cluster=cluster)
    opening = SeasonOpening.objects.create(season=season, cluster=cluster, opens_at=now + timedelta(days=1))
    set_session(line, season=season, booking_opens_at=season.opens_at)
    cancel_booking(booking_id=line.first.pk, reason="Trùng lịch", by=line.hanh)
    assert moves_at(now) == 0 and state_of(line.waits) == S.WAITLISTED
    assert moves_at(opening.opens_at) == 1 and state_of(line.waits) == S.OFFERED


def test_a_ballot_keeps_the_list_where_it_is_until_it_is_sent(line):
    set_session(line, mode=BookingMode.BALLOT)
    cancel_booking(booking_id=line.first.pk, reason="Trùng lịch", by=line.hanh)
    assert moves_at(timezone.now()) == 0
    set_session(line, mode=BookingMode.FIRST_COME)
    assert moves_at(timezone.now()) == 1


def test_a_trip_that_is_no_longer_offered_is_offered_to_nobody(line):
    type(line.session.field_trip).objects.update(is_active=False)
    cancel_booking(booking_id=line.first.pk, reason="Trùng lịch", by=line.hanh)
    assert moves_at(timezone.now()) == 0 and state_of(line.waits) == S.WAITLISTED


def test_lists_that_stand_still_cost_one_query_however_many(line, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert move_lists(now=timezone.now()) == 0
    set_session(line, waiting_policy="strict")
    Booking.objects.filter(pk=line.waits.pk).update(pupils=35)
    behind = make_teacher("Cô Sau")
    book(line.session, make_class("6E"), behind, pupils=5, adults=1, wait_if_full=True)
    cancel_booking(booking_id=line.first.pk, reason="Trùng lịch", by=line.hanh)  # 20 free: the 5 would fit, the 35 not
    with django_assert_num_queries(1):
        assert move_lists(now=timezone.now()) == 0


# --- A large group gets its turn ----------------------------------------------------------------
@pytest.fixture
def large(line):
    """First fit. A class of 35 waits at the head of the list; behind it come small ones, one after the other."""
    leave_waiting(booking_id=line.waits.pk, by=line.waits.leader)
    line.large = book(line.session, make_class("6L"), make_teacher("Cô Đông"), pupils=35, wait_if_full=True)
    line.smalls = [line.first]
    return line


def let_one_pass(world, number: int) -> str:
    """The last small group leaves its 20 places; another one waits for them."""
    teacher = make_teacher(f"Thầy Nhỏ {number}")
    small = book(world.session, make_class(f"6N{number}"), teacher, pupils=20, adults=1, wait_if_full=True)
    Booking.objects.filter(session=world.session).update(papers_due_at=None)
    last = world.smalls[-1]
    last.refresh_from_db()
    if last.is_live:
        cancel_booking(booking_id=last.pk, reason="Trùng lịch", by=last.leader)
    world.smalls.append(small)
    return state_of(small)


def test_after_three_passes_places_are_kept_until_it_fits(large):
    assert [let_one_pass(large, number) for number in range(3)] == [S.OFFERED] * 3
    state_of(large.large)
    assert large.large.passes == 3 and large.large.turn_at <= timezone.now()
    assert let_one_pass(large, 4) == S.WAITLISTED  # its turn: 20 places stay free for it
    with pytest.raises(Refused) as refused:
        book(large.session, large.lams_class, large.lam, pupils=5)
    assert refused.value.refusal.code == "full"
    cancel_booking(booking_id=large.other.pk, reason="Trùng lịch", by=large.other.leader)
    assert state_of(large.large) == S.OFFERED and seats_add_up(large.session)


def test_after_two_weeks_it_is_its_turn_though_nobody_who_waited_passed_it(large):
    """Strangers who book what comes free pass it as well."""
    Booking.objects.filter(pk=large.large.pk).update(turn_at=timezone.now() - timedelta(minutes=1))
    cancel_booking(booking_id=large.first.pk, reason="Trùng lịch", by=large.hanh)
    with pytest.raises(Refused):
        book(large.session, large.lams_class, large.lam, pupils=5)
    assert large.large.turn_at - large.large.waiting_since == timedelta(days=large.session.turn_after_days)


def test_once_booking_has_closed_nothing_is_kept_any_more(large):
    Booking.objects.filter(pk=large.large.pk).update(turn_at=timezone.now())
    cancel_booking(booking_id=large.first.pk, reason="Trùng lịch", by=large.hanh)
    small = book(large.session, make_class("6N9"), make_teacher("Thầy Nhỏ"), pupils=9, adults=1, wait_if_full=True)
    assert small.state == S.WAITLISTED
    closes_at = large.session.booking_closes_at
    assert moves_at(closes_at - timedelta(minutes=1)) == 0
    assert moves_at(closes_at + timedelta(minutes=1)) == 1 and state_of(small) == S.OFFERED


# --- Who sees why -------------------------------------------------------------------------------
def test_the_manager_and_the_leader_read_why_the_list_stands_still(large, as_user):
    Booking.objects.filter(pk=large.large.pk).update(turn_at=timezone.now(), passes=3)
    cancel_booking(booking_id=large.first.pk, reason="Trùng lịch", by=large.hanh)
    small = book(large.session, make_class("6N9"), make_teacher("Thầy Nhỏ"), pupils=9, adults=1, wait_if_full=True)
    plan = as_user(large.sen).get(reverse("session_plan", args=[large.session.pk]))
    assert [booking for booking, _words in plan.context["waiting"].line] == [large.large, small]
    page = plan.content.decode()
    assert "15 chỗ" in page and "20 chỗ trống" in page and "3 lần" in page
    own = as_user(small.leader).get(reverse("booking_detail", args=[small.reference])).content.decode()
    assert "đoàn đứng trước" in own and large.large.reference not in own
    set_session(large, booking_opens_at=timezone.now() + timedelta(days=1))
    plan = as_user(large.sen).get(reverse("session_plan", args=[large.session.pk]))
    assert plan.context["waiting"].refusal.code == "not_open_yet"
