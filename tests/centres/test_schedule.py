"""Anh Trung plans the centre's sessions; what he changes reaches each group once."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from programs.bookings.actions.booking import cancel_booking
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.actions import schedule
from programs.centres.actions.schedule import Offer, schedule_series, schedule_session
from programs.centres.choices import BookingMode, CentreRole, SessionState
from programs.centres.forms import show_spans
from programs.centres.models import Blackout, CentreStaff, OpeningHours, Room, Season, Session
from programs.centres.rules import Rhythm, received_refusal
from programs.core.models import Holiday
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.schools.choices import OfficeRole
from programs.timetables.actions import sessions as changes
from programs.timetables.actions.sessions import cancel_series, cancel_session
from tests.centres.make import (
    book,
    change_capacity,
    local,
    make_centre,
    make_centre_staff,
    make_session,
    make_trip,
    place_session,
    seats_add_up,
)
from tests.pages import version_at
from tests.people import enrol_second_factor, make_class, make_officer, make_school, make_teacher, make_user, make_year
from tests.visit_days.make import check_in

pytestmark = pytest.mark.django_db


def opened(centre) -> None:
    """Every day of the week from 7:30 to 17:00, so that no test depends on the day on which it runs."""
    for weekday in range(7):
        OpeningHours.objects.create(centre=centre, weekday=weekday, opens_at=time(7, 30), closes_at=time(17))


@pytest.fixture
def plan(world):
    """Anh Trung manages the centre, which is open all week; 8A1 of 38 comes in ten days."""
    opened(world.centre)
    world.trip = world.session.field_trip
    world.room = world.session.room
    world.trung = make_manager(world.centre, "Võ Thành Trung")
    return world


def make_manager(centre, full_name: str):
    user = enrol_second_factor(make_user(full_name))
    CentreStaff.objects.create(centre=centre, user=user, role=CentreRole.MANAGER)
    return user


def offer(plan, **fields) -> Offer:
    return Offer(**{"field_trip": plan.trip, "room": plan.room, "capacity": 40} | fields)


def refusal(act) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.refusal.code, caught.value.refusal.field


def groups(plan, count: int, *, pupils: int = 7, session: Session | None = None) -> list[Booking]:
    """``count`` classes of as many schools, each with places in the session."""
    found = []
    for number in range(count):
        school = make_school(f"Trường THCS số {number}")
        teacher = make_teacher(f"Nguyễn Thị {number}", school=school)
        class_group = make_class("8A", school=school, homeroom_teacher=teacher)
        found.append(book(session or plan.session, class_group, teacher, pupils=pupils, adults=1))
    return found


# --- One session --------------------------------------------------------------------------------
def session_form(plan, **changes) -> dict:
    return {
        "field_trip": plan.trip.pk,
        "room": plan.room.pk,
        "capacity": "40",
        "waiting_policy": "first_fit",
        "turn_after_passes": "3",
        "turn_after_days": "14",
        "closes_days": "2",
        "day": f"{local(12):%d/%m/%Y}",
        "clock": "8h",
        "idempotency_key": "moi-1",
    } | changes


def test_a_session_is_offered_once_however_often_the_form_is_sent(plan, as_user):
    client = as_user(plan.trung)
    address = reverse("session_new", args=[plan.centre.code])
    for _ in range(2):
        answer = client.post(address, session_form(plan))
        made = Session.objects.exclude(pk=plan.session.pk).get()
        assert answer.url == reverse("session_plan", args=[made.pk])
    assert (made.starts_at, made.ends_at) == (local(12), local(12, 11))
    assert made.booking_closes_at == local(10)
    assert made.mode == BookingMode.FIRST_COME


def test_two_sessions_in_one_room_are_refused_with_the_name_of_the_other(plan, as_user):
    """CASES B08: beside the time, in the words of the calendar."""
    day = timezone.localtime(plan.session.starts_at)
    answer = as_user(plan.trung).post(
        reverse("session_new", args=[plan.centre.code]), session_form(plan, day=f"{day:%d/%m/%Y}", clock="10:30")
    )
    [error] = answer.context["form"].errors["clock"]
    assert plan.trip.title in error
    assert "8:00–11:00" in error
    assert 'value="10:30"' in answer.content.decode()
    assert Session.objects.count() == 1


@pytest.mark.parametrize("day", ["01/01/0001", "31/12/9999"])
def test_days_at_the_ends_of_the_calendar_are_refused_beside_their_field(plan, as_user, day):
    client = as_user(plan.trung)
    answers = {
        "day": client.post(
            reverse("session_new", args=[plan.centre.code]), session_form(plan, day=day, clock="0:00", closes_days="60")
        ),
        "ends_on": client.post(
            reverse("closed_days_new", args=[plan.centre.code]),
            {"starts_on": day, "ends_on": day, "reason": "Bão", "idempotency_key": "k"},
        ),
    }
    for field, answer in answers.items():
        assert answer.context["form"].errors[field]


def test_the_database_refuses_the_overlap_in_the_same_words_when_a_race_slips_past_the_rule(plan, monkeypatch):
    monkeypatch.setattr(schedule, "must_be_free", lambda **_: None)
    act = lambda: schedule_session(  # noqa: E731
        offer=offer(plan), starts_at=plan.session.starts_at + timedelta(hours=1), by=plan.trung, key="k"
    )
    assert refusal(act) == ("room_taken", "clock")
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "field"),
    [("past", "day"), ("holiday", "day"), ("closed_day", "day"), ("closed_weekday", "day"), ("outside_hours", "clock")],
)
def test_obstacles_are_explained_beside_their_field(plan, code, field):
    starts_at = local(20)
    day = timezone.localtime(starts_at).date()
    match code:
        case "past":
            starts_at = local(-1)
        case "holiday":
            Holiday.objects.create(name="Tết Nguyên đán", starts_on=day, ends_on=day)
        case "closed_day":
            Blackout.objects.create(centre=plan.centre, starts_on=day, ends_on=day, reason="Bảo trì")
        case "closed_weekday":
            OpeningHours.objects.filter(weekday=day.weekday()).delete()
        case "outside_hours":
            starts_at = local(20, 15)
    act = lambda: schedule_session(offer=offer(plan), starts_at=starts_at, by=plan.trung, key="k")  # noqa: E731
    assert refusal(act) == (code, field)


def test_a_closed_room_does_not_close_its_neighbour(plan):
    day = timezone.localtime(local(20)).date()
    other = Room.objects.create(centre=plan.centre, name="Phòng robot", capacity=40)
    Blackout.objects.create(centre=plan.centre, room=plan.room, starts_on=day, ends_on=day, reason="Sơn lại")
    assert refusal(lambda: schedule_session(offer=offer(plan), starts_at=local(20), by=plan.trung, key="k"))[0] == (
        "closed_day"
    )
    assert schedule_session(offer=offer(plan, room=other), starts_at=local(20), by=plan.trung, key="l").room == other


def test_a_room_must_be_the_centres_and_large_enough(plan):
    other = Room.objects.create(centre=make_centre("Trung tâm Dĩ An"), name="Phòng", capacity=90)
    small = Room.objects.create(centre=plan.centre, name="Phòng nhỏ", capacity=20)
    for room, code in ((other, "foreign_room"), (small, "room_too_small")):
        act = lambda room=room: schedule_session(  # noqa: E731
            offer=offer(plan, room=room), starts_at=local(20), by=plan.trung, key="k"
        )
        assert refusal(act) == (code, "room")


def test_a_season_sets_the_opening_and_how_places_are_allocated(plan):
    season = make_season()
    made = schedule_session(offer=offer(plan, season=season), starts_at=local(40), by=plan.trung, key="k")
    assert (made.booking_opens_at, made.mode) == (season.opens_at, BookingMode.BALLOT)


def make_season(**fields) -> Season:
    values = {
        "code": "MUA-1",
        "name": "Mùa xuân",
        "mode": BookingMode.BALLOT,
        "school_year": make_year(),
        "opens_at": local(2, 7),
        "closes_at": local(90, 17),
    }
    return Season.objects.create(**values | fields)


# --- A series -----------------------------------------------------------------------------------
def rhythm(first: int = 20, last: int = 33, clocks=(time(8), time(13, 30)), weekdays=range(7)) -> Rhythm:
    return Rhythm(
        starts_on=timezone.localtime(local(first)).date(),
        ends_on=timezone.localtime(local(last)).date(),
        weekdays=set(weekdays),
        clocks=list(clocks),
    )


def test_a_series_makes_what_is_possible_and_keeps_what_it_skipped_with_the_reason(plan):
    tet, closed = timezone.localtime(local(21)).date(), timezone.localtime(local(22)).date()
    Holiday.objects.create(name="Tết Nguyên đán", starts_on=tet, ends_on=tet)
    Blackout.objects.create(centre=plan.centre, starts_on=closed, ends_on=closed, reason="Bảo trì máy")
    make_session(trip=plan.trip, starts_at=local(23, 9))
    series = schedule_series(
        offer=offer(plan), rhythm=rhythm(20, 24, clocks=[time(8), time(15)]), by=plan.trung, key="s"
    )
    made = [timezone.localtime(each.starts_at) for each in series.sessions.order_by("starts_at")]
    assert made == [timezone.localtime(local(20)), timezone.localtime(local(24))]
    whys = [(row["why"], row["name"]) for row in series.skipped]
    assert whys.count(("holiday", "Tết Nguyên đán")) == 2
    assert whys.count(("closed_day", "Bảo trì máy")) == 2
    assert [row["why"] for row in series.skipped].count("outside_hours") == 3
    assert any(why == "room_taken" and plan.trip.title in name for why, name in whys)


def test_the_times_of_a_series_can_conflict_with_each_other(plan):
    series = schedule_series(
        offer=offer(plan), rhythm=rhythm(20, 20, clocks=[time(8), time(9)]), by=plan.trung, key="s"
    )
    assert series.sessions.count() == 1
    assert [row["why"] for row in series.skipped] == ["room_taken"]


def test_the_page_shows_the_series_first_and_makes_it_once(plan, as_user):
    client = as_user(plan.trung)
    address = reverse("series_new", args=[plan.centre.code])
    data = session_form(plan, clocks="13h30, 8:00", weekdays=[str(day) for day in range(7)])
    data |= {"starts_on": f"{local(20):%d/%m/%Y}", "ends_on": f"{local(21):%d/%m/%Y}"}
    shown = client.post(address, data | {"preview": "1"})
    assert len(shown.context["plan"].slots) == 4
    assert Session.objects.count() == 1
    for _ in range(2):
        assert client.post(address, data | {"make": "1"}).status_code == 302
    assert Session.objects.count() == 5
    assert client.get(reverse("series_detail", args=[Session.objects.last().series_id])).status_code == 200


def test_a_series_that_would_be_empty_or_endless_is_refused(plan):
    def make(**ends):
        return partial(schedule_series, offer=offer(plan), rhythm=rhythm(**ends), by=plan.trung, key="s")

    assert refusal(make(first=20, last=19)) == ("ends_before", "ends_on")
    assert refusal(make(first=20, last=420)) == ("too_long", "ends_on")
    assert refusal(make(first=-9, last=-2))[0] == "no_sessions"


# --- Moving -------------------------------------------------------------------------------------
def test_a_moved_session_keeps_its_groups_and_tells_each_of_them_once(plan, as_user):
    first, second = groups(plan, 2, pupils=15)
    [waiting] = [
        book(plan.session, plan.class_8a1, plan.hanh, pupils=30, adults=2, wait_if_full=True),
    ]
    Booking.objects.filter(pk=first.pk).update(state=BookingState.CONFIRMED)
    Message.objects.all().delete()
    room = Room.objects.create(centre=plan.centre, name="Phòng robot", capacity=60)
    client, address = as_user(plan.trung), reverse("session_move", args=[plan.session.pk])
    data = {"day": f"{local(15):%d/%m/%Y}", "clock": "13:30", "room": room.pk, "version": version_at(client, address)}
    for _ in range(2):
        assert client.post(address, data).status_code == 302
    other_tab = client.post(address, data | {"clock": "15:00"}).context["form"]
    assert [(each.stored, each.typed) for each in other_tab.differences] == [("13:30", "15:00")]
    plan.session.refresh_from_db()
    assert timezone.localtime(plan.session.starts_at).strftime("%H:%M") == "13:30"
    assert (plan.session.room, plan.session.ends_at - plan.session.starts_at) == (room, timedelta(hours=3))
    assert plan.session.starts_at - plan.session.booking_closes_at == timedelta(days=2)
    assert seats_add_up(plan.session)
    states = []
    for booking in (first, second, waiting):
        booking.refresh_from_db()
        states.append(booking.state)
        assert booking.calendar_sequence == 1
    assert states == [BookingState.CONFIRMED, BookingState.HELD, BookingState.WAITLISTED]
    letters = Message.objects.filter(kind="session_moved")
    assert letters.count() == Message.objects.count() == 3
    [event] = Calendar.from_ical(letters.get(recipient=first.leader).attachment).walk("VEVENT")
    assert event["SEQUENCE"] == 1
    assert event["DTSTART"].dt == plan.session.starts_at
    assert letters.get(recipient=plan.hanh).attachment == ""  # waiting groups have nothing in the calendar


def test_groups_that_are_elsewhere_at_the_new_time_are_told(plan):
    book(plan.session, plan.class_8a1, plan.hanh)
    other_trip = make_trip("Vườn ươm", centre=make_centre("Trung tâm Dĩ An"))
    clash = book(make_session(trip=other_trip, starts_at=local(15)), plan.class_8a1, plan.hanh)
    place_session(session_id=plan.session.pk, starts_at=local(15, 9), room=plan.room, by=plan.trung)
    assert clash.reference in Message.objects.get(kind="session_moved").body_text


def test_an_offer_ends_with_the_beginning_of_a_session_that_is_moved_forward(plan):
    booking = book(plan.session, plan.class_8a1, plan.hanh)
    waits = book(plan.session, plan.lams_class, plan.lam, pupils=20, adults=1, wait_if_full=True)
    cancel_booking(booking_id=booking.pk, reason="Trùng lịch", by=plan.hanh)
    place_session(session_id=plan.session.pk, starts_at=local(1), room=plan.room, by=plan.trung)
    waits.refresh_from_db()
    assert (waits.state, waits.offer_expires_at) == (BookingState.OFFERED, local(1))


def test_a_session_moves_a_little_within_its_own_time_but_not_onto_another(plan):
    make_session(trip=plan.trip, starts_at=local(10, 13))
    move = lambda hour: place_session(  # noqa: E731
        session_id=plan.session.pk, starts_at=local(10, hour), room=plan.room, by=plan.trung
    )
    assert move(9).starts_at == local(10, 9)
    assert refusal(lambda: move(11)) == ("room_taken", "clock")


def test_a_copy_has_the_same_terms_and_no_groups(plan, as_user):
    book(plan.session, plan.class_8a1, plan.hanh)
    data = {"day": f"{local(17):%d/%m/%Y}", "clock": "8:00", "room": plan.room.pk, "idempotency_key": "c"}
    for _ in range(2):
        as_user(plan.trung).post(reverse("session_copy", args=[plan.session.pk]), data)
    copy = Session.objects.exclude(pk=plan.session.pk).get()
    assert (copy.starts_at, copy.capacity, copy.seats_taken) == (local(17), plan.session.capacity, 0)
    assert copy.booking_opens_at == plan.session.booking_opens_at
    assert copy.starts_at - copy.booking_closes_at == timedelta(days=2)


# --- Places -------------------------------------------------------------------------------------
def test_fewer_places_than_are_taken_are_refused_with_the_groups_by_name(plan, as_user):
    """CASES B07: nobody is silently dropped."""
    booking = book(plan.session, plan.class_8a1, plan.hanh)
    client, address = as_user(plan.trung), reverse("session_capacity", args=[plan.session.pk])
    read = version_at(client, address)
    answer = client.post(address, {"capacity": "30", "version": read})
    [error] = answer.context["form"].errors["capacity"]
    assert "8" in error
    assert booking.reference in answer.content.decode()
    plan.session.refresh_from_db()
    assert (plan.session.capacity, plan.session.seats_taken) == (40, 38)
    assert client.post(address, {"capacity": "45", "version": read}).status_code == 302
    assert client.post(address, {"capacity": "50", "version": read}).context["form"].differences


def test_more_places_let_the_waiting_list_move_up(plan):
    book(plan.session, plan.class_8a1, plan.hanh)
    waits = book(plan.session, plan.lams_class, plan.lam, pupils=20, adults=1, wait_if_full=True)
    change_capacity(session_id=plan.session.pk, capacity=60, by=plan.trung)
    waits.refresh_from_db()
    assert waits.holds_seats
    assert seats_add_up(plan.session)
    assert refusal(lambda: change_capacity(session_id=plan.session.pk, capacity=61, by=plan.trung))[0] == (
        "room_too_small"
    )


# --- Cancelling ---------------------------------------------------------------------------------
def test_five_groups_and_a_waiting_one_are_told_once_and_no_place_stays_taken(plan, as_user):
    """CASES B18."""
    five = groups(plan, 5, pupils=8)
    waits = book(plan.session, plan.class_8a1, plan.hanh, wait_if_full=True)
    Booking.objects.filter(pk__in=[each.pk for each in five]).update(state=BookingState.CONFIRMED)
    Message.objects.all().delete()
    client, address = as_user(plan.trung), reverse("session_cancel", args=[plan.session.pk])
    assert "6" in client.get(address).context["text"]
    assert client.post(address, {"reason": "Máy cắt hỏng."}).status_code == 302
    again = client.post(address, {"reason": "Máy cắt hỏng."})
    assert "Buổi này đã hủy." in again.context["form"].non_field_errors()[0]
    plan.session.refresh_from_db()
    assert (plan.session.state, plan.session.seats_taken) == (SessionState.CANCELLED, 0)
    assert seats_add_up(plan.session)
    for booking in (*five, waits):
        booking.refresh_from_db()
        assert (booking.state, booking.end_reason) == (BookingState.CANCELLED_BY_CENTRE, "Máy cắt hỏng.")
    letters = Message.objects.all()
    assert letters.count() == 6
    assert {letter.kind for letter in letters} == {"session_cancelled"}
    assert len({letter.recipient_id for letter in letters}) == 6
    letter = letters.get(recipient=five[0].leader)
    assert "Máy cắt hỏng." in letter.body_text
    assert f"trip={plan.trip.code}" in letter.body_text
    calendar = Calendar.from_ical(letter.attachment)
    assert calendar["METHOD"] == "CANCEL"


def test_the_room_of_a_cancelled_session_is_free_again(plan):
    cancel_session(session_id=plan.session.pk, reason="Mất điện.", by=plan.trung)
    assert schedule_session(offer=offer(plan), starts_at=plan.session.starts_at, by=plan.trung, key="k").pk


def test_all_that_remains_of_a_series_is_cancelled_and_what_was_stays(plan, as_user):
    series = schedule_series(offer=offer(plan), rhythm=rhythm(20, 22, clocks=[time(8)]), by=plan.trung, key="s")
    first, second, third = series.sessions.order_by("starts_at")
    Session.objects.filter(pk=first.pk).update(starts_at=local(-3), ends_at=local(-3, 11))
    book(second, plan.class_8a1, plan.hanh)
    book(third, plan.lams_class, plan.lam, pupils=3, adults=1)
    Message.objects.all().delete()
    client, address = as_user(plan.trung), reverse("series_cancel", args=[series.pk])
    for _ in range(2):
        assert client.post(address, {"reason": "Hết kinh phí."}).status_code == 302
    states = list(series.sessions.order_by("starts_at").values_list("state", flat=True))
    assert states == [SessionState.SCHEDULED, SessionState.CANCELLED, SessionState.CANCELLED]
    assert sorted(Message.objects.values_list("recipient", flat=True)) == sorted([plan.hanh.pk, plan.lam.pk])


def test_a_session_that_has_begun_cannot_be_cancelled(plan):
    Session.objects.filter(pk=plan.session.pk).update(starts_at=local(-1), ends_at=local(-1, 11))
    cancel = lambda: cancel_session(session_id=plan.session.pk, reason="x", by=plan.trung)  # noqa: E731
    assert refusal(cancel)[0] == "session_past"


# --- Groups that are there already --------------------------------------------------------------
@pytest.fixture
def received(plan):
    """Twenty minutes before the session chị Sen has checked 8A1 in; thầy Lâm's class is still on its way."""
    plan.here = book(plan.session, plan.class_8a1, plan.hanh, pupils=30)
    plan.coming = book(plan.session, plan.lams_class, plan.lam, pupils=3, adults=1)
    with time_machine.travel(plan.session.starts_at - timedelta(minutes=20), tick=False):
        check_in(booking_id=plan.here.pk, pupils=30, girls=14, adults=2, by=plan.sen)
        Message.objects.all().delete()
        yield plan


