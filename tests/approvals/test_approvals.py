"""Approvals reach somebody: who answers where nobody is, or is silent; and they follow the group that changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.approvals.actions.approvals import ask_once_more
from programs.approvals.actions.confirming import confirm_booking
from programs.approvals.actions.deadlines import keep_deadlines
from programs.approvals.desk import tasks as desk_tasks
from programs.approvals.policy import approvals_to_decide, deciders_of, may_decide
from programs.authorities.choices import ApprovalState, AskedAgain, Office, StandIn
from programs.bookings.choices import BookingState
from programs.centres.models import FieldTrip
from programs.core.audit import history_of
from programs.core.dates import short_moment
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.schools.choices import OfficeRole
from programs.schools.models import Membership, OfficerPost
from programs.schools.queries.roles import forget_roles
from tests.centres.make import (
    approve,
    book,
    change_group,
    complete,
    decide_approval,
    hand_in_paper,
    make_manager,
    place_session,
    waiting,
)
from tests.people import make_officer, make_principal, make_teacher, make_ward, make_ward_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def far(world):
    """Class 8A1 goes by bus: the principal and the ward are asked. Anh Nam is at the department, nobody in the ward."""
    FieldTrip.objects.update(needs_transport=True)
    world.session.refresh_from_db()
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=8, adults=2)
    world.ngoc, world.nam = make_principal(school=world.school), make_officer("Phan Hoàng Nam")
    world.trung = make_manager(world.centre)
    return world


def _asked(booking, kind="ward"):
    return booking.approvals.get(kind=kind)


def _letters(person, kind="approval_asked"):
    return Message.objects.filter(kind=kind, recipient=person).order_by("pk")


def _leave(*posts) -> None:
    for post in posts:
        post.delete()


def _desk_and_policy_agree(booking, *people) -> None:
    """One source: whoever may decide has it on the desk, and nobody else."""
    for approval in booking.approvals.filter(state=ApprovalState.ASKED).select_related("booking__school__ward"):
        deciders = {person.pk for person in deciders_of(approval)}
        for person in people:
            forget_roles(person)
            on_desk = approval in approvals_to_decide(person, now=timezone.now())
            assert may_decide(person, approval) == on_desk == (person.pk in deciders), (person, approval)


# --- Who is asked -------------------------------------------------------------------------------
def test_a_ward_without_an_officer_falls_to_the_department_at_once_and_says_so(far, as_user):
    approve(far.booking, far.ngoc)
    approval = _asked(far.booking)
    assert (approval.asked_of, approval.stands_in, deciders_of(approval)) == (Office.DEPARTMENT, "nobody", [far.nam])
    letter = _letters(far.nam).get()
    assert str(far.school.ward) in letter.body_text
    [task] = desk_tasks(far.nam)
    assert str(far.school.ward) in task.detail
    page = as_user(far.hanh).get(reverse("booking_detail", args=[far.booking.reference])).content.decode()
    assert "Sở Giáo dục và Đào tạo" in page and str(far.school.ward) in page
    elsewhere = make_ward_officer("Hồ Văn Xa", ward=make_ward("Phường Dĩ An"))
    _desk_and_policy_agree(far.booking, far.nam, elsewhere, far.ngoc, far.phuc, far.hanh, far.lam, far.sen)
    with pytest.raises(PermissionDenied):
        decide_approval(approval_id=approval.pk, by=elsewhere)
    decide_approval(approval_id=approval.pk, by=far.nam)
    complete(far.booking)
    assert confirm_booking(booking_id=far.booking.pk, by=far.hanh).state == BookingState.CONFIRMED


def test_an_officer_who_is_appointed_later_may_answer_too(far):
    approve(far.booking, far.ngoc)
    mai = make_ward_officer()
    assert set(deciders_of(_asked(far.booking))) == {mai, far.nam}
    _desk_and_policy_agree(far.booking, mai, far.nam)
    decide_approval(approval_id=_asked(far.booking).pk, by=mai)


def test_a_silent_ward_falls_to_the_department_after_its_working_days(far):
    mai = make_ward_officer()
    approve(far.booking, far.ngoc)
    approval = _asked(far.booking)
    assert (approval.asked_of, deciders_of(approval)) == (Office.WARD, [mai])
    assert timezone.localtime(approval.answer_by).weekday() < 5
    assert keep_deadlines(now=approval.answer_by - timedelta(minutes=1))["fell_on"] == 0
    assert not _letters(far.nam).exists()
    assert [keep_deadlines(now=approval.answer_by)["fell_on"] for _twice in range(2)] == [1, 0]
    approval.refresh_from_db()
    assert (approval.asked_of, approval.stands_in) == (Office.DEPARTMENT, StandIn.SILENT)
    assert set(deciders_of(approval)) == {mai, far.nam} and _letters(far.nam).count() == 1
    assert history_of(far.booking).filter(action="booking.falls_to").count() == 1
    _desk_and_policy_agree(far.booking, mai, far.nam, far.ngoc, far.hanh)


def test_an_officer_who_leaves_is_not_waited_for(far):
    mai = make_ward_officer()
    approve(far.booking, far.ngoc)
    assert keep_deadlines()["fell_on"] == 0
    _leave(*OfficerPost.objects.filter(user=mai, role=OfficeRole.WARD))
    assert keep_deadlines()["fell_on"] == 1
    assert (_asked(far.booking).stands_in, deciders_of(_asked(far.booking))) == (StandIn.NOBODY, [far.nam])


def test_a_principal_who_is_silent_is_stood_in_for_by_the_coordinator(far):
    keep_deadlines()
    approval = _asked(far.booking, "principal")
    assert deciders_of(approval) == [far.ngoc]
    keep_deadlines(now=approval.answer_by)
    approval.refresh_from_db()
    assert (approval.asked_of, approval.stands_in) == (Office.COORDINATOR, StandIn.SILENT)
    assert set(deciders_of(approval)) == {far.ngoc, far.phuc} and _letters(far.phuc).count() == 1
    _desk_and_policy_agree(far.booking, far.ngoc, far.phuc, far.hanh, far.nam)


def test_a_school_with_teachers_only_falls_to_the_ward(far):
    Membership.objects.filter(user__in=(far.ngoc, far.phuc)).update(ended_on=timezone.localdate())
    mai = make_ward_officer()
    keep_deadlines()
    approval = _asked(far.booking, "principal")
    assert (approval.asked_of, approval.stands_in, deciders_of(approval)) == (Office.WARD, StandIn.NOBODY, [mai])
    _desk_and_policy_agree(far.booking, mai, far.nam, far.hanh)
    decide_approval(approval_id=approval.pk, by=mai)
    assert _asked(far.booking).asked_of == Office.WARD


# --- Nothing lapses for want of an answer without naming it ------------------------------------
def test_a_visit_that_waits_only_for_an_authority_gets_grace_and_everybody_is_told(far):
    mai = make_ward_officer()
    complete(far.booking, far.ngoc)
    [second] = waiting(far.session, 40)
    due = far.booking.papers_due_at
    approvals = far.booking.approvals.filter(kind="ward")
    approvals.update(answer_by=due + timedelta(days=9))
    keep_deadlines(now=due - timedelta(days=1))  # nothing lapses without a warning
    assert keep_deadlines(now=due + timedelta(minutes=1))["lapsed"] == 0
    far.booking.refresh_from_db()
    assert far.booking.papers_due_at > due and far.booking.grace_given_at
    for person, kind in ((far.hanh, "booking_grace"), (far.trung, "approval_overdue"), (far.nam, "approval_overdue")):
        assert str(far.school.ward) in _letters(person, kind).get().body_text
    assert set(deciders_of(approvals.get())) == {mai, far.nam}  # there is no more time to wait for the ward alone
    assert keep_deadlines(now=far.booking.papers_due_at + timedelta(minutes=1))["lapsed"] == 1
    far.booking.refresh_from_db()
    second.refresh_from_db()
    assert far.booking.state == BookingState.EXPIRED and second.state == BookingState.OFFERED
    assert "Sở Giáo dục và Đào tạo" in far.booking.end_reason
    assert far.booking.end_reason in _letters(far.hanh, "booking_lapsed").get().body_text


def test_the_desk_says_who_is_late_where_the_school_has_done_its_part(far):
    make_ward_officer()
    [task] = desk_tasks(far.hanh)
    assert "Hoàn tất và xác nhận" in task.title
    complete(far.booking, far.ngoc)
    ward, due = far.booking.approvals.get(kind="ward"), far.booking.papers_due_at
    [task] = desk_tasks(far.hanh)
    assert "Hoàn tất" not in task.title and str(far.school.ward) in task.detail
    assert short_moment(ward.asked_at) in task.detail and short_moment(due) in task.detail
    far.booking.approvals.filter(kind="ward").update(answer_by=due + timedelta(days=9))
    keep_deadlines(now=due - timedelta(days=1))
    keep_deadlines(now=due + timedelta(minutes=1))
    far.booking.refresh_from_db()
    [task] = desk_tasks(far.hanh)
    assert "Quá hạn" in task.detail and short_moment(far.booking.grace_given_at) in task.detail
    assert "Sở Giáo dục" in task.detail and short_moment(far.booking.papers_due_at) in task.detail
    assert not desk_tasks(far.lam)


def test_what_the_school_itself_left_undone_gets_no_grace_and_is_named(far):
    keep_deadlines(now=far.booking.papers_due_at - timedelta(days=1))
    assert keep_deadlines(now=far.booking.papers_due_at + timedelta(minutes=1))["lapsed"] == 1
    far.booking.refresh_from_db()
    assert "Đầu mối nhà trường" in far.booking.end_reason or "Hiệu trưởng" in far.booking.end_reason


# --- Approvals follow the group ----------------------------------------------------------------
def test_a_larger_group_is_asked_about_again_and_cannot_be_confirmed_meanwhile(far):
    mai = make_ward_officer()
    complete(far.booking, far.ngoc, mai)
    change_group(booking_id=far.booking.pk, pupils=30, adults=2, by=far.hanh)
    assert set(far.booking.approvals.values_list("state", "asked_again")) == {("asked", AskedAgain.GROUP)}
    for person in (far.ngoc, mai):
        assert "lớn hơn" in _letters(person).last().body_text
        assert _letters(person).count() == 2
    with pytest.raises(Refused) as refused:
        confirm_booking(booking_id=far.booking.pk, by=far.hanh, alternative="Học ở trường")
    assert refused.value.refusal.code == "approval_missing"
    approve(far.booking, far.ngoc, mai)
    change_group(booking_id=far.booking.pk, pupils=25, adults=2, by=far.hanh)
    assert set(far.booking.approvals.values_list("state", flat=True)) == {"approved"}


def test_another_day_asks_again_another_hour_does_not(far):
    complete(far.booking, far.ngoc, far.nam)
    starts, room = far.session.starts_at, far.session.room
    place_session(session_id=far.session.pk, starts_at=starts + timedelta(hours=1), room=room, by=far.trung)
    assert set(far.booking.approvals.values_list("state", flat=True)) == {"approved"}
    place_session(session_id=far.session.pk, starts_at=starts + timedelta(days=7), room=room, by=far.trung)
    assert set(far.booking.approvals.values_list("state", "asked_again")) == {("asked", AskedAgain.DAY)}


def test_another_price_asks_again_and_may_need_another_authority(world):
    booking = book(world.session, world.class_8a1, world.hanh, pupils=8, adults=2)
    make_ward_officer()
    complete(booking, world.phuc)
    FieldTrip.objects.update(price_vnd=50_000)
    assert [keep_deadlines()["asked_again"] for _twice in range(2)] == [1, 0]
    assert _asked(booking, "principal").asked_again == AskedAgain.PRICE
    approve(booking, world.phuc)
    assert _asked(booking).state == ApprovalState.ASKED


def test_an_answer_is_to_what_was_read(far, as_user):
    keep_deadlines()
    path = reverse("approval_principal", args=[_asked(far.booking, "principal").pk])
    client = as_user(far.ngoc)
    seen = client.get(path).context["seen"]
    change_group(booking_id=far.booking.pk, pupils=30, adults=2, by=far.hanh)
    late = client.post(path, {"decision": "approved", "seen": seen})
    assert late.status_code == 200 and _asked(far.booking, "principal").state == ApprovalState.ASKED
    assert client.post(path, {"decision": "approved", "seen": late.context["seen"]}).status_code == 302


# --- Back to mend -------------------------------------------------------------------------------
def test_what_is_sent_back_keeps_its_places_is_mended_and_asked_again(far, as_user):
    complete(far.booking, far.ngoc)
    approval = _asked(far.booking)
    decide_approval(approval_id=approval.pk, answer="returned", reason="Thiếu xe dự phòng", by=far.nam)
    far.booking.refresh_from_db()
    assert far.booking.state == BookingState.HELD and far.booking.seats == 8
    assert "Thiếu xe dự phòng" in _letters(far.hanh, "booking_returned").get().body_text
    assert approvals_to_decide(far.nam, now=timezone.now()) == []
    path = reverse("booking_ask_again", args=[far.booking.reference])
    assert as_user(far.lam).get(path).status_code == 404
    assert as_user(far.sen).post(path).status_code == 403
    with pytest.raises(PermissionDenied):
        ask_once_more(booking_id=far.booking.pk, by=make_teacher("Cô Tư", school=far.school))
    assert as_user(far.hanh).get(path).status_code == 200
    assert as_user(far.hanh).post(path).status_code == 302
    with pytest.raises(Refused) as refused:
        ask_once_more(booking_id=far.booking.pk, by=far.hanh)
    assert refused.value.refusal.code == "nothing_sent_back"
    approval.refresh_from_db()
    assert (approval.state, approval.asked_again) == (ApprovalState.ASKED, AskedAgain.MENDED)
    assert _asked(far.booking, "principal").state == ApprovalState.APPROVED
    decide_approval(approval_id=approval.pk, by=far.nam)
    assert confirm_booking(booking_id=far.booking.pk, by=far.hanh).state == BookingState.CONFIRMED


def test_a_confirmed_visit_that_is_sent_back_can_change_its_papers(far):
    complete(far.booking, far.ngoc, far.nam)
    confirm_booking(booking_id=far.booking.pk, by=far.hanh)
    paper = {"booking_id": far.booking.pk, "kind": "plan", "text": "Kế hoạch mới", "by": far.hanh}
    with pytest.raises(Refused):
        hand_in_paper(**paper)
    change_group(booking_id=far.booking.pk, pupils=20, adults=2, by=far.hanh)
    decide_approval(approval_id=_asked(far.booking).pk, answer="returned", reason="Thêm người", by=far.nam)
    hand_in_paper(**paper)
    decide_approval(approval_id=_asked(far.booking).pk, answer="refused", reason="Không đủ xe", by=far.nam)
    far.booking.refresh_from_db()
    assert (far.booking.state, far.booking.seats) == (BookingState.REFUSED, 0)
