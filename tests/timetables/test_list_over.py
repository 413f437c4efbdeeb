"""A waiting list that can be offered nothing any more: it bars nobody, and whoever waits is told and may take part."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from programs.approvals.actions.deadlines import keep_deadlines
from programs.bookings.actions.booking import book_session, cancel_booking
from programs.bookings.actions.waiting import accept_offer
from programs.bookings.choices import BookingState
from programs.bookings.emails import answer_token
from programs.bookings.models import Booking
from programs.bookings.queries import session_to_book
from programs.bookings.rules.waiting import list_over
from programs.centres.models import Centre, FieldTrip, Session
from programs.core.audit import history_of
from programs.core.calendar import WorkingDays
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.timetables.actions.lists import tell_lists_over
from programs.visit_days.actions.closing import close_session
from tests.approvals.test_deadlines import TET, on
from tests.centres.make import book, make_group, move_session, seats_add_up, waiting

pytestmark = pytest.mark.django_db
S = BookingState
STARTS, EVENING = on(15, 1, "08:00"), on(14, 1, "19:30")  # a Friday, and the evening before it


def session_of(starts_at: datetime, closes_at: datetime) -> Session:
    trip = FieldTrip(centre=Centre(offer_hours=48))
    return Session(
        field_trip=trip, starts_at=starts_at, booking_opens_at=on(1, 1, "07:00"), booking_closes_at=closes_at
    )


@pytest.mark.parametrize(
    ("starts_at", "closes_before", "now", "over"),
    [
        (STARTS, 1, on(14, 1, "14:00"), False),
        (STARTS, 1, EVENING, True),  # nobody reads an offer before the class would have to leave
        (on(15, 1, "14:00"), 1, EVENING, False),  # tonight is too late, tomorrow at seven it is not
        (on(15, 1, "14:00"), 1, on(15, 1, "10:30"), True),
        (STARTS, 48, on(14, 1, "14:00"), False),  # booking is closed, the list still moves
        (STARTS, 48, on(14, 1, "21:00"), True),
        (on(15, 1, "18:30"), 13, on(14, 1, "19:00"), False),
        (on(12, 2, "10:00"), 1, on(31, 1, "19:00"), True),  # only Tết is left
        (on(12, 3, "10:00"), 1, on(31, 1, "19:00"), False),
    ],
)
def test_a_list_is_over_when_no_moment_is_left_for_an_offer(starts_at, closes_before, now, over):
    session = session_of(starts_at, starts_at - timedelta(hours=closes_before))
    assert list_over(session, days=WorkingDays(TET), now=now) is over


@pytest.fixture
def late(world):
    """Friday 8:00, booking until an hour before. 8A1 has 20 places and gives them back on Thursday at 19:30.

    A class of 20 waits: an offer would have to end at night.
    """
    with time_machine.travel(on(4, 1, "09:00"), tick=False):
        move_session(world.session, STARTS)
        Session.objects.update(booking_opens_at=on(1, 1, "07:00"), booking_closes_at=STARTS - timedelta(hours=1))
        world.first = book(world.session, world.class_8a1, world.hanh, pupils=20)
        world.other, world.waits = waiting(world.session, 20, 20)
        Booking.objects.update(papers_due_at=None)
    with time_machine.travel(EVENING, tick=False):
        cancel_booking(booking_id=world.first.pk, reason="Trùng lịch", by=world.hanh)
    return world


def sweep(now: datetime = EVENING) -> int:
    with time_machine.travel(now, tick=False):
        keep_deadlines(now=now)
        return tell_lists_over(now=now)


def states(*bookings: Booking) -> list[str]:
    return [Booking.objects.get(pk=each.pk).state for each in bookings]


def test_who_can_be_offered_nothing_bars_nobody(late):
    with time_machine.travel(EVENING, tick=False):
        assert book(late.session, late.lams_class, late.lam, pupils=20).state == S.HELD
    assert states(late.waits) == [S.WAITLISTED] and seats_add_up(late.session)


def test_a_form_of_this_afternoon_is_judged_by_the_evening(late):
    """Lâm opened the form while the list still moved, and ticked that he would wait."""
    with time_machine.travel(on(14, 1, "14:00"), tick=False):
        stale = session_to_book(late.lam, late.session.pk, key="form")
    with time_machine.travel(EVENING, tick=False):
        group = make_group(late.lams_class, pupils=25)
        with pytest.raises(Refused) as refused:
            book_session(session=stale, group=group, by=late.lam, key="form", wait_if_full=True)
        assert "đã kết thúc" in refused.value.refusal.message  # 20 are left, and nobody joins a list that is over
        fresh = session_to_book(late.lam, late.session.pk, key="form")
        group = make_group(late.lams_class, pupils=20)
        assert book_session(session=fresh, group=group, by=late.lam, key="form", wait_if_full=True).state == S.HELD
    assert Booking.objects.waiting().count() == 1


def test_the_list_still_comes_first_while_somebody_can_be_offered_places(late):
    with time_machine.travel(on(14, 1, "14:00"), tick=False), pytest.raises(Refused) as refused:
        book(late.session, late.lams_class, late.lam, pupils=20)
    assert refused.value.refusal.code == "full"


def test_who_waits_is_told_once_and_not_again_when_the_session_is_over(late):
    assert (sweep(), sweep(), sweep(EVENING + timedelta(hours=2))) == (1, 0, 0)
    letter = Message.objects.get(kind="waiting_over")
    assert letter.recipient == late.waits.leader and "7:00" in letter.body_text and "/waiting/" in letter.body_text
    assert history_of(late.waits).filter(action="booking.list_over").count() == 1
    with time_machine.travel(STARTS + timedelta(hours=3), tick=False):
        close_session(session_id=late.session.pk, sure=True, by=late.sen)
    assert states(late.waits) == [S.EXPIRED] and not Message.objects.filter(kind="waiting_ended").exists()


def test_nobody_is_told_too_early_and_another_date_is_told_of_again(late):
    assert tell_lists_over(now=on(14, 1, "14:00")) == 0
    assert tell_lists_over(now=EVENING) == 1
    later = STARTS + timedelta(days=4)
    Session.objects.update(starts_at=later, ends_at=later + timedelta(hours=3))
    assert tell_lists_over(now=on(15, 1, "10:00")) == 0
    assert tell_lists_over(now=on(18, 1, "20:30")) == 1


def test_what_is_left_is_for_whoever_waited_too_first_come(late, as_user, client):
    page = reverse("booking_detail", args=[late.waits.reference])
    with time_machine.travel(on(14, 1, "14:00"), tick=False):
        assert not as_user(late.waits.leader).get(page).context["takes_left"]
        with pytest.raises(Refused):
            accept_offer(booking_id=late.waits.pk, by=late.waits.leader)
    link = reverse("waiting_answer", args=[answer_token(late.waits)])
    with time_machine.travel(EVENING, tick=False):
        shown = as_user(late.waits.leader).get(page)
        assert shown.context["takes_left"] and "Danh sách chờ đã kết thúc" in shown.content.decode()
        assert "Danh sách chờ đã kết thúc" in client.get(link).content.decode()
        client.post(link, {"answer": "accept"})
    assert states(late.waits) == [S.HELD] and seats_add_up(late.session)
    assert history_of(late.waits).filter(action="booking.promote").exists()
    with time_machine.travel(EVENING, tick=False):
        shown = as_user(late.lam).get(reverse("session_detail", args=[late.session.pk]))
        assert "đã kết thúc" in shown.content.decode()
        assert reverse("session_book", args=[late.session.pk]) not in shown.content.decode()


def test_whoever_is_faster_has_them(late, as_user):
    with time_machine.travel(EVENING, tick=False):
        book(late.session, late.lams_class, late.lam, pupils=15)
        with pytest.raises(Refused) as refused:
            accept_offer(booking_id=late.waits.pk, by=late.waits.leader)
        assert refused.value.refusal.code == "full"
        with pytest.raises(PermissionDenied):
            accept_offer(booking_id=late.waits.pk, by=late.lam)
    assert states(late.waits) == [S.WAITLISTED]


def test_after_booking_has_closed_nothing_can_be_taken(late):
    with time_machine.travel(STARTS - timedelta(minutes=30), tick=False), pytest.raises(Refused) as refused:
        accept_offer(booking_id=late.waits.pk, by=late.waits.leader)
    assert refused.value.refusal.code == "booking_closed"