def test_a_session_whose_groups_arrive_is_neither_moved_nor_cancelled(received, as_user):
    client, starts = as_user(received.trung), received.session.starts_at
    place = {"day": f"{local(15):%d/%m/%Y}", "clock": "13:30", "room": received.room.pk}
    place["version"] = version_at(client, reverse("session_move", args=[received.session.pk]))
    for name, data in (("session_move", place), ("session_cancel", {"reason": "Mất điện."})):
        answer = client.post(reverse(name, args=[received.session.pk]), data)
        assert answer.status_code == 200
        [error] = answer.context["form"].non_field_errors()
        assert error == received_refusal(groups=1).message and error in answer.content.decode()
    received.session.refresh_from_db()
    assert (received.session.starts_at, received.session.state) == (starts, SessionState.SCHEDULED)
    assert not Message.objects.exists()
    assert seats_add_up(received.session)


def test_its_page_says_so_and_what_is_still_possible_instead(received, as_user):
    page = as_user(received.trung).get(reverse("session_plan", args=[received.session.pk])).content.decode()
    assert received_refusal(groups=1).message in page
    for name, shown in (("session_move", False), ("session_cancel", False), ("session_capacity", True)):
        assert (reverse(name, args=[received.session.pk]) in page) == shown
    cancel_booking(booking_id=received.coming.pk, reason="Mất điện một phòng", by=received.sen)
    received.coming.refresh_from_db()
    assert received.coming.state == BookingState.CANCELLED_BY_CENTRE


