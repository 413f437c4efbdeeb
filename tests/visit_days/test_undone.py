"""What is final can be undone: reopening, 'did not come' taken back, marks that arrive late."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.bookings.choices import BookingState
from programs.centres.choices import SessionState
from programs.centres.models import Centre, Session
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.visit_days.actions.arrivals import mark_no_show, take_back_no_show
from programs.visit_days.actions.closing import close_session, reopen_session
from programs.visit_days.actions.marks import decide_late_mark
from programs.visit_days.choices import LateDecision
from programs.visit_days.desk import tasks
from programs.visit_days.models import CheckInMark
from tests.centres.make import (
    seats_add_up,
)
from tests.pages import main_of
from tests.visit_days.make import book_today, came, now_is
from tests.visit_days.test_marks import send, word

pytestmark = pytest.mark.django_db
REASON = "Xe của lớp 8A1 đến muộn vì kẹt xe."


# --- Reopening ----------------------------------------------------------------------------------
def test_a_manager_reopens_with_a_reason_and_the_late_group_is_checked_in(today, as_user):
    close_session(session_id=today.session.pk, sure=True, by=today.sen)
    address = reverse("session_reopen", args=[today.session.pk])
    assert as_user(today.sen).get(address).status_code == 403
    assert as_user(today.quan).get(address).status_code == 404
    client = as_user(today.trung)
    asked = client.get(address).content.decode()
    assert "1 đoàn bị ghi “không đến”" in asked and "0 đoàn" not in asked  # what does not happen is not listed
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
