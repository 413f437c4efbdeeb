"""The waiting list for whole groups: who is offered the places, for how long, and what an answer does."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from programs.approvals.actions.deadlines import keep_deadlines
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.actions.waiting import accept_offer, leave_waiting, promote_waiting
from programs.bookings.choices import BookingState
from programs.bookings.emails import answer_token
from programs.bookings.models import Booking
from programs.bookings.queries import booking_with_token
from programs.bookings.rules import waiting as rules
from programs.bookings.words import too_large_words
from programs.centres.actions.locks import lock_session
from programs.centres.choices import WaitingPolicy
from programs.centres.models import Centre, FieldTrip, Session
from programs.centres.rules import offer_ends, standing_refusal
from programs.centres.words import policy_words
from programs.core.audit import history_of
from programs.core.calendar import WorkingDays
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.schools.choices import SchoolState
from programs.schools.models import School
from programs.visit_days.actions.closing import close_session
from tests.centres.make import book, change_capacity, change_group, make_manager, place_session, seats_add_up, waiting
from tests.centres.make import move_session as move_time_to
from tests.people import make_class, make_school, make_teacher
from tests.visit_days.make import close_on_page

pytestmark = pytest.mark.django_db
S = BookingState


@pytest.fixture
def full(world):
    """40 places; 8A1 holds 20 of them and another class of the school the others."""
    world.first = book(world.session, world.class_8a1, world.hanh, pupils=20)
    world.other = waiting(world.session, 20)[0]
    return world


def _states(*bookings) -> list[str]:
    for booking in bookings:
        booking.refresh_from_db()
    return [booking.state for booking in bookings]


def _queue(session: Session, *sizes: int):
    """Groups that wait, of classes that no other group of the test has."""
    found = []
    for number, pupils in enumerate(sizes, 1):
        teacher = make_teacher(f"Thầy Chờ {number}")
        found.append(book(session, make_class(f"6D{number}"), teacher, pupils=pupils, adults=2, wait_if_full=True))
    return found


# --- B11 ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("run", range(3))
@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (WaitingPolicy.STRICT, [S.WAITLISTED, S.WAITLISTED, S.WAITLISTED]),
        (WaitingPolicy.FIRST_FIT, [S.WAITLISTED, S.OFFERED, S.OFFERED]),
    ],
)
def test_b11_twenty_places_for_groups_of_30_10_and_10(full, policy, wanted, run):
    Session.objects.filter(pk=full.session.pk).update(waiting_policy=policy)
    queue = _queue(full.session, 30, 10, 10)
    cancel_booking(booking_id=full.first.pk, reason="Trùng lịch", by=full.hanh)
    assert _states(*queue) == wanted
    assert seats_add_up(full.session)
    assert full.session.seats_taken == 20 + sum(b.pupils for b in queue if b.state == S.OFFERED)
    offers = Message.objects.filter(kind="booking_offered")
    assert offers.count() == wanted.count(S.OFFERED)
    passed = [history_of(each).filter(action="booking.passed_over").count() for each in queue]
    assert passed == ([1, 0, 0] if policy == WaitingPolicy.FIRST_FIT else [0, 0, 0])
    with transaction.atomic():
        assert promote_waiting(session=lock_session(session_id=full.session.pk), now=timezone.now()) == []
    assert offers.count() == wanted.count(S.OFFERED)


def test_strict_order_moves_when_the_first_fits(full):
    Session.objects.filter(pk=full.session.pk).update(waiting_policy=WaitingPolicy.STRICT)
    queue = _queue(full.session, 30, 10)
    cancel_booking(booking_id=full.first.pk, reason="a", by=full.hanh)
    cancel_booking(booking_id=full.other.pk, reason="b", by=full.other.leader)
    assert _states(*queue) == [S.OFFERED, S.OFFERED]
    assert seats_add_up(full.session) and full.session.seats_taken == 40


def test_a_group_of_a_suspended_school_keeps_nobody_from_the_free_places(full):
    """It cannot be offered them: in strict order the session would stay empty."""
    Session.objects.filter(pk=full.session.pk).update(waiting_policy=WaitingPolicy.STRICT)
    away = make_school("Trường THCS Định Hòa")
    teacher = make_teacher("Thầy Chờ", school=away)
    class_group = make_class("6D", school=away)
    waits = book(full.session, class_group, teacher, pupils=10, adults=1, wait_if_full=True)
    School.objects.filter(pk=waits.school_id).update(state=SchoolState.SUSPENDED)
    cancel_booking(booking_id=full.first.pk, reason="Trùng lịch", by=full.hanh)
    assert _states(waits) == [S.WAITLISTED]
    assert book(full.session, full.lams_class, full.lam, pupils=10).state == S.HELD


def test_the_rule_alone():
    school = School(state=SchoolState.ACTIVE)
    queue = [Booking(pk=pupils, pupils=pupils, school=school) for pupils in (30, 11, 9, 5)]
    promotable = partial(rules.promotable, now=NOON)
    large, second, third, _last = queue
    chosen = promotable(queue, Session(capacity=40, seats_taken=20))
    assert chosen == [second, third] and rules.passed_over(queue, chosen) == [large]
    assert rules.passed_over(queue, []) == []
    strict = {"waiting_policy": WaitingPolicy.STRICT}
    assert promotable(queue, Session(capacity=40, one_group=True, **strict)) == [large]
    assert promotable(queue, Session(capacity=40, seats_taken=20, **strict)) == []
    assert promotable(queue, Session(capacity=29, seats_taken=9, **strict)) == [second, third]


# --- A group that the session has become too small for ------------------------------------------
@pytest.fixture
def shrunk(full):
    """Strict order; 30 and 20 wait. 8A1 leaves: 20 places stay free for the 30. Then a machine breaks: 25 places."""
    Session.objects.filter(pk=full.session.pk).update(waiting_policy=WaitingPolicy.STRICT)
    full.large, full.small = _queue(full.session, 30, 5)
    cancel_booking(booking_id=full.first.pk, reason="Trùng lịch", by=full.hanh)
    assert _states(full.large, full.small) == [S.WAITLISTED, S.WAITLISTED]
    full.trung = make_manager(full.centre)
    change_capacity(session_id=full.session.pk, capacity=25, by=full.trung)
    return full


def test_a_group_larger_than_the_session_does_not_hold_up_a_strict_list(shrunk):
    assert _states(shrunk.large, shrunk.small) == [S.WAITLISTED, S.OFFERED]
    assert seats_add_up(shrunk.session)
    entries = history_of(shrunk.large).values_list("action", flat=True)
    assert {"booking.too_large", "booking.passed_over"} <= set(entries)
    leave_waiting(booking_id=shrunk.small.pk, by=shrunk.small.leader)
    assert book(shrunk.session, shrunk.lams_class, shrunk.lam, pupils=3).state == S.HELD


def test_only_that_group_is_told_at_once_what_it_can_do(shrunk, as_user, client):
    letter = Message.objects.get(kind="session_smaller")
    words = too_large_words(Booking(pupils=30), Session(capacity=25))
    assert letter.recipient == shrunk.large.leader and words in letter.body_text
    path = reverse("waiting_answer", args=[answer_token(shrunk.large)])
    assert path in letter.body_text and words in client.get(path).content.decode()
    for booking, told in ((shrunk.large, True), (shrunk.small, False)):
        page = as_user(booking.leader).get(reverse("booking_detail", args=[booking.reference]))
        assert (words in page.content.decode()) == told
    leave_waiting(booking_id=shrunk.small.pk, by=shrunk.small.leader)
    change_capacity(session_id=shrunk.session.pk, capacity=24, by=shrunk.trung)  # it knows already
    assert Message.objects.filter(kind="session_smaller").count() == 1


def test_it_kept_its_place_for_when_it_fits_again(shrunk):
    later = book(shrunk.session, shrunk.lams_class, shrunk.lam, pupils=3, wait_if_full=True)
    change_capacity(session_id=shrunk.session.pk, capacity=40, by=shrunk.trung)
    assert _states(shrunk.large, later) == [S.WAITLISTED, S.WAITLISTED]  # 15 places are free, and it is first again
    change_group(booking_id=shrunk.large.pk, pupils=15, adults=1, by=shrunk.large.leader)
    assert _states(shrunk.large, later) == [S.OFFERED, S.WAITLISTED]


# --- An offer -----------------------------------------------------------------------------------
@pytest.fixture
def offered(full):
    """Ten of the freed places are offered to the first that waits; the second waits for the rest."""
    full.queue = _queue(full.session, 20, 15)
    cancel_booking(booking_id=full.first.pk, reason="Trùng lịch", by=full.hanh)
    _states(*full.queue)
    full.offer, full.next = full.queue
    return full


def test_an_offer_holds_the_places_for_its_hours(full):
    """From Monday noon to Wednesday noon; who comes meanwhile waits."""
    move_time_to(full.session, local_on(date(2026, 12, 11), 8))
    [waits] = _queue(full.session, 20)
    with time_machine.travel(NOON, tick=False):
        cancel_booking(booking_id=full.first.pk, reason="Trùng lịch", by=full.hanh)
    assert _states(waits) == [S.OFFERED] and waits.seats == 20
    assert waits.offer_expires_at - NOON == timedelta(hours=full.centre.offer_hours)
    with time_machine.travel(NOON, tick=False):
        late = book(full.session, full.lams_class, full.lam, pupils=3, wait_if_full=True)
    assert late.state == S.WAITLISTED


# --- After the end of booking -------------------------------------------------------------------
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # a Monday, 12:00 in the portal's time zone
TRIP = FieldTrip(centre=Centre(offer_hours=48))
ANY_DAY = WorkingDays(set())


def local_on(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


@pytest.mark.parametrize(
    ("hours_before", "closes", "code"),
    [
        (241, 48, "not_open_yet"), (240, 48, None), (48, 48, None), (13, 48, None),
        (12, 48, "too_late"), (1, 0, None), (0, 0, "too_late"),
    ],
)  # fmt: skip
def test_the_list_moves_while_booking_is_open_and_then_until_twelve_hours_before(hours_before, closes, code):
    session = Session(
        field_trip=TRIP,
        starts_at=NOON,
        booking_opens_at=NOON - timedelta(hours=240),
        booking_closes_at=NOON - timedelta(hours=closes),
    )
    refusal = standing_refusal(session, now=NOON - timedelta(hours=hours_before))
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(("left", "stands"), [(240, 48), (96, 48), (48, 24), (12, 6), (24, 8), (3, None)])
def test_near_the_session_an_offer_leaves_half_of_the_time_to_the_next(left, stands):
    """Half of a day would end at midnight: it ends at 20:00. An hour and a half is too short for anybody."""
    session = Session(field_trip=TRIP, starts_at=NOON + timedelta(hours=left))
    ends = offer_ends(session, days=ANY_DAY, now=NOON)
    assert (ends - NOON if ends else None) == (timedelta(hours=stands) if stands else None)


def test_a_cancellation_after_the_end_of_booking_still_makes_room_for_two_turns(full, client):
    """A day and a half before the session 8A1 falls ill; the first that waits does not look into its letters."""
    silent, ready = _queue(full.session, 20, 20)
    Booking.objects.filter(pk=full.other.pk).update(papers_due_at=None)  # it stays, whatever the time
    starts = full.session.starts_at
    with time_machine.travel(starts - timedelta(hours=36), tick=False):
        cancel_booking(booking_id=full.first.pk, reason="Lớp bị ốm", by=full.hanh)
        assert _states(silent, ready) == [S.OFFERED, S.WAITLISTED]
        assert silent.offer_expires_at == starts - timedelta(hours=18)
    assert keep_deadlines(now=starts - timedelta(hours=27))["warned"] == 1
    with time_machine.travel(starts - timedelta(hours=18), tick=False):
        assert keep_deadlines()["offers_ended"] == 1
        assert _states(silent, ready) == [S.EXPIRED, S.OFFERED]
        client.post(reverse("waiting_answer", args=[answer_token(ready)]), {"answer": "accept"})
        assert _states(ready) == [S.HELD] and ready.papers_due_at <= starts
    assert seats_add_up(full.session)


def test_in_the_last_hours_nobody_is_offered_places_any_more(full):
    [waits] = _queue(full.session, 20)
    with time_machine.travel(full.session.starts_at - timedelta(hours=12), tick=False):
        cancel_booking(booking_id=full.first.pk, reason="Lớp bị ốm", by=full.hanh)
    assert _states(waits) == [S.WAITLISTED]
    assert Message.objects.filter(kind="booking_offered").count() == 0


def test_a_session_that_is_moved_to_a_later_day_lets_its_list_move_again(full):
    """What came free in the last hours was offered to nobody."""
    [waits] = _queue(full.session, 20)
    starts = full.session.starts_at
    trung = make_manager(full.centre)
    with time_machine.travel(starts - timedelta(hours=6), tick=False):
        cancel_booking(booking_id=full.first.pk, reason="Lớp bị ốm", by=full.hanh)
        later = starts + timedelta(days=7)
        place_session(session_id=full.session.pk, starts_at=later, room=full.session.room, by=trung)
    assert _states(waits) == [S.OFFERED] and seats_add_up(full.session)


# --- What an answer does ------------------------------------------------------------------------
def test_accepting_holds_the_places_like_any_others(offered):
    with pytest.raises(PermissionDenied):
        accept_offer(booking_id=offered.offer.pk, by=offered.lam)
    booking = accept_offer(booking_id=offered.offer.pk, by=offered.offer.leader)
    with pytest.raises(Refused) as again:
        accept_offer(booking_id=offered.offer.pk, by=offered.offer.leader)
    assert again.value.refusal.code == "accepted"
    assert (booking.state, booking.seats) == (S.HELD, 20) and booking.papers_due_at
    assert Message.objects.filter(kind="booking_held", recipient=booking.leader).count() == 1
    assert _states(offered.next) == [S.WAITLISTED] and seats_add_up(offered.session)


def test_declining_gives_the_places_to_the_next(offered):
    leave_waiting(booking_id=offered.offer.pk, by=offered.offer.leader)
    with pytest.raises(Refused) as again:
        leave_waiting(booking_id=offered.offer.pk, by=offered.offer.leader)
    assert again.value.refusal.code == "not_waiting"
    assert _states(offered.offer, offered.next) == [S.CANCELLED_BY_SCHOOL, S.OFFERED]
    assert seats_add_up(offered.session) and offered.session.seats_taken == 35


def test_an_unanswered_offer_ends_and_the_next_gets_it_once(offered):
    after = offered.offer.offer_expires_at + timedelta(minutes=1)
    reminded = keep_deadlines(now=after - timedelta(hours=20))
    assert (reminded["warned"], reminded["offers_ended"]) == (1, 0)
    assert Message.objects.get(kind="booking_offer_ends").recipient == offered.offer.leader
    assert keep_deadlines(now=after)["offers_ended"] == 1
    assert keep_deadlines(now=after)["offers_ended"] == 0
    assert _states(offered.offer, offered.next) == [S.EXPIRED, S.OFFERED]
    assert seats_add_up(offered.session) and offered.session.seats_taken == 35
    with pytest.raises(Refused) as refused:
        accept_offer(booking_id=offered.offer.pk, by=offered.offer.leader)
    assert refused.value.refusal.code == "no_offer"
    assert Message.objects.filter(kind="booking_offer_expired").count() == 1


def test_too_late_an_answer_is_refused_though_the_worker_has_not_come(offered):
    type(offered.offer).objects.filter(pk=offered.offer.pk).update(offer_expires_at=timezone.now())
    with pytest.raises(Refused) as refused:
        accept_offer(booking_id=offered.offer.pk, by=offered.offer.leader)
    assert refused.value.refusal.code == "offer_expired"


def test_a_group_that_becomes_smaller_fits_at_once(full):
    [waits] = _queue(full.session, 30)
    cancel_booking(booking_id=full.first.pk, reason="a", by=full.hanh)
    assert _states(waits) == [S.WAITLISTED]
    change_group(booking_id=waits.pk, pupils=20, adults=1, by=waits.leader)
    assert _states(waits) == [S.OFFERED] and seats_add_up(full.session)


# --- The link of the letter ---------------------------------------------------------------------
def test_one_click_from_the_letter_leaves_the_list(offered, client):
    letter = Message.objects.get(kind="booking_waiting", recipient=offered.next.leader)
    path = re.search(r"http://testserver(/waiting/\S+/)", letter.body_text)[1]
    page = client.get(path)
    assert page.status_code == 200 and _states(offered.next) == [S.WAITLISTED]
    assert offered.next.contact_phone not in page.content.decode()
    for _press in range(2):
        assert client.post(path, {"answer": "leave"}).status_code == 302
    assert _states(offered.next) == [S.CANCELLED_BY_SCHOOL]


def test_the_link_accepts_too_and_is_the_leaders_own(offered, client):
    path = reverse("waiting_answer", args=[answer_token(offered.offer)])
    assert client.post(path, {"answer": "accept"}).status_code == 302
    assert _states(offered.offer) == [S.HELD]
    assert client.get(path).status_code == 200
    client.post(path, {"answer": "leave"})  # an old letter must not undo a booking
    assert _states(offered.offer) == [S.HELD]
    token = answer_token(offered.next)
    assert booking_with_token(token) == offered.next
    type(offered.next).objects.filter(pk=offered.next.pk).update(leader=offered.hanh)
    assert booking_with_token(token) is None
    for wrong in ("x", token[:-2], token + "a"):
        assert client.get(reverse("waiting_answer", args=[wrong])).status_code == 404


def test_everybody_who_waits_reads_the_place_and_the_rule(offered, as_user):
    page = as_user(offered.next.leader).get(reverse("booking_detail", args=[offered.next.reference]))
    assert page.context["waiting_place"] == 1
    assert policy_words(offered.session) in page.content.decode()
    page = as_user(offered.offer.leader).get(reverse("booking_detail", args=[offered.offer.reference]))
    assert reverse("booking_answer", args=[offered.offer.reference]) in page.content.decode()


def test_the_answer_of_the_page(offered, as_user):
    path = reverse("booking_answer", args=[offered.offer.reference])
    assert as_user(offered.lam).post(path, {"answer": "accept"}).status_code == 404
    assert as_user(offered.offer.leader).get(path).status_code == 405
    assert as_user(offered.offer.leader).post(path, {"answer": "accept"}).status_code == 302
    assert _states(offered.offer) == [S.HELD]


# --- The end of the list ------------------------------------------------------------------------
def test_groups_still_waiting_when_the_session_is_closed_are_told_once_that_the_list_has_ended(full, as_user):
    [waits] = _queue(full.session, 20)
    move_time_to(full.session, timezone.now() - timedelta(hours=3))
    assert not Message.objects.filter(kind="waiting_ended").exists()
    for status in (302, 200):  # the second time it says that the session is closed
        answer = close_on_page(as_user(full.sen), full.session, sure="on")
        assert answer.status_code == status
        keep_deadlines()
    assert _states(waits, full.first) == [S.EXPIRED, S.NO_SHOW]
    letter = Message.objects.get(kind="waiting_ended")
    assert letter.recipient == waits.leader
    assert "không có đủ chỗ trống cho cả đoàn" in letter.body_text
    page = as_user(waits.leader).get(letter.link)
    assert waits.get_state_display() in page.content.decode()
    assert not Message.objects.filter(kind="booking_offer_expired").exists()


def test_whose_offer_ran_out_before_the_session_hears_nothing_more_when_it_is_closed(full):
    [offered] = _queue(full.session, 20)
    cancel_booking(booking_id=full.first.pk, reason="", by=full.hanh)
    Booking.objects.filter(pk=offered.pk).update(offer_expires_at=timezone.now())
    keep_deadlines()
    move_time_to(full.session, timezone.now() - timedelta(hours=3))
    close_session(session_id=full.session.pk, sure=True, by=full.sen)
    kinds = ["booking_offer_expired", "waiting_ended"]
    assert [letter.kind for letter in Message.objects.filter(kind__in=kinds)] == ["booking_offer_expired"]


def test_an_offer_open_until_the_session_is_closed_ends_with_one_email_about_the_offer(full):
    [offered] = _queue(full.session, 20)
    cancel_booking(booking_id=full.first.pk, reason="", by=full.hanh)
    assert _states(offered) == [S.OFFERED]
    move_time_to(full.session, timezone.now() - timedelta(seconds=1))
    close_session(session_id=full.session.pk, sure=True, by=full.sen)
    Booking.objects.update(offer_expires_at=timezone.now())
    keep_deadlines()
    assert _states(offered) == [S.EXPIRED]
    kinds = ["booking_offer_expired", "waiting_ended"]
    assert [letter.kind for letter in Message.objects.filter(kind__in=kinds)] == ["booking_offer_expired"]