def test_a_series_is_cancelled_without_the_session_whose_groups_arrive(received, as_user):
    series = schedule_series(offer=offer(received), rhythm=rhythm(20, 21, clocks=[time(8)]), by=received.trung, key="s")
    Session.objects.filter(pk=received.session.pk).update(series=series)
    book(series.sessions.get(starts_at=local(20)), received.class_8a1, received.hanh)
    address = reverse("series_cancel", args=[series.pk])
    client = as_user(received.trung)
    assert "2 buổi" in client.get(address).context["text"]
    client.post(address, {"reason": "Hết kinh phí."})
    states = list(series.sessions.order_by("starts_at").values_list("state", flat=True))
    assert states == [SessionState.SCHEDULED, SessionState.CANCELLED, SessionState.CANCELLED]
    received.here.refresh_from_db()
    assert received.here.state == BookingState.ATTENDED


def test_nothing_is_cancelled_when_one_letter_cannot_be_written(plan, monkeypatch):
    groups(plan, 2, pupils=8)

    def fails_at_the_second(*, booking, **_):
        if booking.pk != Booking.objects.order_by("pk").first().pk:
            raise RuntimeError("no letter")

    monkeypatch.setattr(changes, "tell_leader", fails_at_the_second)
    with pytest.raises(RuntimeError):
        cancel_session(session_id=plan.session.pk, reason="x", by=plan.trung)
    plan.session.refresh_from_db()
    assert (plan.session.state, plan.session.seats_taken) == (SessionState.SCHEDULED, 16)


