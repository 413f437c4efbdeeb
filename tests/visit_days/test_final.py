"""What is final says so first: closing a session, and all sessions of a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.bookings.choices import BookingState
from programs.centres.choices import SessionState
from programs.centres.models import Room, Session
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.pupils.models import Pupil
from programs.visit_days.actions.closing import close_session
from programs.visit_days.desk import tasks
from programs.visit_days.models import CheckInMark
from tests.centres.make import (
    local,
    make_session,
)
from tests.pages import main_of
from tests.visit_days.make import came, close_on_page, day_values, now_is, over
from tests.visit_days.test_marks import send, word

pytestmark = pytest.mark.django_db
REASON = "Xe của lớp 8A1 đến muộn vì kẹt xe."


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
