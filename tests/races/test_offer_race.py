"""Several workers and people at once over one waiting list: the same places are offered once, and never get lost."""

from __future__ import annotations

from datetime import timedelta
from time import sleep

import pytest
from django.db import connection, transaction  # noqa: F401  (connection: in the mark below)
from django.utils import timezone

from programs.accounts.models import User
from programs.approvals.actions.deadlines import keep_deadlines
from programs.bookings.actions import guard
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.actions.waiting import accept_offer, promote_waiting
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import BOOKING_PARTS
from programs.centres.actions import locks
from programs.centres.models import Session
from programs.notices.models import Message
from tests.centres.make import book, make_session, seats_add_up
from tests.people import make_class, make_school, make_teacher
from tests.races.test_booking_race import AT_ONCE, all_at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]
SIZE = 2  # pupils of each group


@pytest.fixture
def line() -> Session:
    """Four places, taken by two groups; six groups of two wait for them."""
    session = make_session(capacity=2 * SIZE)
    for number in range(8):
        school = make_school(f"Trường THCS Số {number}")
        teacher = make_teacher(f"Lê Văn Tư {number}", school=school)
        book(session, make_class("8A", school=school), teacher, pupils=SIZE, adults=1, wait_if_full=True)
    return session


def _offers() -> int:
    return Booking.objects.filter(state=BookingState.OFFERED).count()


def test_workers_that_come_together_offer_the_freed_places_once(line):
    """The places are free and nobody was asked yet; then six workers look at the list at the same moment."""
    _free_without_promoting(line)
    all_at_once(_promote, [line.pk] * AT_ONCE)
    assert _offers() == 1
    assert Message.objects.filter(kind="booking_offered").count() == 1
    assert seats_add_up(line)


def test_without_the_lock_the_workers_get_into_each_others_way(line, monkeypatch):
    """The negative control: all read the same list; the table of states alone stops the second offer, by force."""

    def unlocked(*, session_id: int) -> Session:
        return Session.objects.select_related("field_trip__centre", "room").get(pk=session_id)

    slow = guard.take_seats

    def slowly(**places) -> bool:
        sleep(0.2)
        return slow(**places)

    _free_without_promoting(line)
    monkeypatch.setattr(locks, "lock_session", unlocked)
    monkeypatch.setattr(guard, "take_seats", slowly)
    with pytest.raises(RuntimeError):
        all_at_once(_promote, [line.pk] * AT_ONCE)


def test_an_offer_is_answered_or_ended_but_not_both(line):
    """Its leader accepts while workers end it: the places belong to exactly one group."""
    held = Booking.objects.filter(state=BookingState.HELD).first()
    cancel_booking(booking_id=held.pk, reason="Bận", by=held.leader)
    offered = Booking.objects.get(state=BookingState.OFFERED)
    after = offered.offer_expires_at + timedelta(seconds=1)

    def act(job: str) -> str:
        if job == "accept":
            return accept_offer(booking_id=offered.pk, by=User.objects.get(pk=offered.leader_id)).state
        keep_deadlines(now=after)
        return "swept"

    all_at_once(act, ["accept", *["sweep"] * (AT_ONCE - 1)])
    offered.refresh_from_db()
    assert seats_add_up(line)
    line.refresh_from_db()
    assert line.seats_taken == 2 * SIZE
    assert offered.state in (BookingState.HELD, BookingState.EXPIRED)
    assert _offers() == (0 if offered.state == BookingState.HELD else 1)


# --- Once the list is over -----------------------------------------------------------------------
@pytest.fixture
def over(line) -> Session:
    """It begins in an hour and a half: no offer could be answered in time. Two places have come free."""
    _free_without_promoting(line)
    starts_at = timezone.now() + timedelta(minutes=90)
    Session.objects.filter(pk=line.pk).update(
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), booking_closes_at=starts_at - timedelta(minutes=5)
    )
    return line


def _take(booking_id: int) -> str:
    return accept_offer(booking_id=booking_id, by=Booking.objects.get(pk=booking_id).leader).state


def _waiting(session: Session) -> list[int]:
    return list(session.bookings.waiting().values_list("pk", flat=True))


def test_what_is_left_is_taken_by_one_of_those_who_waited(over):
    assert all_at_once(_take, _waiting(over)) == {"held": 1, "full": 5}
    assert seats_add_up(over) and over.seats_taken == 2 * SIZE


def test_without_the_lock_two_believe_that_it_is_theirs(over, monkeypatch):
    """The negative control: both have read that two places are left; only the guard's statement stops the second."""
    slow = guard.take_seats

    def slowly(**places) -> bool:
        sleep(0.3)
        return slow(**places)

    def unlocked(*, session_id: int) -> Session:
        return Session.objects.select_related("field_trip__centre", "room").get(pk=session_id)

    monkeypatch.setattr(locks, "lock_session", unlocked)
    monkeypatch.setattr(guard, "take_seats", slowly)
    with pytest.raises(RuntimeError):
        all_at_once(_take, _waiting(over))


def _free_without_promoting(session: Session) -> None:
    """As if a worker had died between the two steps."""
    with transaction.atomic():
        held = Booking.objects.filter(state=BookingState.HELD).select_related(*BOOKING_PARTS).first()
        locks.lock_session(session_id=session.pk)
        guard.move_booking(booking=held, to=BookingState.CANCELLED_BY_SCHOOL)


def _promote(session_id: int) -> str:
    with transaction.atomic():
        promote_waiting(session=locks.lock_session(session_id=session_id), now=timezone.now())
    return "looked"