# --- Who ----------------------------------------------------------------------------------------
def test_staff_look_managers_plan_and_others_find_nothing(plan, as_user):
    stranger = make_manager(make_centre("Trung tâm Dĩ An"), "Phan Văn Tài")
    look = reverse("centre_schedule", args=[plan.centre.code]), reverse("session_plan", args=[plan.session.pk])
    change = [reverse(name, args=[plan.session.pk]) for name in ("session_move", "session_copy", "session_cancel")]
    change.append(reverse("session_new", args=[plan.centre.code]))
    for address in look:
        assert as_user(plan.sen).get(address).status_code == 200
        assert as_user(plan.trung).get(address).status_code == 200
        for nobody in (stranger, plan.hanh, plan.lam):
            assert as_user(nobody).get(address).status_code == 404
    for address in change:
        assert as_user(plan.sen).post(address).status_code == 403
        assert as_user(plan.trung).get(address).status_code == 200
        for nobody in (stranger, plan.hanh, plan.lam):
            assert as_user(nobody).post(address).status_code == 404


def test_the_actions_ask_for_themselves_who_it_is(plan):
    for by in (plan.sen, plan.hanh):
        with pytest.raises(PermissionDenied):
            schedule_session(offer=offer(plan), starts_at=local(20), by=by, key="k")
        with pytest.raises(PermissionDenied):
            cancel_session(session_id=plan.session.pk, reason="x", by=by)
        with pytest.raises(PermissionDenied):
            change_capacity(session_id=plan.session.pk, capacity=50, by=by)
        with pytest.raises(PermissionDenied):
            place_session(session_id=plan.session.pk, starts_at=local(20), room=plan.room, by=by)


