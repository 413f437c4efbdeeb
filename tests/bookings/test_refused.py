"""Why a group cannot be booked now: the session, the clock, the school, the class, the places."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from programs.bookings.actions.booking import book_session
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import session_to_book
from programs.centres.models import Session
from programs.core.models import Holiday
from programs.core.refusals import Refused
from programs.schools.choices import SchoolState
from tests.bookings.forms import refusal_of
from tests.centres.make import book, local, make_group, make_session, seats_add_up
from tests.people import make_class

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wait", [False, True])
@pytest.mark.parametrize(
    "change",
    [{"mode": "ballot"}, {"state": "cancelled"}, {"starts_at": local(12), "ends_at": local(12, 11)}],
)
def test_nobody_books_a_session_that_was_changed_since_it_was_read(world, change, wait):
    """The letter would name the old time, or the places would be those of a draw."""
    fresh = session_to_book(world.hanh, world.session.pk, key="k")
    Session.objects.filter(pk=world.session.pk).update(**change)
    with pytest.raises(Refused) as refused:
        book_session(
            session=fresh,
            group=make_group(world.class_8a1, pupils=30),
            by=world.hanh,
            key="k",
            wait_if_full=wait,
        )
    assert refused.value.refusal.code == "session_changed"
    assert not Booking.objects.exists() and seats_add_up(world.session)


def test_a_number_that_no_session_can_have_is_not_found(world, as_user):
    assert as_user(world.hanh).get(reverse("session_book", args=[2**63])).status_code == 404


def test_only_the_servers_clock_counts(world):
    opens = world.session.booking_opens_at
    closes = world.session.booking_closes_at
    for moment, code in [
        (opens - timedelta(seconds=1), "not_open_yet"),
        (closes, "booking_closed"),
        (closes + timedelta(seconds=1), "booking_closed"),
        (world.session.starts_at, "session_past"),
    ]:
        with time_machine.travel(moment, tick=False):
            refusal = refusal_of(world).refusal
            assert refusal.code == code
            assert "(+07:00)" in refusal.message
    with time_machine.travel(closes - timedelta(seconds=1), tick=False):
        assert book(world.session, world.class_8a1, world.hanh).state == BookingState.HELD


def test_the_time_in_a_refusal_is_vietnams(world):
    Session.objects.filter(pk=world.session.pk).update(booking_opens_at=local(1, hour=8))
    assert f"8:00 {local(1):%d/%m/%Y} (+07:00)" in refusal_of(world).refusal.message


def test_a_session_after_new_year_is_booked_in_its_own_school_year(world):
    year = timezone.localdate().year
    with time_machine.travel(timezone.datetime(year, 12, 20, 9, tzinfo=timezone.get_current_timezone()), tick=False):
        session = make_session(starts_at=local(20))
        assert timezone.localtime(session.starts_at).year == year + 1
        school_year = world.class_8a1.school_year
        assert school_year.starts_on <= timezone.localtime(session.starts_at).date() <= school_year.ends_on
        assert book(session, world.class_8a1, world.hanh).state == BookingState.HELD


def test_nobody_books_on_a_holiday(world):
    day = timezone.localtime(world.session.starts_at).date()
    Holiday.objects.create(name="Tết Nguyên đán", starts_on=day - timedelta(days=3), ends_on=day)
    assert refusal_of(world).refusal.code == "holiday"
    assert seats_add_up(world.session)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pupils": 41}, "group_too_big"),
        ({"adults": 1}, "too_few_adults"),
        ({"pupils": 0}, "no_pupils"),
    ],
)
def test_the_action_itself_refuses_groups_that_do_not_fit(world, changes, code):
    assert refusal_of(world, **changes).refusal.code == code


def test_grades_outside_the_trip_are_refused_and_not_offered(world, as_user):
    class_5a = make_class("5A", school=world.school, pupils=30)
    assert refusal_of(world, class_group=class_5a).refusal.code == "wrong_grade"
    page = as_user(world.hanh).get(reverse("session_book", args=[world.session.pk]))
    assert f'value="{class_5a.pk}"' not in page.content.decode()


def test_a_school_that_is_not_verified_cannot_book(world):
    world.school.state = SchoolState.SUSPENDED
    world.school.save()
    world.class_8a1.school = make_stale(world.school)
    roles_are_old = world.hanh  # signed in before the suspension: the fresh row decides
    with pytest.raises(Refused) as caught:
        book_session(
            session=session_to_book(roles_are_old, world.session.pk),
            group=make_group(world.class_8a1),
            by=roles_are_old,
            key="k",
        )
    assert caught.value.refusal.code == "school_not_working"
    assert seats_add_up(world.session)


def make_stale(school):
    """The school as a form read it a moment ago."""
    stale = type(school).objects.get(pk=school.pk)
    stale.state = SchoolState.ACTIVE
    return stale


def test_a_class_is_booked_once_and_never_in_two_places_at_once(world):
    first = book(world.session, world.class_8a1, world.hanh, pupils=10, adults=1)
    again = refusal_of(world, pupils=10, adults=1).refusal
    assert again.code == "class_already_booked"
    assert first.reference in again.message
    elsewhere = make_session(starts_at=world.session.starts_at + timedelta(hours=1))
    busy = refusal_of(world, session=elsewhere).refusal
    assert busy.code == "class_busy"
    assert first.reference in busy.message
    assert seats_add_up(elsewhere)


def test_one_school_cannot_take_everything(world):
    world.centre.bookings_per_school = 2
    world.centre.save()
    for number in range(2):
        session = make_session(trip=world.session.field_trip, starts_at=local(12 + number))
        book(session, world.class_8a1, world.hanh)
    assert refusal_of(world).refusal.code == "school_limit"
    assert book(world.session, world.lams_class, world.lam, pupils=3, adults=1).state == BookingState.HELD


def test_a_cancelled_session_says_so(world, as_user):
    Session.objects.filter(pk=world.session.pk).update(state="cancelled")
    assert refusal_of(world).refusal.code == "session_cancelled"
    page = as_user(world.hanh).get(reverse("session_detail", args=[world.session.pk]))
    assert page.context["refusal"].code == "session_cancelled"


def test_one_group_sessions_take_one_group(world):
    session = make_session(one_group=True, capacity=40)
    book(session, world.lams_class, world.lam, pupils=3, adults=1)
    session.refresh_from_db()
    assert session.seats_left == 0
    assert refusal_of(world, session=session).refusal.code == "full"


def test_an_overtaken_booking_reads_what_is_left_now(world):
    read_before = session_to_book(world.hanh, world.session.pk)
    Session.objects.filter(pk=world.session.pk).update(seats_taken=39)
    with translation.override("en"), pytest.raises(Refused) as caught:
        book_session(
            session=read_before,
            group=make_group(world.class_8a1),
            by=world.hanh,
            key="overtaken",
        )
    assert caught.value.refusal.message.startswith("Only 1 place is left")
