"""A confirmed visit that changes: who approved is asked again until a date; then the number falls back, or it is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.approvals.actions.confirming import confirm_booking
from programs.approvals.actions.deadlines import keep_deadlines, miss_answers
from programs.approvals.desk import tasks as desk_tasks
from programs.approvals.queries import count_fixed_at
from programs.authorities.choices import ApprovalState, AskedAgain, Office
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.models import FieldTrip
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.core.templatetags.portal import full_moment
from programs.notices.models import Message
from programs.visit_days.desk import tasks as centre_tasks
from tests.centres.make import (
    approve,
    book,
    change_group,
    complete,
    decide_approval,
    make_manager,
    move_session,
    place_session,
    seats_add_up,
    waiting,
)
from tests.pages import main_of
from tests.people import make_officer, make_principal, make_ward_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def sure(world):
    """Cô Hạnh comes by bus with 8 pupils: cô Ngọc and chị Mai of the ward approved, and she has confirmed."""
    FieldTrip.objects.update(needs_transport=True)
    world.session.refresh_from_db()
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=8, adults=2)
    world.ngoc, world.nam, world.mai = make_principal(school=world.school), make_officer("Phan Hoàng Nam"), None
    world.mai = make_ward_officer()
    world.trung = make_manager(world.centre)
    complete(world.booking, world.ngoc, world.mai)
    confirm_booking(booking_id=world.booking.pk, by=world.hanh)
    return world


def _fresh(sure) -> Booking:
    sure.booking.refresh_from_db()
    return sure.booking


def _grow(sure, pupils: int = 20) -> Booking:
    change_group(booking_id=sure.booking.pk, pupils=pupils, adults=2, by=sure.hanh)
    return _fresh(sure)


def _move(sure, **by) -> Booking:
    starts_at = sure.session.starts_at + timedelta(**by)
    place_session(session_id=sure.session.pk, starts_at=starts_at, room=sure.session.room, by=sure.trung)
    sure.session.refresh_from_db()
    return _fresh(sure)


def _letters(person, kind: str):
    return Message.objects.filter(kind=kind, recipient=person).order_by("pk")


def _answers(sure) -> set[str]:
    return set(sure.booking.approvals.values_list("state", flat=True))


def _keep(now) -> int:
    """Warned in time, then the moment comes."""
    keep_deadlines(now=now - timedelta(hours=30))
    return keep_deadlines(now=now)["unanswered"]


# --- Asked again, until when --------------------------------------------------------------------
def test_a_confirmed_group_that_grows_keeps_its_places_until_the_answer_is_due(sure, as_user):
    booking = _grow(sure)
    assert (booking.state, booking.seats, _answers(sure)) == (BookingState.CONFIRMED, 20, {"asked"})
    due = timezone.localtime(booking.answers_due_at)
    assert due.hour == 17 and timezone.now() < due < sure.session.starts_at - timedelta(hours=12)
    page = as_user(sure.hanh).get(reverse("booking_detail", args=[booking.reference]))
    said = page.content.decode()
    assert page.context["asked_again"] and page.context["approved"] == 8
    assert f"{due:%d/%m/%Y}" in said and str(sure.school.ward) in said
    [task] = [each for each in desk_tasks(sure.hanh) if "lại" in each.title]
    assert f"{due:%d/%m}" in task.detail and "Hiệu trưởng" in task.detail and str(sure.school.ward) in task.detail
    assert not any(booking.reference in each.url for each in desk_tasks(sure.lam))
    assert not any("lại" in each.title for each in desk_tasks(sure.sen))


def test_who_is_asked_again_reads_until_when_and_what_the_first_yes_was_said_to(sure, as_user):
    booking = _grow(sure)
    row = booking.approvals.get(kind="principal")
    page = as_user(sure.ngoc).get(row.get_absolute_url())
    said, until = " ".join(page.content.decode().split()), timezone.localtime(row.answer_by)
    assert "20 học sinh, 2 người lớn" in said and f"17:00, {until:%d/%m/%Y}" in said
    assert page.context["said_yes_to"].pupils == 8 and "Lần duyệt trước" in said
    assert "20 học sinh" in _letters(sure.ngoc, "approval_asked").last().body_text
    [task] = [each for each in desk_tasks(sure.ngoc) if each.url == row.get_absolute_url()]
    assert f"{until:%d/%m} · 17:00" in task.detail


def test_an_answer_that_is_late_is_told_that_it_still_counts(sure, as_user):
    booking = _move(sure, days=7)
    row = booking.approvals.get(kind="principal")
    Booking.objects.filter(pk=booking.pk).update(answers_due_at=timezone.now() - timedelta(hours=1))
    page = as_user(sure.ngoc).get(row.get_absolute_url())
    assert page.context["is_late"] and "vẫn có hiệu lực" in page.content.decode()


def test_growth_that_is_approved_in_time_stays(sure):
    due = _grow(sure).answers_due_at
    approve(sure.booking, sure.ngoc, sure.mai)
    booking = _fresh(sure)
    assert (booking.answers_due_at, booking.seats) == (None, 20)
    assert set(booking.approvals.values_list("state", "pupils")) == {("approved", 20)}
    assert _keep(due) == 0 and _fresh(sure).seats == 20
    assert not _letters(sure.hanh, "booking_falls_back").exists()
    assert desk_tasks(sure.hanh) == []


def test_shrinking_never_asks_and_a_growth_that_is_taken_back_needs_no_answer(sure):
    change_group(booking_id=sure.booking.pk, pupils=6, adults=2, by=sure.hanh)
    assert _answers(sure) == {"approved"} and _fresh(sure).answers_due_at is None
    _grow(sure)
    change_group(booking_id=sure.booking.pk, pupils=8, adults=2, by=sure.hanh)
    assert _answers(sure) == {"approved"} and _fresh(sure).answers_due_at is None
    assert set(sure.booking.approvals.values_list("decided_by", flat=True)) == {sure.ngoc.pk, sure.mai.pk}
    assert history_of(sure.booking).filter(action="booking.stands").count() == 1


# --- Only the number changed: it falls back -----------------------------------------------------
def test_a_growth_that_nobody_answers_falls_back_and_the_places_go_to_who_waits(sure):
    booking, due = _grow(sure), _fresh(sure).answers_due_at
    [second] = waiting(sure.session, 30)
    decide_approval(approval_id=booking.approvals.get(kind="principal").pk, by=sure.ngoc)
    booking.approvals.update(answer_by=due + timedelta(days=9))
    keep_deadlines(now=due - timedelta(days=3))
    assert not _letters(sure.hanh, "booking_answers_due").exists()
    keep_deadlines(now=due - timedelta(days=1))
    warned = _letters(sure.hanh, "booking_answers_due").get().body_text
    assert str(sure.school.ward) in warned and "8 học sinh" in warned and "Hiệu trưởng" not in warned
    assert [keep_deadlines(now=due)["unanswered"] for _twice in range(2)] == [1, 0]
    booking = _fresh(sure)
    assert (booking.state, booking.seats, booking.confirmed_pupils) == (BookingState.CONFIRMED, 8, 8)
    assert (booking.answers_due_at, booking.girls) == (None, None)
    ward = booking.approvals.get(kind="ward")
    assert (ward.state, ward.pupils, ward.decided_by, ward.asked_again) == ("approved", 8, sure.mai, "")
    assert booking.approvals.get(kind="principal").pupils == 20  # her yes covers the smaller group, too
    letter = _letters(sure.hanh, "booking_falls_back").get().body_text
    assert str(sure.school.ward) in letter and "20" in letter and "8 học sinh" in letter
    second.refresh_from_db()
    assert second.state == BookingState.OFFERED and seats_add_up(sure.session)


def test_an_answer_or_a_form_from_before_the_group_fell_back_is_stale(sure, as_user):
    booking, due = _grow(sure), _fresh(sure).answers_due_at
    ward, resize = booking.approvals.get(kind="ward"), reverse("booking_resize", args=[booking.reference])
    seen = as_user(sure.mai).get(ward.get_absolute_url()).context["seen"]
    version = as_user(sure.hanh).get(resize).context["form"]["version"].value()
    assert _keep(due) == 1
    late = as_user(sure.mai).post(ward.get_absolute_url(), {"decision": "approved", "seen": seen})
    assert late.status_code == 200 and _fresh(sure).seats == 8
    again = as_user(sure.hanh).post(resize, {"pupils": 22, "adults": 2, "girls": "", "version": version})
    assert again.status_code == 200 and _fresh(sure).seats == 8


def test_a_renewed_approval_that_is_refused_ends_the_booking(sure):
    booking = _grow(sure)
    decide_approval(
        approval_id=booking.approvals.get(kind="ward").pk, answer="refused", reason="Không đủ xe", by=sure.mai
    )
    assert (_fresh(sure).state, sure.booking.seats) == (BookingState.REFUSED, 0)
    assert keep_deadlines(now=sure.session.starts_at - timedelta(hours=2))["unanswered"] == 0


def test_nobody_may_grow_when_no_answer_can_come_in_time(sure):
    sure.centre.count_locks_days = 0
    sure.centre.save()
    move_session(sure.session, timezone.now() + timedelta(hours=1))
    with pytest.raises(Refused) as refused:
        _grow(sure)
    assert refused.value.refusal.code == "no_time_to_ask"
    change_group(booking_id=sure.booking.pk, pupils=7, adults=2, by=sure.hanh)
    assert _fresh(sure).seats == 7


# --- Anything else: nothing is cancelled, and it is named ---------------------------------------
def test_a_visit_that_was_moved_and_lacks_an_answer_is_named_to_everybody(sure, as_user):
    booking = _move(sure, days=7)
    due = booking.answers_due_at
    assert set(booking.approvals.values_list("state", "asked_again")) == {("asked", AskedAgain.DAY)}
    moved = _letters(sure.hanh, "session_moved").get().body_text
    assert f"{timezone.localtime(due):%d/%m/%Y}" in moved
    decide_approval(approval_id=booking.approvals.get(kind="principal").pk, by=sure.ngoc)
    booking.approvals.filter(kind="ward").update(answer_by=due + timedelta(days=9))
    assert _keep(due) == 1 and keep_deadlines(now=due + timedelta(minutes=5))["unanswered"] == 0
    booking = _fresh(sure)
    assert (booking.state, booking.seats) == (BookingState.CONFIRMED, 8) and booking.grace_given_at == due
    for person in (sure.hanh, sure.ngoc, sure.phuc, sure.mai, sure.trung, sure.nam):
        assert str(sure.school.ward) in _letters(person, "approval_missing").get().body_text, person
    for person in (sure.lam, sure.sen):
        assert not _letters(person, "approval_missing").exists()
    ward = booking.approvals.get(kind="ward")
    assert ward.asked_of == Office.DEPARTMENT  # the next authority is asked at once
    assert "Sở Giáo dục" in _letters(sure.hanh, "approval_falls_on").get().body_text
    day = f"{reverse('centre_day')}?date={timezone.localdate(sure.session.starts_at):%Y-%m-%d}"
    assert "chưa được đồng ý" in as_user(sure.sen).get(day).content.decode()
    assert [each.url for each in centre_tasks(sure.sen) if booking.reference in each.url]
    assert not [each.url for each in centre_tasks(sure.lam) if booking.reference in each.url]
    decide_approval(approval_id=ward.pk, by=sure.nam)  # an answer still counts
    assert _fresh(sure).answers_due_at is None
    assert not [each.url for each in centre_tasks(sure.sen) if booking.reference in each.url]


def test_the_centre_reads_whom_to_call_and_until_when(sure, as_user):
    """While the answer may still come it prepares; once it is late, Thầy Sen reads what to do and cô Hạnh's number."""
    due = _move(sure, days=7).answers_due_at
    page = reverse("booking_detail", args=[sure.booking.reference])
    early = main_of(as_user(sure.sen).get(page))
    assert "chuẩn bị đón đoàn như hiện nay" in early and "Gọi 0" not in early
    assert _keep(due) == 1
    late = " ".join(main_of(as_user(sure.sen).get(page)).split())
    booking = _fresh(sure)
    assert str(sure.hanh) in late and f"Gọi {booking.shown_phone}" in late
    assert full_moment(count_fixed_at(booking.session)) in late
    for person in (sure.hanh, sure.ngoc, sure.mai):  # advice for the centre alone
        assert "Việc cần làm" not in as_user(person).get(page).content.decode(), person