def test_only_the_manager_cancels_a_series(plan):
    series = schedule_series(offer=offer(plan), rhythm=rhythm(20, 20, clocks=[time(8)]), by=plan.trung, key="s")
    with pytest.raises(PermissionDenied):
        cancel_series(series_id=series.pk, reason="x", by=plan.sen)


# --- What sessions are planned within -----------------------------------------------------------
def test_opening_hours_are_written_as_people_write_them(plan, as_user):
    client, address = as_user(plan.trung), reverse("centre_hours", args=[plan.centre.code])
    data = {"day_0": "7h30-11h30, 13:00–17:00", "version": version_at(client, address)}
    assert client.post(address, data).status_code == 302
    hours = [(each.weekday, each.opens_at, each.closes_at) for each in OpeningHours.objects.all()]
    assert hours == [(0, time(7, 30), time(11, 30)), (0, time(13), time(17))]
    assert client.post(address, data).status_code == 302, "the same again changes nothing"
    for wrong in ("7h30", "17:00-7:30", "25:00-26:00", "7:00-12:00, 11:00-13:00"):
        assert client.post(address, data | {"day_0": wrong}).context["form"].errors["day_0"]
    assert OpeningHours.objects.count() == 2


def version_on(page) -> str:
    return page.context["form"]["version"].value()


