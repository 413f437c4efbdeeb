"""Chị Sen's day at the centre: who comes, who came, and closing a session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.bookings.actions.booking import cancel_booking
from programs.bookings.actions.waiting import accept_offer
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.pupils.choices import Gender
from programs.pupils.models import Pupil
from programs.visit_days.actions.closing import close_session
from programs.visit_days.queries.door import door_day, who_came
from tests.centres.make import (
    book,
    local,
    make_centre,
    make_centre_staff,
    make_session,
    move_session,
    seats_add_up,
    set_roster,
)
from tests.pages import main_of
from tests.people import give_consent, make_class, make_school, make_teacher
from tests.visit_days.make import check_in, close_on_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(world):
    """8A1's session is today; it began an hour ago at most."""
    world.booking = book(world.session, world.class_8a1, world.hanh, needs="Một em dùng xe lăn")
    world.pupils = [enrolment.pupil_id for enrolment in world.class_8a1.enrolments.all()]
    set_roster(booking_id=world.booking.pk, pupil_ids=world.pupils, by=world.hanh)
    give_consent(*Pupil.objects.filter(pk__in=world.pupils))
    move_session(world.session, timezone.now() - timedelta(seconds=1))
    return world


def figures(world, **changes) -> dict:
    return {
        "pupils": "36",
        "girls": "20",
        "adults": "2",
        "present": world.pupils[:36],
        "version": read(world),
    } | changes


def read(world) -> str:
    """The version of what the page shows now."""
    return version_of(who_came(Booking.objects.get(pk=world.booking.pk)))


def test_chi_sen_sees_who_comes_today_and_checks_the_group_in_with_who_really_came(today, as_user):
    client = as_user(today.sen)
    page = client.get(reverse("centre_day"))
    assert today.school.name in page.content.decode()
    assert page.context["shown"].groups_booked == 1

    form = client.get(reverse("booking_check_in", args=[today.booking.reference]))
    assert 'value="38"' in form.content.decode()
    answer = client.post(reverse("booking_check_in", args=[today.booking.reference]), figures(today))
    assert answer.status_code == 302
    today.booking.refresh_from_db()
    assert today.booking.state == BookingState.ATTENDED
    assert (today.booking.arrived_pupils, today.booking.arrived_girls, today.booking.arrived_adults) == (36, 20, 2)
    assert today.booking.pupils == 38  # booked and arrived are kept apart
    assert today.booking.roster.filter(attended=True).count() == 36
    assert client.get(reverse("centre_day")).context["shown"].pupils_arrived == 36