def test_the_leader_is_told_whom_the_question_falls_to(sure):
    booking = _grow(sure)
    decide_approval(approval_id=booking.approvals.get(kind="principal").pk, by=sure.ngoc)
    ward = booking.approvals.get(kind="ward")
    assert keep_deadlines(now=ward.answer_by)["fell_on"] == 1
    letter = _letters(sure.hanh, "approval_falls_on").get().body_text
    assert "Sở Giáo dục" in letter and str(sure.school.ward) in letter and "chưa có trả lời" in letter
    assert f"{timezone.localtime(booking.answers_due_at):%d/%m/%Y}" in letter
    assert not _letters(sure.lam, "approval_falls_on").exists()


def test_a_session_that_is_moved_back_needs_no_second_yes(sure):
    _move(sure, days=7)
    assert _move(sure, days=-7).answers_due_at is None
    assert _answers(sure) == {"approved"}


def test_a_group_that_grew_and_was_moved_does_not_fall_back(sure):
    first = _grow(sure).answers_due_at
    booking = _move(sure, days=7)
    assert booking.answers_due_at > first
    assert set(booking.approvals.values_list("asked_again", flat=True)) == {AskedAgain.DAY}
    assert _keep(booking.answers_due_at) == 1
    assert (_fresh(sure).seats, sure.booking.state) == (20, BookingState.CONFIRMED)
    assert _letters(sure.hanh, "approval_missing").exists()


