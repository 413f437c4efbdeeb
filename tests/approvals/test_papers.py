"""Papers and approvals: what a visit needs by its risk, who is asked, and what lapses by itself."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfWriter

from programs.approvals.actions.confirming import confirm_booking
from programs.approvals.actions.deadlines import keep_deadlines
from programs.approvals.policy import approvals_to_decide, deciders_of
from programs.approvals.queries import checklist_of, risks_of
from programs.authorities import rules as questions
from programs.authorities.choices import ApprovalKind, ApprovalState
from programs.authorities.queries import approvals_needed
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.rules.booking import papers_due
from programs.centres.choices import PaperKind, VisitRisk
from programs.centres.models import Centre, FieldTrip, RequiredPaper, Session
from programs.core.audit import history_of
from programs.core.calendar import WorkingDays, warning_due
from programs.core.choices import Level
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.pupils.models import Pupil
from programs.schools.queries.roles import roles_of
from tests.centres.make import (
    approve,
    book,
    complete,
    decide_approval,
    hand_in_paper,
    make_centre,
    make_manager,
    make_session,
    make_trip,
    place_session,
    seats_add_up,
    set_roster,
    waiting,
)
from tests.pages import version_at
from tests.people import (
    give_consent,
    make_class,
    make_officer,
    make_principal,
    make_school,
    make_teacher,
    make_ward,
    make_ward_officer,
)

pytestmark = pytest.mark.django_db

TABLE = {
    "always": ["principal"],
    "other_ward": ["ward"],
    "hired_vehicle": ["ward"],
    "paid": ["ward"],
    "primary": ["ward"],
    "primary_outside_city": ["department"],
}
NEAR = {"same_ward": True, "same_city": True, "needs_transport": False, "price_vnd": 0, "level": Level.LOWER_SECONDARY}
OF_TRIP = ("needs_transport", "price_vnd")
P, W, D = ApprovalKind.PRINCIPAL, ApprovalKind.WARD, ApprovalKind.DEPARTMENT


@pytest.fixture
def group(world):
    """Class 8A1 has places in a session next door that costs nothing."""
    world.booking = book(world.session, world.class_8a1, world.hanh)
    return world


def _deadlines_at(moment) -> dict[str, int]:
    return keep_deadlines(now=moment)


# --- The rule -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({}, (P,)),
        ({"same_ward": False}, (P, W)),
        ({"needs_transport": True}, (P, W)),
        ({"price_vnd": 20_000}, (P, W)),
        ({"level": Level.PRIMARY}, (P, W)),
        ({"level": Level.PRIMARY, "same_ward": False, "same_city": False}, (P, W, D)),
        ({"level": Level.UPPER_SECONDARY, "same_ward": False, "same_city": False}, (P, W)),
    ],
)
def test_who_must_agree_follows_from_the_risk(facts, wanted):
    facts = NEAR | facts
    trip = FieldTrip(**{name: facts.pop(name) for name in OF_TRIP})
    assert questions.approvals_needed(questions.risks_of(trip, **facts), TABLE) == wanted


def test_the_table_is_data_of_the_jurisdiction(settings):
    assert approvals_needed([VisitRisk.PAID]) == (P, W)
    settings.JURISDICTION = settings.JURISDICTION | {"visit_approvals": {"always": ["principal"], "paid": []}}
    assert approvals_needed([VisitRisk.PAID]) == (P,)


def test_the_authorities_are_asked_together_once_the_school_agreed():
    assert questions.to_ask_now((P, W, D), {}) == [P]
    assert questions.to_ask_now((P, W, D), {P: ApprovalState.ASKED}) == []
    assert questions.to_ask_now((P, W, D), {P: ApprovalState.APPROVED}) == [W, D]
    assert questions.to_ask_now((P, W, D), {P: ApprovalState.APPROVED, W: ApprovalState.APPROVED}) == [D]


def test_the_deadline_and_its_warning():
    start = timezone.make_aware(timezone.datetime(2026, 11, 20, 8))
    session = Session(starts_at=start, field_trip=FieldTrip(centre=Centre(confirm_days=3)))
    due_at = partial(papers_due, session, days=WorkingDays(set()))
    due = due_at(now=start - timedelta(days=10))
    assert timezone.localtime(due).strftime("%d/%m %H:%M") == "17/11 17:00"
    late = due_at(now=start - timedelta(days=2))
    assert timezone.localtime(late).strftime("%d/%m %H:%M") == "19/11 17:00"
    assert due_at(now=start - timedelta(hours=2)) == start
    assert warning_due(since=start - timedelta(days=9), due=start) == start - timedelta(days=2)
    assert warning_due(since=start - timedelta(hours=10), due=start) == start - timedelta(hours=5)


# --- Asking and answering -----------------------------------------------------------------------
def test_a_visit_next_door_needs_the_school_alone(group):
    assert keep_deadlines()["asked"] == 1
    assert [each.kind for each in group.booking.approvals.all()] == [P]
    assert [each.booking for each in approvals_to_decide(group.phuc, now=timezone.now())] == [group.booking]
    assert approvals_to_decide(group.hanh, now=timezone.now()) == []
    assert approvals_to_decide(group.lam, now=timezone.now()) == []
    assert keep_deadlines()["asked"] == 0
    assert Message.objects.filter(kind="approval_asked").count() == 1


def test_the_coordinator_approves_only_without_a_principal_or_where_the_school_decides_alone(group):
    ngoc = make_principal(school=group.school)
    keep_deadlines()
    approval = group.booking.approvals.get()
    assert set(deciders_of(approval)) == {ngoc, group.phuc}
    assert list(Message.objects.filter(kind="approval_asked").values_list("recipient", flat=True)) == [ngoc.pk]
    assert len(approvals_to_decide(group.phuc, now=timezone.now())) == 1
    type(group.session.field_trip).objects.update(needs_transport=True)
    assert approvals_to_decide(group.phuc, now=timezone.now()) == []
    with pytest.raises(PermissionDenied):
        decide_approval(approval_id=approval.pk, by=group.phuc)
    decide_approval(approval_id=approval.pk, by=ngoc)


def test_far_away_the_principal_comes_first_and_then_the_ward(group):
    type(group.session.field_trip).objects.update(needs_transport=True)
    mai, elsewhere = make_ward_officer(), make_ward_officer("Hồ Văn Xa", ward=make_ward("Phường Dĩ An"))
    keep_deadlines()
    assert approvals_to_decide(mai, now=timezone.now()) == []
    approve(group.booking, group.phuc)
    [waits] = approvals_to_decide(mai, now=timezone.now())
    assert (waits.kind, deciders_of(waits)) == (W, [mai])
    assert approvals_to_decide(elsewhere, now=timezone.now()) == []
    with pytest.raises(PermissionDenied):
        decide_approval(approval_id=waits.pk, by=elsewhere)
    with pytest.raises(PermissionDenied):
        decide_approval(approval_id=waits.pk, by=group.hanh)
    decide_approval(approval_id=waits.pk, by=mai)
    assert Message.objects.filter(kind="booking_approved", recipient=group.hanh).count() == 1
    with pytest.raises(Refused):
        decide_approval(approval_id=waits.pk, by=mai)
    assert history_of(group.booking).filter(action="booking.approve").count() == 2


def test_b15_primary_pupils_who_leave_their_city_need_the_department(db):
    other_city = make_ward("Phường Biên Hòa")
    other_city.parent = None
    other_city.save()
    centre = make_centre()
    centre.ward = other_city
    centre.save()
    trip = make_trip(centre=centre, grade_from=4, grade_to=9)
    school = make_school("Trường Tiểu học Lê Lợi", levels=(Level.PRIMARY,))
    teacher = make_teacher("Cô Hai", school=school)
    primary = book(make_session(trip=trip), make_class("4A", school=school), teacher)
    assert VisitRisk.PRIMARY_OUTSIDE_CITY in risks_of(primary)
    head, ward, department = make_principal(school=school), make_ward_officer(), make_officer()
    approve(primary, head, ward)
    with pytest.raises(Refused) as refused:
        confirm_booking(booking_id=primary.pk, by=teacher)
    assert refused.value.refusal.code == "approval_missing"
    approve(primary, department)
    assert confirm_booking(booking_id=primary.pk, by=teacher).state == BookingState.CONFIRMED
    older = book(make_session(trip=trip, starts_at=primary.session.ends_at), make_class("8A2"), make_teacher())
    assert VisitRisk.PRIMARY_OUTSIDE_CITY not in risks_of(older)


def test_for_an_upper_secondary_school_the_department_is_the_authority(world):
    type(world.session.field_trip).objects.update(needs_transport=True, grade_to=12)
    school = make_school("Trường THPT Trịnh Hoài Đức", levels=(Level.UPPER_SECONDARY,))
    teacher, head = make_teacher("Cô Ba", school=school), make_principal(school=school)
    booking = book(world.session, make_class("10A", school=school), teacher)
    ward, department = make_ward_officer(), make_officer()
    approve(booking, head)
    [waits] = approvals_to_decide(department, now=timezone.now())
    assert (waits.kind, deciders_of(waits)) == (W, [department])
    assert approvals_to_decide(ward, now=timezone.now()) == []
    with pytest.raises(PermissionDenied):
        decide_approval(approval_id=waits.pk, by=ward)
    approve(booking, department)
    assert checklist_of(booking).approvals_missing == 0


def test_the_list_of_what_waits_costs_the_same_for_one_and_for_three(world, django_assert_num_queries):
    now = timezone.now()
    for number in range(3):
        starts_at = world.session.starts_at + timedelta(days=number, hours=4)
        book(make_session(trip=world.session.field_trip, starts_at=starts_at), world.class_8a1, world.hanh)
        keep_deadlines()
        roles_of(world.phuc)
        with django_assert_num_queries(1):
            assert len(approvals_to_decide(world.phuc, now=now)) == number + 1


def test_a_no_needs_a_reason_ends_the_booking_and_lets_the_next_in(group):
    [second] = waiting(group.session, 20)
    keep_deadlines()
    approval = group.booking.approvals.get()
    with pytest.raises(Refused) as refused:
        decide_approval(approval_id=approval.pk, answer=ApprovalState.REFUSED, by=group.phuc)
    assert refused.value.refusal.code == "reason_missing"
    no = {"approval_id": approval.pk, "answer": ApprovalState.REFUSED, "reason": "Trùng ngày thi", "by": group.phuc}
    decide_approval(**no)
    with pytest.raises(Refused) as refused:
        decide_approval(**no)
    assert refused.value.refusal.code == "not_asked"
    group.booking.refresh_from_db()
    second.refresh_from_db()
    assert (group.booking.state, group.booking.end_reason) == (BookingState.REFUSED, "Trùng ngày thi")
    assert second.state == BookingState.OFFERED
    assert seats_add_up(group.session) and group.session.seats_taken == 20
    assert Message.objects.filter(kind="booking_refused", recipient=group.hanh).count() == 1


# --- Papers -------------------------------------------------------------------------------------
def test_nobody_is_asked_before_the_papers_are_in(group):
    for kind in (PaperKind.PLAN, PaperKind.SAFETY):
        RequiredPaper.objects.create(field_trip=group.session.field_trip, kind=kind)
    assert keep_deadlines()["asked"] == 0
    hand_in_paper(booking_id=group.booking.pk, kind=PaperKind.PLAN, text="Kế hoạch", by=group.hanh)
    assert not group.booking.approvals.exists()
    with pytest.raises(Refused) as refused:
        confirm_booking(booking_id=group.booking.pk, by=group.hanh)
    assert refused.value.refusal.code == "papers_missing"
    hand_in_paper(booking_id=group.booking.pk, kind=PaperKind.SAFETY, text="Phương án", by=group.hanh)
    assert group.booking.approvals.get().state == ApprovalState.ASKED


def test_a_changed_paper_needs_a_new_approval(group):
    RequiredPaper.objects.create(field_trip=group.session.field_trip, kind=PaperKind.PLAN)
    complete(group.booking, group.phuc)
    hand_in_paper(
        booking_id=group.booking.pk, kind=PaperKind.PLAN, text="Theo kế hoạch của trường.", by=group.hanh
    )  # the same again
    assert group.booking.approvals.get().state == ApprovalState.APPROVED
    hand_in_paper(booking_id=group.booking.pk, kind=PaperKind.PLAN, text="Kế hoạch khác", by=group.hanh)
    assert group.booking.approvals.get().state == ApprovalState.ASKED
    assert Message.objects.filter(kind="approval_asked", recipient=group.phuc).count() == 2


def test_a_file_is_kept_in_private_and_replaced(group, django_capture_on_commit_callbacks):
    pdf = a_pdf()
    first = hand_in_paper(
        booking_id=group.booking.pk,
        kind=PaperKind.SAFETY,
        upload=SimpleUploadedFile("../Phương án.pdf", pdf),
        by=group.hanh,
    )
    with storages["private"].open(first.storage_key) as kept:
        assert (first.file_name, kept.read()) == ("Phương án.pdf", pdf)
    with django_capture_on_commit_callbacks(execute=True):
        hand_in_paper(booking_id=group.booking.pk, kind=PaperKind.SAFETY, text="Viết lại", by=group.hanh)
    assert not storages["private"].exists(first.storage_key)
    with pytest.raises(Refused):
        hand_in_paper(
            booking_id=group.booking.pk,
            kind=PaperKind.PLAN,
            upload=SimpleUploadedFile("a.pdf", b"<html>"),
            by=group.hanh,
        )
    for stranger in (group.lam, group.sen):
        with pytest.raises(PermissionDenied):
            hand_in_paper(booking_id=group.booking.pk, kind=PaperKind.PLAN, text="x", by=stranger)
    with pytest.raises(Refused):
        hand_in_paper(booking_id=group.booking.pk, kind=PaperKind.PLAN, by=group.hanh)


def a_pdf() -> bytes:
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(width=100, height=100)
    writer.write(out)
    return out.getvalue()


# --- Confirming ---------------------------------------------------------------------------------
def test_confirming_needs_everything(group):
    def code() -> str:
        with pytest.raises(Refused) as refused:
            confirm_booking(booking_id=group.booking.pk, by=group.hanh, alternative="Học ở xưởng trường")
        return refused.value.refusal.code

    assert code() == "no_consents"
    give_consent(*Pupil.objects.filter(enrolments__class_group=group.class_8a1)[:30])
    assert checklist_of(group.booking).consents.staying == 8
    assert code() == "approval_missing"
    approve(group.booking, group.phuc)
    confirmed = confirm_booking(booking_id=group.booking.pk, by=group.hanh, alternative="Học ở xưởng trường")
    assert (confirmed.state, confirmed.alternative) == (BookingState.CONFIRMED, "Học ở xưởng trường")


def test_people_who_approve_for_the_school_approve_by_confirming(group):
    give_consent(*Pupil.objects.filter(enrolments__class_group=group.class_8a1))
    assert confirm_booking(booking_id=group.booking.pk, by=group.phuc).state == BookingState.CONFIRMED
    approval = group.booking.approvals.get()
    assert (approval.state, approval.decided_by) == (ApprovalState.APPROVED, group.phuc)


def test_b14_who_has_no_consent_at_the_deadline_is_listed(group):
    named = list(Pupil.objects.filter(enrolments__class_group=group.class_8a1)[:38])
    set_roster(booking_id=group.booking.pk, pupil_ids=[pupil.pk for pupil in named], by=group.hanh)
    give_consent(*named[:37])
    approve(group.booking, group.phuc)
    with pytest.raises(Refused) as refused:
        confirm_booking(booking_id=group.booking.pk, by=group.hanh)
    assert refused.value.refusal.code == "alternative_missing"
    confirm_booking(booking_id=group.booking.pk, by=group.hanh, alternative="Học cùng bài ở trường")


# --- Lapsing ------------------------------------------------------------------------------------
def test_what_lapses_frees_its_places_once_and_says_so_before_and_after(group):
    [second] = waiting(group.session, 30)
    due = group.booking.papers_due_at
    assert _deadlines_at(due - timedelta(days=3))["warned"] == 0
    assert _deadlines_at(due - timedelta(days=1))["warned"] == 1
    assert _deadlines_at(due - timedelta(days=1))["warned"] == 0
    group.booking.refresh_from_db()
    assert group.booking.state == BookingState.PAPERS_DUE
    letter = Message.objects.get(kind="booking_papers_due", recipient=group.hanh)
    assert "Hiệu trưởng" in letter.body_text or "Principal" in letter.body_text
    assert _deadlines_at(due + timedelta(minutes=1))["lapsed"] == 1
    assert _deadlines_at(due + timedelta(minutes=2))["lapsed"] == 0
    group.booking.refresh_from_db()
    second.refresh_from_db()
    assert (group.booking.state, group.booking.seats) == (BookingState.EXPIRED, 0)
    assert second.state == BookingState.OFFERED
    assert seats_add_up(group.session) and group.session.seats_taken == 30
    assert Message.objects.filter(kind="booking_lapsed", recipient=group.hanh).count() == 1


def test_the_new_deadline_of_a_moved_session_is_warned_of_too_and_once(group):
    """A week later means other papers' dates for cô Hạnh; an hour later does not."""
    trung, starts, room = make_manager(group.centre), group.session.starts_at, group.session.room
    letters = Message.objects.filter(kind="booking_papers_due", recipient=group.hanh)

    def move(starts_at):
        place_session(session_id=group.session.pk, starts_at=starts_at, room=room, by=trung)
        group.booking.refresh_from_db()
        return group.booking.papers_due_at

    due = group.booking.papers_due_at
    assert _deadlines_at(due - timedelta(days=1))["warned"] == 1
    assert move(starts + timedelta(hours=1)) == due
    assert _deadlines_at(due - timedelta(hours=23))["warned"] == 0
    later = move(starts + timedelta(days=7))
    assert later == due + timedelta(days=7)
    assert _deadlines_at(later - timedelta(days=3))["warned"] == 0
    for hours in (30, 29):
        assert _deadlines_at(later - timedelta(hours=hours))["warned"] == (hours == 30)
    assert letters.count() == 2 and f"{timezone.localtime(later):%d/%m/%Y}" in letters.latest("pk").body_text
    assert _deadlines_at(later + timedelta(minutes=1))["lapsed"] == 1