def test_the_girls_are_counted_on_the_list_and_none_on_a_list_of_boys_is_none(today, as_user):
    Booking.objects.filter(pk=today.booking.pk).update(girls=18)
    listed = Pupil.objects.filter(pk__in=today.pupils)

    def first_guess() -> int:
        page = as_user(today.sen).get(reverse("booking_check_in", args=[today.booking.reference]))
        return page.context["form"].initial["girls"]

    listed.update(gender="")
    assert first_guess() == 18, "nobody wrote who is a girl: what was booked is the best guess"
    listed.update(gender=Gender.MALE)
    assert first_guess() == 0
    Pupil.objects.filter(pk__in=today.pupils[:5]).update(gender=Gender.FEMALE)
    assert first_guess() == 5
    today.booking.roster.all().delete()
    assert first_guess() == 18


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"girls": "37"}, "girls"),
        ({"pupils": "0"}, "pupils"),
        ({"pupils": "41"}, "pupils"),
        ({"pupils": "35"}, "pupils"),  # 36 names are ticked
        ({"pupils": "3,6"}, "pupils"),
        ({"girls": ""}, "girls"),
    ],
)
def test_figures_that_cannot_be_are_refused_beside_their_field(today, as_user, changes, field):
    answer = as_user(today.sen).post(
        reverse("booking_check_in", args=[today.booking.reference]), figures(today, **changes)
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    today.booking.refresh_from_db()
    assert today.booking.arrived_pupils is None


def test_what_somebody_else_recorded_meanwhile_is_shown_before_it_is_replaced(today, as_user):
    """Two at the door have the group's page open; the second sees what the first saved."""
    client, address = as_user(today.sen), reverse("booking_check_in", args=[today.booking.reference])
    first, second = figures(today), figures(today, pupils="37", present=today.pupils[:37])
    assert client.post(address, first).status_code == 302
    answer = client.post(address, second)
    assert [(each.stored, each.typed) for each in answer.context["form"].differences][0] == ("36", "37")
    assert Booking.objects.get(pk=today.booking.pk).arrived_pupils == 36
    assert client.post(address, first).status_code == 302  # pressed twice
    assert client.post(address, second | {"version": answer.context["form"]["version"].value()}).status_code == 302
    assert Booking.objects.get(pk=today.booking.pk).arrived_pupils == 37


def test_figures_can_be_corrected_until_the_session_is_closed(today):
    check_in(booking_id=today.booking.pk, pupils=36, girls=20, adults=2, absent=today.pupils[36:], by=today.sen)
    check_in(booking_id=today.booking.pk, pupils=37, girls=21, adults=2, absent=today.pupils[37:], by=today.sen)
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    with pytest.raises(Refused) as caught:
        check_in(booking_id=today.booking.pk, pupils=38, girls=21, adults=2, by=today.sen)
    assert caught.value.refusal.code == "not_now"
    today.booking.refresh_from_db()
    assert (today.booking.state, today.booking.arrived_pupils) == (BookingState.CLOSED, 37)


def test_nobody_is_checked_in_before_the_day(world):
    booking = book(world.session, world.class_8a1, world.hanh)
    with pytest.raises(Refused):
        check_in(booking_id=booking.pk, pupils=38, girls=0, adults=2, by=world.sen)


def test_a_group_that_did_not_come_gives_its_places_back_and_can_still_turn_up(today, as_user):
    client = as_user(today.sen)
    address = reverse("booking_check_in", args=[today.booking.reference])
    for _ in range(2):
        answer = client.post(reverse("booking_absent", args=[today.booking.reference]), follow=True)
    assert "Đã ghi nhận trước đó rằng đoàn không đến." in main_of(answer)
    today.booking.refresh_from_db()
    assert today.booking.state == BookingState.NO_SHOW
    assert seats_add_up(today.session)
    assert today.session.seats_taken == 0
    client.post(address, figures(today))
    today.booking.refresh_from_db()
    assert today.booking.state == BookingState.ATTENDED
    assert seats_add_up(today.session)
    assert today.session.seats_taken == 38


def test_closing_fixes_who_came_and_who_did_not(world, as_user):
    came = book(world.session, world.lams_class, world.lam, pupils=3, adults=1)
    stayed = book(world.session, world.class_8a1, world.hanh, pupils=30)
    third = make_teacher("Ngô Thị Thu", school=make_school("Trường THCS Bình An"))
    third_class = make_class("9A", school=third.memberships.get().school)
    waits = book(world.session, third_class, third, pupils=20, adults=1, wait_if_full=True)
    move_session(world.session, timezone.now() - timedelta(hours=1))
    check_in(booking_id=came.pk, pupils=3, girls=1, adults=1, by=world.sen)

    client = as_user(world.sen)
    address = reverse("session_close", args=[world.session.pk])
    assert close_on_page(client, world.session, sure="on").status_code == 302
    assert "Buổi đã chốt" in main_of(client.get(address))
    states = []
    for booking in (came, stayed, waits):
        booking.refresh_from_db()
        states.append(booking.state)
    assert states == [BookingState.CLOSED, BookingState.NO_SHOW, BookingState.EXPIRED]
    world.session.refresh_from_db()
    assert world.session.state == SessionState.CLOSED
    assert world.session.closed_by == world.sen
    assert seats_add_up(world.session)


def test_a_session_is_not_closed_before_it_begins(world, as_user):
    answer = as_user(world.sen).post(reverse("session_close", args=[world.session.pk]))
    assert answer.status_code == 200
    world.session.refresh_from_db()
    assert world.session.state == SessionState.SCHEDULED


def test_staff_of_another_centre_and_teachers_find_nothing(today, as_user):
    stranger = make_centre_staff(make_centre("Trung tâm Dĩ An"), "Phan Văn Tài")
    for user in (stranger, today.hanh, today.lam):
        client = as_user(user)
        assert client.get(reverse("booking_check_in", args=[today.booking.reference])).status_code == 404
        assert client.post(reverse("session_close", args=[today.session.pk]), {}).status_code == 404
    assert as_user(today.hanh).get(reverse("centre_day")).status_code == 404
    assert as_user(stranger).get(reverse("centre_day")).context["shown"].sessions == []


def test_sessions_that_nobody_booked_come_after_those_with_groups(world, as_user):
    """In a centre with many rooms they would hide whom to expect."""
    booking = book(world.session, world.class_8a1, world.hanh)
    early = make_session(trip=world.session.field_trip, starts_at=local(10, 4))
    page = as_user(world.sen).get(reverse("centre_day"), {"date": f"{local(10):%d/%m/%Y}"})
    shown = page.context["shown"]
    assert [each.session for each in shown.sessions] == [early, world.session]
    assert [each.session for each in shown.with_groups] == [world.session]
    assert [each.session for each in shown.without_groups] == [early]
    text = page.content.decode()
    assert text.index(booking.reference) < text.index(f'id="session-{early.pk}"')


def test_any_day_can_be_asked_for_and_nonsense_shows_today(world, as_user):
    client = as_user(world.sen)
    book(world.session, world.class_8a1, world.hanh)
    day = timezone.localtime(world.session.starts_at)
    for text in (f"{day:%Y-%m-%d}", f"{day:%d/%m/%Y}"):
        assert client.get(reverse("centre_day"), {"date": text}).context["shown"].groups_booked == 1
    assert client.get(reverse("centre_day"), {"date": "32/13/2026"}).context["is_today"]
    assert client.get(reverse("centre_day"), {"date": "0001-01-01"}).status_code == 404


def test_a_group_that_is_only_offered_places_waits_and_is_not_expected_at_the_door(world, as_user):
    """Cô Hạnh's class has left the session; thầy Lâm has not answered yet whether his comes instead."""
    left = book(world.session, world.class_8a1, world.hanh)
    offered = book(world.session, world.lams_class, world.lam, pupils=3, adults=1, wait_if_full=True)
    cancel_booking(booking_id=left.pk, reason="Trùng lịch", by=world.hanh)
    client, day = as_user(world.sen), f"{local(10):%Y-%m-%d}"
    [shown] = client.get(reverse("centre_day"), {"date": day}).context["shown"].sessions
    assert (shown.groups, shown.pupils_expected, shown.waiting) == ([], 0, 1)
    assert [group.booking for each in door_day(world.sen, local(10).date()) for group in each.groups] == []
    accept_offer(booking_id=offered.pk, by=world.lam)
    [shown] = client.get(reverse("centre_day"), {"date": day}).context["shown"].sessions
    assert (shown.groups, shown.pupils_expected, shown.waiting) == ([offered], 3, 0)


def test_the_day_costs_the_same_with_one_and_three_groups(world, as_user, django_assert_num_queries):
    client = as_user(world.sen)
    day = f"{local(10):%Y-%m-%d}"
    for number in range(3):
        school = make_school(f"Trường THCS Số {number}")
        teacher = make_teacher(f"Lê Văn Tư {number}", school=school)
        book(world.session, make_class("8A", school=school), teacher, pupils=5, adults=1)
        if number == 1:
            continue
        client.get(reverse("centre_day"))
        with django_assert_num_queries(DAY_QUERIES):
            client.get(reverse("centre_day"), {"date": day})


DAY_QUERIES = 12  # 2 of the session and its user, 1 of the posts, 5 of the page, 4 of the frame


def test_places_are_places_and_pupils_are_pupils(world, as_user):
    """Cô Hạnh booked 38 and confirmed 31: the session counts 31 places. Cô Sen's page never says 47 of 40."""
    booking = book(world.session, world.class_8a1, world.hanh, pupils=38)
    Booking.objects.filter(pk=booking.pk).update(state="confirmed", confirmed_pupils=31, seats=31)
    Session.objects.filter(pk=world.session.pk).update(seats_taken=31)
    absent = book(world.session, world.lams_class, world.lam, pupils=9, adults=1)
    Booking.objects.filter(pk=absent.pk).update(state="no_show", seats=0)
    Session.objects.filter(pk=world.session.pk).update(seats_taken=31)
    page = as_user(world.sen).get(reverse("centre_day"), {"date": f"{local(10):%Y-%m-%d}"})
    [shown] = page.context["shown"].sessions
    assert (shown.session.seats_taken, shown.pupils_expected) == (31, 31 + 9)
    assert "31/40 chỗ" in main_of(page) or "31 trên 40" in main_of(page)