def test_another_price_that_nobody_agrees_to_is_named(sure):
    FieldTrip.objects.update(price_vnd=50_000)
    assert keep_deadlines()["asked_again"] == 1
    assert _keep(_fresh(sure).answers_due_at) == 1
    assert _fresh(sure).state == BookingState.CONFIRMED
    assert "giá" in _letters(sure.hanh, "approval_missing").get().body_text


def test_what_was_sent_back_and_not_mended_names_the_school(sure):
    booking = _grow(sure)
    decide_approval(approval_id=booking.approvals.get(kind="principal").pk, by=sure.ngoc)
    ward = booking.approvals.get(kind="ward")
    decide_approval(approval_id=ward.pk, answer=ApprovalState.RETURNED, reason="Thêm xe", by=sure.mai)
    [task] = [each for each in desk_tasks(sure.hanh) if "lại" in each.title]
    assert str(sure.school) in task.detail
    assert _keep(_fresh(sure).answers_due_at) == 1
    assert (_fresh(sure).seats, sure.booking.state) == (20, BookingState.CONFIRMED)
    assert str(sure.school) in _letters(sure.trung, "approval_missing").get().body_text


def test_a_session_moved_in_the_last_hours_is_named_at_once(sure):
    move_session(sure.session, timezone.now() + timedelta(days=30))
    sure.booking.approvals.update(visit_day=timezone.localdate(sure.session.starts_at))
    Booking.objects.filter(pk=sure.booking.pk).update(
        answers_due_at=sure.session.starts_at, warned_at=timezone.now(), grace_given_at=None
    )
    sure.booking.approvals.update(state="asked", asked_again=AskedAgain.DAY, visit_day=timezone.localdate())
    assert keep_deadlines()["unanswered"] == 1
    assert miss_answers(booking_id=sure.booking.pk, now=timezone.now()) is False