def test_hours_that_somebody_changed_meanwhile_are_shown_beside_what_was_typed(plan, as_user):
    client, address = as_user(plan.trung), reverse("centre_hours", args=[plan.centre.code])
    typed = client.get(address).context["form"].initial
    data = {name: show_spans(spans) for name, spans in typed.items()} | {"version": version_at(client, address)}
    OpeningHours.objects.filter(weekday=0).update(closes_at=time(16))
    page = client.post(address, data | {"day_0": "8:00-11:00"})
    [difference] = page.context["form"].differences
    assert (difference.stored, difference.typed) == ("7:30-16:00", "8:00-11:00")
    assert client.post(address, data | {"day_0": "8:00-11:00", "version": version_on(page)}).status_code == 302
    assert OpeningHours.objects.get(weekday=0).opens_at == time(8)


def test_days_are_closed_and_reopened_and_sessions_on_them_are_reported(plan, as_user):
    client = as_user(plan.trung)
    day = f"{timezone.localtime(plan.session.starts_at):%d/%m/%Y}"
    data = {"starts_on": day, "reason": "Bảo trì", "idempotency_key": "d"}
    for _ in range(2):
        client.post(reverse("closed_days_new", args=[plan.centre.code]), data)
    closed = Blackout.objects.get()
    assert closed.ends_on == closed.starts_on
    page = client.get(reverse("centre_settings", args=[plan.centre.code])).content.decode()
    assert "Bảo trì" in page
    client.post(reverse("closed_days_remove", args=[closed.pk]))
    assert not Blackout.objects.exists()


