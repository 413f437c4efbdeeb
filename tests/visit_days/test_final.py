"""What is final says so first, and can be undone: closing, reopening, late marks, "did not come", unannounced groups."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.bookings.actions.booking import cancel_booking
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import SessionState
from programs.centres.models import Centre, Room, Session
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.pupils.models import Pupil
from programs.visit_days.actions.arrivals import mark_no_show, take_back_no_show
from programs.visit_days.actions.closing import close_session, reopen_session
from programs.visit_days.actions.marks import decide_late_mark
from programs.visit_days.choices import LateDecision
from programs.visit_days.desk import tasks
from programs.visit_days.models import CheckInMark
from programs.visit_days.queries.month import centre_month
from tests.centres.make import (
    book,
    local,
    make_centre,
    make_manager,
    make_session,
    move_session,
    seats_add_up,
    set_roster,
)
from tests.pages import main_of
from tests.people import enrol_second_factor, give_consent, make_class, make_school, make_teacher
from tests.visit_days.make import check_in, close_on_page, day_values
from tests.visit_days.test_marks import send, word

pytestmark = pytest.mark.django_db
REASON = "Xe của lớp 8A1 đến muộn vì kẹt xe."


@pytest.fixture
def today(world):
    """8A1 is expected since a moment ago; anh Trung manages the centre, anh Quân another."""
    world.trung = enrol_second_factor(make_manager(world.centre))
    world.quan = enrol_second_factor(make_manager(make_centre("Trung tâm Dĩ An"), "Đỗ Minh Quân"))
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=38)
    world.pupils = [enrolment.pupil_id for enrolment in world.class_8a1.enrolments.all()]
    set_roster(booking_id=world.booking.pk, pupil_ids=world.pupils, by=world.hanh)
    give_consent(*Pupil.objects.filter(pk__in=world.pupils))
    move_session(world.session, timezone.now() - timedelta(seconds=3))
    return world


def came(world, pupils: int = 36) -> Booking:
    return check_in(
        booking_id=world.booking.pk, pupils=pupils, girls=18, adults=2, absent=world.pupils[pupils:], by=world.sen
    )


def now_is(booking: Booking) -> tuple:
    booking.refresh_from_db()
    return booking.state, booking.arrived_pupils


def over(session: Session) -> None:
    """Let the session end a moment ago."""
    Session.objects.filter(pk=session.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    session.refresh_from_db()


# --- Closing ------------------------------------------------------------------------------------
def test_closing_while_a_group_is_missing_says_for_whom_what_is_recorded_and_needs_a_tick(today, as_user):
    client, address = as_user(today.sen), reverse("session_close", args=[today.session.pk])
    page = main_of(client.get(address))
    assert today.booking.reference in page
    assert "Chưa đến và cũng chưa được ghi vắng: sẽ ghi “không đến”" in page
    answer = close_on_page(client, today.session)
    assert answer.context["form"].errors["sure"]
    assert now_is(today.booking)[0] == BookingState.HELD
    assert close_on_page(client, today.session, sure="on").status_code == 302
    assert now_is(today.booking)[0] == BookingState.NO_SHOW


def test_what_was_not_read_is_not_closed(today, as_user):
    """Chị Sen reads that 8A1 is there; meanwhile a colleague notes something else of it."""
    came(today)
    client, address = as_user(today.sen), reverse("session_close", args=[today.session.pk])
    read = client.get(address).context["form"]["version"].value()
    send(as_user(today.trung), word(today, pupils=20, girls=9, present=today.pupils[:20]))
    answer = client.post(address, {"version": read, "sure": "on"})
    assert "đã thay đổi" in str(answer.context["form"].non_field_errors())
    assert now_is(today.booking)[0] == BookingState.ATTENDED
    again = answer.context["form"]["version"].value()
    assert client.post(address, {"version": again, "sure": "on"}).status_code == 302
    assert now_is(today.booking)[0] == BookingState.CLOSED


def disagree(world, as_user) -> tuple[str, str]:
    """Chị Sen sees 36 pupils; anh Trung, who has not read it, 35 and one more adult. The pupil whom only she saw."""
    came(world)
    send(as_user(world.trung), word(world, pupils=35, girls=18, adults=3, present=world.pupils[:35]))
    return str(Pupil.objects.get(pk=world.pupils[35])), str(Pupil.objects.get(pk=world.pupils[0]))


def test_closing_while_two_disagree_names_the_pupils_and_needs_a_tick(today, as_user):
    over(today.session)
    doubtful, sure_of = disagree(today, as_user)
    client = as_user(today.sen)
    assert "hai máy ghi khác nhau" in main_of(client.get(reverse("centre_day")))
    page = main_of(client.get(reverse("session_close", args=[today.session.pk])))
    assert doubtful in page and sure_of not in page
    assert doubtful in main_of(client.get(reverse("day_close")))
    answer = close_on_page(client, today.session)
    assert "không khớp" in str(answer.context["form"].errors["sure"])
    assert now_is(today.booking)[0] == BookingState.ATTENDED
    assert close_on_page(client, today.session, sure="on").status_code == 302
    assert now_is(today.booking) == (BookingState.CLOSED, 36)


def test_a_dispute_that_was_closed_is_decided_by_the_manager_and_the_session_stays_closed(today, as_user):
    doubtful, _other = disagree(today, as_user)
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    address = reverse("dispute", args=[today.booking.reference])
    assert as_user(today.sen).get(address).status_code == 403
    assert as_user(today.quan).get(address).status_code == 404
    assert [task.url for task in tasks(today.trung) if "dispute" in task.url] == [address]
    assert not [task for task in tasks(today.sen) if task.url == address]
    client = as_user(today.trung)
    assert address in main_of(client.get(reverse("centre_day")))
    group = main_of(client.get(reverse("booking_check_in", args=[today.booking.reference])))
    assert address in group and doubtful in group
    form = client.get(address).context["form"]
    choices = {label: value for value, label in form.fields["word"].choices}
    [trungs] = [value for label, value in choices.items() if "Trung" in str(label)]
    version = form["version"].value()
    assert client.post(address, {"version": version}).context["form"].errors["word"]
    assert client.post(address, {"version": "0" * 16, "word": trungs}).context["form"].non_field_errors()
    assert client.post(address, {"version": version, "word": trungs}).status_code == 302
    assert now_is(today.booking) == (BookingState.CLOSED, 35)
    assert not today.booking.roster.get(pupil=today.pupils[35]).attended
    today.session.refresh_from_db()
    assert (today.session.state, today.session.closed_by) == (SessionState.CLOSED, today.sen)
    assert not [task for task in tasks(today.trung) if task.url == address]
    assert client.get(address).status_code == 302  # nothing is left to decide
    assert "hai máy ghi khác nhau" not in main_of(client.get(reverse("centre_day")))
    assert "booking.dispute" in {entry.action for entry in history_of(today.booking)}
    assert Message.objects.filter(kind="visit_feedback", recipient=today.hanh).count() <= 1


def test_what_is_recorded_may_also_stay_and_ends_the_dispute(today, as_user):
    disagree(today, as_user)
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    client, address = as_user(today.trung), reverse("dispute", args=[today.booking.reference])
    version = client.get(address).context["form"]["version"].value()
    assert client.post(address, {"version": version, "word": "now"}).status_code == 302
    assert now_is(today.booking) == (BookingState.CLOSED, 36)
    assert client.get(address).status_code == 302


def test_a_late_mark_that_counts_and_disagrees_asks_at_once_who_is_right(today, as_user):
    came(today)
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    send(as_user(today.sen), word(today, minutes_ago=9, pupils=35, present=today.pupils[:35]))
    late = CheckInMark.objects.that_wait().get()
    CheckInMark.objects.filter(pk=late.pk).update(made_at=timezone.now() - timedelta(minutes=1))
    client = as_user(today.trung)
    answer = client.post(reverse("late_mark", args=[late.pk]), {"decision": "accept"})
    assert answer.url == reverse("dispute", args=[today.booking.reference])


def test_closing_before_the_end_needs_a_tick_although_everybody_came(today):
    came(today)
    with pytest.raises(Refused, match="unsure"):
        close_session(session_id=today.session.pk, by=today.sen)
    over(today.session)
    close_session(session_id=today.session.pk, by=today.sen)
    assert now_is(today.booking) == (BookingState.CLOSED, 36)


def test_all_finished_sessions_of_the_day_close_at_once_with_what_each_records(today, as_user):
    came(today)
    other = make_session(
        trip=today.session.field_trip, starts_at=local(0, 0), ends_at=local(0, 0) + timedelta(minutes=1)
    )
    hall = Room.objects.create(centre=today.centre, name="Hội trường", capacity=60)
    still_on = make_session(trip=today.session.field_trip, room=hall, starts_at=timezone.now())
    over(today.session)
    client = as_user(today.sen)
    assert reverse("day_close") in client.get(reverse("centre_day")).content.decode()
    page = client.get(reverse("day_close"))
    assert [each.session for each in page.context["settlings"]] == [other, today.session]
    assert "sure" not in page.context["form"].fields
    assert client.post(reverse("day_close"), {"sessions": list(day_values(client).values())}).status_code == 302
    states = dict(Session.objects.values_list("pk", "state"))
    assert [states[each.pk] for each in (other, today.session)] == [SessionState.CLOSED] * 2
    assert states[still_on.pk] == SessionState.SCHEDULED
    assert "settlings" in client.get(reverse("day_close")).context  # an empty page, not an error
    assert as_user(today.hanh).get(reverse("day_close")).status_code == 404
    assert as_user(today.quan).get(reverse("day_close")).context["settlings"] == []


def test_a_session_with_a_missing_group_closes_with_the_others_only_after_a_tick(today, as_user):
    over(today.session)
    client = as_user(today.sen)
    assert "sure" in client.get(reverse("day_close")).context["form"].fields
    read = day_values(client)[today.session.pk]
    answer = client.post(reverse("day_close"), {"sessions": [read]}, follow=True)
    assert "Hãy đánh dấu" in answer.content.decode()
    assert now_is(today.booking)[0] == BookingState.HELD
    client.post(reverse("day_close"), {"sessions": [read], "sure": "on"})
    assert now_is(today.booking)[0] == BookingState.NO_SHOW


def three_finished(world) -> list[Session]:
    """8A1 came to one; two more of today had no group."""
    came(world)
    over(world.session)
    trip, begins = world.session.field_trip, local(0, 0)
    return [
        make_session(trip=trip, starts_at=begins + timedelta(minutes=at), ends_at=begins + timedelta(minutes=at + 1))
        for at in (0, 2)
    ] + [world.session]


@pytest.mark.falls
def test_a_session_that_fails_does_not_keep_the_others_of_the_day_open(today, as_user, monkeypatch):
    first, second, third = three_finished(today)
    client = as_user(today.sen)
    real = close_session

    def close(*, session_id, **how):
        if session_id == first.pk:
            raise RuntimeError("a bad row")
        return real(session_id=session_id, **how)

    monkeypatch.setattr("programs.visit_days.views.closing.close_session", close)
    read = day_values(client).values()
    answer = client.post(reverse("day_close"), {"sessions": list(read)}, follow=True)
    assert [Session.objects.get(pk=each.pk).state for each in (first, second, third)] == [
        SessionState.SCHEDULED,
        SessionState.CLOSED,
        SessionState.CLOSED,
    ]
    said = [str(message) for message in answer.context["messages"]]
    assert any("lỗi" in each for each in said) and any("2" in each for each in said)


def test_of_a_page_that_is_stale_only_what_was_read_is_closed(today, as_user):
    """A colleague closes one session meanwhile, and of another somebody notes something else; the third closes."""
    first, second, third = three_finished(today)
    client = as_user(today.sen)
    read = list(day_values(client).values())
    close_session(session_id=first.pk, by=today.trung)
    send(as_user(today.trung), word(today, pupils=20, girls=9, present=today.pupils[:20]))
    answer = client.post(reverse("day_close"), {"sessions": read, "sure": "on"}, follow=True)
    states = [Session.objects.get(pk=each.pk).state for each in (second, third)]
    assert states == [SessionState.CLOSED, SessionState.SCHEDULED]
    said = " ".join(str(message) for message in answer.context["messages"])
    assert "đã thay đổi" in said and "đồng nghiệp" in said
    assert client.post(reverse("day_close"), {"sessions": ["1; DROP", "x"]}).context["form"].errors["sessions"]


# --- Reopening ----------------------------------------------------------------------------------
def test_a_manager_reopens_with_a_reason_and_the_late_group_is_checked_in(today, as_user):
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    address = reverse("session_reopen", args=[today.session.pk])
    assert as_user(today.sen).get(address).status_code == 403
    assert as_user(today.quan).get(address).status_code == 404
    client = as_user(today.trung)
    assert client.post(address, {"reason": " "}).context["form"].errors["reason"]
    assert client.post(address, {"reason": REASON}).status_code == 302
    assert now_is(today.booking)[0] == BookingState.HELD
    assert seats_add_up(today.session) and today.session.seats_taken == 38
    [row] = [entry for entry in history_of(today.session) if entry.action == "session.reopen"]
    assert row.reason.text == REASON
    came(today)
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    assert now_is(today.booking) == (BookingState.CLOSED, 36)
    assert seats_add_up(today.session)


def test_reopening_returns_groups_to_what_they_were_and_leaves_what_people_noted_themselves(today):
    confirmed = book_today(today, "8B", pupils=1, state=BookingState.CONFIRMED)
    noted = book_today(today, "8C", pupils=1)
    waits = book_today(today, "8D", pupils=30, wait=True)
    came(today)
    mark_no_show(booking_id=noted.pk, by=today.sen)
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    letters = Message.objects.count()
    reopen_session(session_id=today.session.pk, reason=REASON, by=today.trung)
    assert now_is(today.booking) == (BookingState.ATTENDED, 36)
    assert [now_is(each)[0] for each in (confirmed, noted, waits)] == [
        BookingState.CONFIRMED,
        BookingState.NO_SHOW,
        BookingState.EXPIRED,
    ]
    assert seats_add_up(today.session)
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    assert Message.objects.count() == letters, "nobody is asked or told twice"


def book_today(world, name: str, *, pupils: int, state: str = BookingState.HELD, wait: bool = False) -> Booking:
    """Another class books before its session begins; the clock is then put back."""
    school = make_school(f"Trường THCS {name}")
    teacher = make_teacher(f"Lê Thị {name}", school=school)
    began = world.session.starts_at
    move_session(world.session, local(10))
    booking = book(world.session, make_class(name, school=school), teacher, pupils=pupils, adults=2, wait_if_full=wait)
    if state == BookingState.CONFIRMED:
        Booking.objects.filter(pk=booking.pk).update(state=state, confirmed_at=timezone.now())
    move_session(world.session, began)
    return booking


def test_a_session_is_reopened_for_as_many_days_as_its_centre_says(today):
    Centre.objects.filter(pk=today.centre.pk).update(reopen_days=3)
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    for days, code in ((4, "too_late"), (2, None)):
        ended = timezone.now() - timedelta(days=days)
        Session.objects.filter(pk=today.session.pk).update(
            starts_at=ended - timedelta(hours=3), ends_at=ended, closed_at=ended
        )
        if code:
            with pytest.raises(Refused, match=code):
                reopen_session(session_id=today.session.pk, reason=REASON, by=today.trung)
        else:
            reopen_session(session_id=today.session.pk, reason=REASON, by=today.trung)
    with pytest.raises(Refused, match="not_closed"):
        reopen_session(session_id=today.session.pk, reason=REASON, by=today.trung)
    with pytest.raises(PermissionDenied):
        reopen_session(session_id=today.session.pk, reason=REASON, by=today.sen)


# --- "The group did not come" -------------------------------------------------------------------
def test_did_not_come_asks_first_and_taken_back_everything_is_as_it_was(today, as_user):
    came(today)
    client = as_user(today.sen)
    address = reverse("booking_absent", args=[today.booking.reference])
    page = main_of(client.get(address))
    assert "36" in page and now_is(today.booking) == (BookingState.ATTENDED, 36)
    client.post(address)
    assert now_is(today.booking) == (BookingState.NO_SHOW, None)
    group = client.get(reverse("booking_check_in", args=[today.booking.reference])).content.decode()
    undo = reverse("booking_absent_undo", args=[today.booking.reference])
    assert undo in group
    client.post(undo)
    assert now_is(today.booking) == (BookingState.ATTENDED, 36)
    assert today.booking.roster.filter(attended=True).count() == 36
    assert today.booking.roster.filter(attended=False).count() == 2
    assert seats_add_up(today.session) and today.session.seats_taken == 38
    assert "không còn" in main_of(client.post(undo)) or client.post(undo).status_code == 200


def test_a_group_that_had_not_arrived_is_expected_again_unless_its_places_are_gone(today):
    mark_no_show(booking_id=today.booking.pk, by=today.sen)
    take_back_no_show(booking_id=today.booking.pk, by=today.sen)
    assert now_is(today.booking) == (BookingState.HELD, None)
    mark_no_show(booking_id=today.booking.pk, by=today.sen)
    book_today(today, "8B", pupils=20)
    with pytest.raises(Refused, match="places_gone"):
        take_back_no_show(booking_id=today.booking.pk, by=today.sen)
    assert seats_add_up(today.session)
    with pytest.raises(PermissionDenied):
        take_back_no_show(booking_id=today.booking.pk, by=today.quan)


# --- Late marks ---------------------------------------------------------------------------------
def test_a_mark_made_before_closing_that_arrives_after_waits_for_the_manager_who_accepts_it(today, as_user):
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    sent = word(today, minutes_ago=9)
    for _ in range(2):  # sent again it waits once
        assert send(as_user(today.sen), sent).json()["answers"][0]["refused"] == ""
    assert now_is(today.booking) == (BookingState.NO_SHOW, None), "nothing changes before somebody decides"
    mark = CheckInMark.objects.that_wait().get()
    address = reverse("late_mark", args=[mark.pk])
    assert as_user(today.sen).get(address).status_code == 403
    assert as_user(today.quan).get(address).status_code == 404
    assert [task.url for task in tasks(today.trung) if "late" in task.url or "marks" in task.url] == [address]
    assert not [task for task in tasks(today.sen) if task.url == address]
    client = as_user(today.trung)
    assert address in client.get(reverse("centre_day")).content.decode()
    assert client.get(address).context["after"].pupils == 36
    assert client.post(address, {}).context["form"].errors
    assert client.post(address, {"decision": "accept"}).status_code == 302
    assert now_is(today.booking) == (BookingState.CLOSED, 36)
    today.session.refresh_from_db()
    assert (today.session.state, today.session.closed_by) == (SessionState.CLOSED, today.sen)
    assert seats_add_up(today.session)
    mark.refresh_from_db()
    assert (mark.decision, mark.decided_by) == (LateDecision.ACCEPTED, today.trung)
    assert today.trung.full_name in main_of(client.get(reverse("centre_day")))
    assert client.get(address).status_code == 302  # nothing is left to decide
    with pytest.raises(Refused, match="decided"):
        decide_late_mark(mark_id=mark.pk, accepted=False, by=today.trung)


def test_a_late_mark_that_is_left_changes_nothing_and_one_made_after_closing_is_refused(today, as_user):
    came(today)
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    send(as_user(today.sen), word(today, minutes_ago=9, pupils=38, girls=19, present=today.pupils))
    decide_late_mark(mark_id=CheckInMark.objects.that_wait().get().pk, accepted=False, by=today.trung)
    assert now_is(today.booking) == (BookingState.CLOSED, 36)
    Session.objects.filter(pk=today.session.pk).update(closed_at=timezone.now() - timedelta(minutes=20))
    answer = send(as_user(today.sen), word(today, minutes_ago=9, id=str(uuid.uuid4())))
    assert answer.json()["answers"][0]["refused"] == "not_now"


# --- A group without a booking ------------------------------------------------------------------
def said(**changes) -> dict:
    values = {"pupils": "2", "girls": "1", "adults": "1", "contact_phone": "0912 345 678", "idempotency_key": "k1"}
    return values | changes


def test_a_group_without_a_booking_is_found_by_its_school_and_let_in_once(today, as_user):
    client = as_user(today.sen)
    address = reverse("session_unannounced", args=[today.session.pk])
    assert address in client.get(reverse("centre_day")).content.decode()
    found = client.get(address, {"q": today.lams_class.school.name})
    assert [school.code for school in found.context["found"]] == [today.lams_class.school.code]
    address += f"?school={today.lams_class.school.code}"
    for _ in range(2):
        assert client.post(address, said(class_group=today.lams_class.pk)).status_code == 302
    booking = Booking.objects.get(unannounced=True)
    assert (booking.state, booking.arrived_pupils, booking.seats) == (BookingState.ATTENDED, 2, 2)
    assert (booking.school, booking.class_group) == (today.lams_class.school, today.lams_class)
    assert seats_add_up(today.session) and today.session.seats_taken == 40
    again = client.post(address, said(class_group=today.lams_class.pk, idempotency_key="k2"))
    assert booking.reference in str(again.context["form"].errors["class_group"])
    total = centre_month(today.sen, timezone.localdate()).total()
    assert (total.groups["booked"], total.groups["arrived"], total.groups["unannounced"]) == (1, 1, 1)
    for outsider, status in ((today.quan, 404), (today.hanh, 404)):
        assert as_user(outsider).get(address).status_code == status


def test_more_pupils_than_places_come_in_only_with_a_managers_reason_and_only_into_the_room(today, as_user):
    address = f"{reverse('session_unannounced', args=[today.session.pk])}?school={today.lams_class.school.code}"
    answer = as_user(today.sen).post(address, said(pupils="9", reason="Trời mưa"))
    assert answer.context["form"].errors["pupils"]
    client = as_user(today.trung)
    assert client.post(address, said(pupils="9")).context["form"].errors["reason"]
    assert client.post(address, said(pupils="40", reason="Trời mưa")).context["form"].errors["pupils"]
    assert client.post(address, said(pupils="9", reason="Trời mưa")).status_code == 302
    booking = Booking.objects.get(unannounced=True)
    assert (booking.override_reason, booking.override_by) == ("Trời mưa", today.trung)
    assert seats_add_up(today.session)
    assert (today.session.seats_taken, today.session.capacity) == (47, 47)


def test_a_class_that_cancelled_by_mistake_is_let_in_with_its_list(today, as_user):
    move_session(today.session, local(10))
    cancel_booking(booking_id=today.booking.pk, reason="Nhầm ngày", by=today.hanh)
    move_session(today.session, timezone.now() - timedelta(seconds=3))
    client = as_user(today.sen)
    address = reverse("session_unannounced", args=[today.session.pk])
    assert f"?booking={today.booking.reference}" in client.get(address).content.decode()
    address += f"?booking={today.booking.reference}"
    page = client.get(address)
    assert page.context["form"]["pupils"].value() == 38
    client.post(address, said(class_group=today.class_8a1.pk, pupils="38", girls="18"))
    booking = Booking.objects.get(unannounced=True)
    assert (booking.leader, booking.roster.count()) == (today.hanh, 38)
    assert Message.objects.filter(kind="group_let_in", recipient=today.hanh).count() == 1
    assert now_is(today.booking)[0] == BookingState.CANCELLED_BY_SCHOOL


def test_a_class_that_waits_and_comes_all_the_same_is_let_in_and_waits_no_longer(today, as_user):
    waiting = book_today(today, "Chờ Lâu", pupils=4, wait=True)
    assert waiting.state == BookingState.WAITLISTED
    address = f"{reverse('session_unannounced', args=[today.session.pk])}?school={waiting.school.code}"
    come = said(class_group=waiting.class_group_id, pupils="4", reason="Trời mưa")
    assert as_user(today.trung).post(address, come).status_code == 302
    assert now_is(waiting)[0] == BookingState.EXPIRED
    assert Booking.objects.get(unannounced=True).state == BookingState.ATTENDED
    assert seats_add_up(today.session)


def test_a_group_whose_places_are_gone_does_not_keep_the_session_shut(today):
    """8A1 was settled as absent and somebody else was let in: reopening leaves 8A1 as it is, and opens the rest."""
    came_anyway = book_today(today, "Đến Đúng Giờ", pupils=2)
    check_in(booking_id=came_anyway.pk, pupils=2, girls=1, adults=1, by=today.sen)
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    Session.objects.filter(pk=today.session.pk).update(capacity=20)
    reopen_session(session_id=today.session.pk, reason=REASON, by=today.trung)
    assert now_is(today.booking)[0] == BookingState.NO_SHOW
    assert now_is(came_anyway)[0] == BookingState.ATTENDED
    assert seats_add_up(today.session)


def test_nobody_is_let_in_before_the_day_or_after_the_closing(today, as_user):
    address = f"{reverse('session_unannounced', args=[today.session.pk])}?school={today.lams_class.school.code}"
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    assert as_user(today.sen).get(address).context["refusal"].code == "session_closed"
    assert as_user(today.sen).post(address, said()).context["form"].errors
    move_session(today.session, local(2))
    Session.objects.update(state=SessionState.SCHEDULED)
    assert as_user(today.sen).get(address).context["refusal"].code == "not_now"
    assert not Booking.objects.filter(unannounced=True).exists()