def test_a_confirmed_booking_and_one_at_the_door_do_not_lapse(group):
    other = book(
        make_session(trip=group.session.field_trip, starts_at=group.session.ends_at), group.class_8a1, group.hanh
    )
    complete(group.booking, group.phuc)
    confirm_booking(booking_id=group.booking.pk, by=group.hanh)
    assert _deadlines_at(other.session.starts_at + timedelta(minutes=1))["lapsed"] == 0
    assert set(Booking.objects.values_list("state", flat=True)) == {BookingState.CONFIRMED, BookingState.HELD}


# --- Pages --------------------------------------------------------------------------------------
def test_a_paper_comes_in_and_goes_out_through_the_gate_only(group, as_user):
    path = reverse("booking_paper", args=[group.booking.reference, "plan"])
    sent = {"text": "", "upload": SimpleUploadedFile("Kế hoạch.pdf", a_pdf())}
    assert as_user(group.lam).get(path).status_code == 404
    assert as_user(group.sen).get(path).status_code == 403
    hanh = as_user(group.hanh)
    read = {"version": version_at(hanh, path)}
    assert hanh.post(path, sent | read).status_code == 302
    other_tab = hanh.post(path, {"text": "Viết lại"} | read)
    assert other_tab.context["form"].errors
    paper = group.booking.papers.get()
    file = reverse("paper_file", args=[paper.pk])
    answer = as_user(group.sen).get(file)
    assert answer["Content-Disposition"].startswith("attachment") and answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    colleague = make_teacher("Cô Tư", school=group.school)
    for person in (group.lam, colleague):
        assert as_user(person).get(file).status_code == 404
    assert as_user(group.hanh).get(reverse("booking_paper", args=[group.booking.reference, "x"])).status_code == 404


def test_the_page_of_an_approval_takes_a_yes_or_a_reasoned_no(group, as_user):
    keep_deadlines()
    approval = group.booking.approvals.get()
    path = reverse("approval_principal", args=[approval.pk])
    client = as_user(group.phuc)
    assert client.get(path).status_code == 200
    seen = {"seen": client.get(path).context["seen"]}
    for answer in ("returned", "refused"):
        wrong = client.post(path, {"decision": answer, "reason": ""} | seen)
        assert wrong.context["form"].errors["reason"]
    assert client.post(path, {"decision": "approved"} | seen).status_code == 302
    approval.refresh_from_db()
    assert approval.state == ApprovalState.APPROVED
    assert client.get(reverse("approval_ward", args=[approval.pk])).status_code == 404
    assert as_user(group.hanh).get(path).status_code == 403