def test_days_that_are_closed_are_not_closed_again_but_those_of_a_room_are_its_own(plan, as_user):
    client, address = as_user(plan.trung), reverse("closed_days_new", args=[plan.centre.code])
    first, last = f"{local(20):%d/%m/%Y}", f"{local(22):%d/%m/%Y}"
    data = {"starts_on": first, "ends_on": last, "reason": "Bảo trì máy", "idempotency_key": "a"}
    assert client.post(address, data).status_code == 302
    again = client.post(address, data | {"reason": "Nghỉ bù", "idempotency_key": "b"})
    assert "Bảo trì máy" in again.context["form"].errors["starts_on"][0]
    assert Blackout.objects.get().reason == "Bảo trì máy"
    of_the_room = data | {"room": plan.room.pk, "idempotency_key": "c"}
    assert client.post(address, of_the_room).status_code == 302
    assert client.post(address, of_the_room | {"idempotency_key": "d"}).context["form"].errors["starts_on"]
    assert client.post(address, data | {"ends_on": first, "idempotency_key": "e"}).status_code == 302
    assert Blackout.objects.count() == 3


def test_a_room_is_never_smaller_than_a_session_to_come_and_its_name_is_its_own(plan, as_user):
    client = as_user(plan.trung)
    address = reverse("room_edit", args=[plan.room.pk])
    version = version_at(client, address)
    answer = client.post(address, {"name": plan.room.name, "capacity": "39", "version": version})
    assert "40" in answer.context["form"].errors["capacity"][0]
    answer = client.post(
        reverse("room_new", args=[plan.centre.code]), {"name": plan.room.name, "capacity": "9", "idempotency_key": "b"}
    )
    assert answer.context["form"].errors["name"]
    assert client.post(address, {"name": "Xưởng", "capacity": "45", "version": version}).status_code == 302
    plan.room.refresh_from_db()
    assert (plan.room.name, plan.room.capacity) == ("Xưởng", 45)
    late = client.post(address, {"name": plan.room.name, "capacity": "50", "version": version})
    assert [each.stored for each in late.context["form"].differences] == ["45"]


def test_the_department_keeps_the_seasons_and_its_sessions_follow(plan, as_user):
    season = make_season(mode=BookingMode.FIRST_COME)
    made = schedule_session(offer=offer(plan, season=season), starts_at=local(40), by=plan.trung, key="k")
    nam = make_officer("Phan Hoàng Nam", role=OfficeRole.DEPARTMENT)
    data = {
        "name": "Mùa xuân", "name_en": "", "school_year": season.school_year_id, "mode": "ballot",
        "opens_at": f"{local(3):%d/%m/%Y} 07:00", "closes_at": f"{local(80):%d/%m/%Y} 17:00",
        "bookings_per_school": "4",
    }  # fmt: skip
    address = reverse("season_edit", args=[season.pk])
    data["version"] = version_at(as_user(nam), address)
    assert as_user(plan.trung).post(address, data).status_code == 403
    assert as_user(plan.hanh).post(address, data).status_code == 404
    assert as_user(nam).post(address, data).status_code == 302
    season.refresh_from_db()
    made.refresh_from_db()
    assert (season.mode, season.bookings_per_school, season.opens_at) == ("ballot", 4, local(3, 7))
    assert (made.mode, made.booking_opens_at) == ("ballot", local(3, 7))
    late = as_user(nam).post(address, data | {"name": "Mùa thu"})
    assert [each.stored for each in late.context["form"].differences] == ["Mùa xuân"]
    wrong = data | {"closes_at": data["opens_at"], "version": version_at(as_user(nam), address)}
    assert as_user(nam).post(address, wrong).context["form"].errors["closes_at"]
    new = data | {"name": "Mùa hè", "idempotency_key": "u"}
    for _ in range(2):
        assert as_user(nam).post(reverse("season_new"), new).status_code == 302
    assert Season.objects.count() == 2


def test_the_way_of_giving_places_is_fixed_once_booking_has_opened(plan, as_user):
    season = make_season(mode=BookingMode.FIRST_COME, opens_at=timezone.now() - timedelta(days=1))
    nam = make_officer("Phan Hoàng Nam", role=OfficeRole.DEPARTMENT)
    page = as_user(nam).get(reverse("season_edit", args=[season.pk]))
    data = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    data |= {"opens_at": f"{local(-1):%d/%m/%Y} 07:00", "closes_at": f"{local(80):%d/%m/%Y} 17:00"}
    answer = as_user(nam).post(reverse("season_edit", args=[season.pk]), data | {"mode": "ballot"})
    assert answer.context["form"].errors["mode"]


def test_on_a_day_with_many_sessions_those_of_one_time_are_folded_together(plan, as_user):
    Session.objects.all().delete()
    day = timezone.localtime(local(10)).date()

    def offer(number: int, hour: int, **fields) -> Session:
        room = Room.objects.create(centre=plan.centre, name=f"Phòng {number}", capacity=40)
        starts_at = timezone.make_aware(datetime.combine(day, time(hour)))
        return make_session(trip=plan.trip, starts_at=starts_at, room=room, **fields)

    def shown() -> str:
        asked = {"month": f"{day:%Y-%m}"}
        return as_user(plan.sen).get(reverse("centre_schedule", args=[plan.centre.code]), asked).content.decode()

    for number in range(3):
        offer(number, 8, seats_taken=10)
    offer(3, 8, state="cancelled")
    assert shown().count('<summary class="few"') == 0
    offer(4, 13)
    page = shown()
    assert page.count('<summary class="few"') == 1
    assert "4 buổi" in page
    assert "30/120" in page
    assert page.count("/desk/sessions/") == 5, "each is there once, folded or not"


# --- Cost ---------------------------------------------------------------------------------------
MONTH_QUERIES = 13  # session and user 2, roles 2, posts 2, centre 1, month 4, frame 1
PLAN_QUERIES = 11  # session and user 2, roles 2, posts 2, the session, its groups, its history, frame 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_month_costs_the_same_with_one_and_three_sessions(plan, as_user, rows, django_assert_num_queries):
    Session.objects.all().delete()
    month = timezone.localtime(local(10)).date()
    for number in range(rows):
        make_session(trip=plan.trip, starts_at=timezone.make_aware(datetime.combine(month, time(6 + 4 * number))))
    client, address = as_user(plan.sen), reverse("centre_schedule", args=[plan.centre.code])
    client.get(address)
    with django_assert_num_queries(MONTH_QUERIES):
        page = client.get(address, {"month": f"{month:%Y-%m}"})
    assert page.content.decode().count("/desk/sessions/") == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_a_session_costs_the_same_with_one_and_three_groups(plan, as_user, rows, django_assert_num_queries):
    groups(plan, rows)
    client, address = as_user(plan.sen), reverse("session_plan", args=[plan.session.pk])
    client.get(address)
    with django_assert_num_queries(PLAN_QUERIES):
        page = client.get(address)
    assert page.content.decode().count('<th scope="row">') == rows


def test_another_centres_staff_see_only_their_own_centre(plan, as_user):
    make_centre_staff(other := make_centre("Trung tâm Dĩ An"), "Phan Văn Tài")
    own = reverse("centre_schedule", args=[plan.centre.code])
    assert as_user(plan.sen).get(reverse("centre_list")).url == own
    nam = make_officer("Phan Hoàng Nam", role=OfficeRole.DEPARTMENT)
    assert set(as_user(nam).get(reverse("centre_list")).context["centres"]) == {plan.centre, other}


def test_the_calendar_can_show_one_trip_alone(plan, as_user):
    other = make_trip("Vườn khí tượng", centre=plan.centre)
    theirs = make_session(trip=other, starts_at=plan.session.starts_at + timedelta(hours=5))
    client, address = as_user(plan.trung), reverse("centre_schedule", args=[plan.centre.code])
    month = f"{timezone.localtime(plan.session.starts_at):%Y-%m}"

    def shown(**asked) -> set[int]:
        weeks = client.get(address, {"month": month} | asked).context["calendar"].weeks
        return {session.pk for week in weeks for day in week for session in day.sessions}

    assert shown() >= {plan.session.pk, theirs.pk}
    assert shown(trip=other.code) == {theirs.pk}
    assert shown(trip="khong-co") >= {plan.session.pk, theirs.pk}
