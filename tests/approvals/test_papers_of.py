"""Papers as for 8A1: what a school handed in for one class is taken over for the next one of the same trip."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from programs.approvals.actions import papers
from programs.approvals.actions.papers import take_papers
from programs.approvals.models import BookingPaper
from programs.approvals.policy import papers_offered
from programs.approvals.queries import checklist_of
from programs.authorities.choices import ApprovalState
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import PaperKind
from programs.centres.models import RequiredPaper
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.core.retention import RULES
from programs.notices.models import Message
from tests.approvals.test_papers import a_pdf
from tests.centres.make import book, hand_in_paper, local, make_session, make_trip, set_roster
from tests.pages import main_of
from tests.people import give_consent, make_class, make_teacher

pytestmark = pytest.mark.django_db
PLAN, SAFETY, TRANSPORT = PaperKind.PLAN, PaperKind.SAFETY, PaperKind.TRANSPORT
BUTTON = "Lấy lại hồ sơ của lớp 8A1"


@pytest.fixture
def two(world):
    """Cô Hạnh's classes 8A1 and 8A2 make the same trip, two days apart; 8A1's plan and safety plan are written."""
    for kind in (PLAN, SAFETY, TRANSPORT):
        RequiredPaper.objects.create(field_trip=world.session.field_trip, kind=kind)
    world.class_8a2 = make_class("8A2", school=world.school, pupils=30, homeroom_teacher=world.hanh)
    later = make_session(trip=world.session.field_trip, starts_at=local(12))
    world.first = book(world.session, world.class_8a1, world.hanh, needs="Một em dùng xe lăn")
    world.second = book(later, world.class_8a2, world.hanh, pupils=30)
    for kind, text in ((PLAN, "Sáng xem xưởng, chiều thực hành."), (SAFETY, "Mỗi nhóm một thầy cô.")):
        hand_in_paper(booking_id=world.first.pk, kind=kind, text=text, by=world.hanh)
    return world


def _page(booking: Booking) -> str:
    return reverse("booking_detail", args=[booking.reference])


def _press(booking: Booking, source: Booking) -> str:
    return reverse("booking_papers_of", args=[booking.reference, source.reference])


def _texts(booking: Booking) -> dict[str, str]:
    return dict(booking.papers.values_list("kind", "text"))


def _take(world, by=None) -> list[BookingPaper]:
    return take_papers(booking_id=world.second.pk, source_id=world.first.pk, by=by or world.hanh)


def _files() -> set[str]:
    return set(storages["private"].listdir("visits")[1]) if storages["private"].exists("visits") else set()


# --- The story ----------------------------------------------------------------------------------
def test_co_hanh_takes_over_the_papers_of_8a1_with_one_press_and_changes_one(two, as_user):
    hanh = as_user(two.hanh)
    assert BUTTON in main_of(hanh.get(_page(two.second)))
    answer = hanh.post(_press(two.second, two.first), follow=True)
    assert answer.redirect_chain[0][0] == _page(two.second)
    assert "Hãy đọc lại từng giấy tờ" in answer.content.decode()
    assert _texts(two.second) == _texts(two.first)
    assert set(two.second.papers.values_list("handed_in_by", flat=True)) == {two.hanh.pk}
    assert history_of(two.second).filter(action="booking.paper").count() == 2
    assert BUTTON not in main_of(answer), "there is nothing more to take"
    hand_in_paper(booking_id=two.second.pk, kind=PLAN, text="Chiều xem xưởng.", by=two.hanh)
    assert _texts(two.first)[PLAN] == "Sáng xem xưởng, chiều thực hành."


def test_what_belongs_to_the_first_class_stays_with_it(two):
    pupils = [entry.pupil for entry in two.class_8a1.enrolments.select_related("pupil")[:3]]
    set_roster(booking_id=two.first.pk, pupil_ids=[pupil.pk for pupil in pupils], by=two.hanh)
    give_consent(*pupils)
    _take(two)
    two.second.refresh_from_db()
    assert (two.second.needs, two.second.roster.count(), checklist_of(two.second).consents.agreed) == ("", 0, 0)


def test_approvals_are_requested_as_if_the_papers_were_handed_in_by_hand(two):
    _take(two)
    assert not two.second.approvals.exists(), "the contract with the carrier is missing"
    hand_in_paper(booking_id=two.second.pk, kind=TRANSPORT, text="Hợp đồng số 12", by=two.hanh)
    assert two.second.approvals.get().state == ApprovalState.ASKED
    before = Message.objects.filter(kind="approval_asked").count()
    third = book(make_session(trip=two.session.field_trip, starts_at=local(14)), two.class_8a2, two.hanh, pupils=30)
    assert len(take_papers(booking_id=third.pk, source_id=two.second.pk, by=two.hanh)) == 3
    assert third.approvals.get().state == ApprovalState.ASKED
    assert Message.objects.filter(kind="approval_asked").count() == before + 1


# --- Files --------------------------------------------------------------------------------------
@pytest.mark.parametrize("ending", ["replaced", "purged"])
def test_a_file_is_copied_and_lives_on_without_the_first(two, ending, django_capture_on_commit_callbacks):
    pdf = a_pdf()
    upload = SimpleUploadedFile("Hợp đồng xe.pdf", pdf)
    old = hand_in_paper(booking_id=two.first.pk, kind=TRANSPORT, upload=upload, by=two.hanh)
    _take(two)
    new = two.second.papers.get(kind=TRANSPORT)
    assert (new.file_name, new.file_hash) == (old.file_name, old.file_hash)
    assert new.storage_key != old.storage_key
    with django_capture_on_commit_callbacks(execute=True):
        if ending == "replaced":
            hand_in_paper(booking_id=two.first.pk, kind=TRANSPORT, text="Đi bộ", by=two.hanh)
        else:
            RULES["visits.papers"].purge(two.first.papers.all())
    assert not storages["private"].exists(old.storage_key)
    with storages["private"].open(new.storage_key) as kept:
        assert kept.read() == pdf


def test_a_refusal_leaves_no_copy_behind(two, monkeypatch):
    upload = SimpleUploadedFile("Hợp đồng xe.pdf", a_pdf())
    hand_in_paper(booking_id=two.first.pk, kind=TRANSPORT, upload=upload, by=two.hanh)
    before = _files()

    copy_file = papers.copy_file

    def copied_while_a_colleague_submits(key, *, folder):
        two.second.papers.get_or_create(kind=PLAN, defaults={"text": "Của thầy Phúc"})
        return copy_file(key, folder=folder)

    monkeypatch.setattr(papers, "copy_file", copied_while_a_colleague_submits)
    with pytest.raises(Refused) as refused:
        _take(two)
    assert refused.value.refusal.code == "changed_meanwhile"
    assert _files() == before and _texts(two.second) == {PLAN: "Của thầy Phúc"}


# --- Once, and never over another ---------------------------------------------------------------
def test_a_stale_page_overwrites_nothing_and_a_second_press_does_nothing(two, as_user):
    hanh = as_user(two.hanh)
    hanh.get(_page(two.second))
    hand_in_paper(booking_id=two.second.pk, kind=PLAN, text="Kế hoạch riêng của 8A2", by=two.phuc)
    assert hanh.post(_press(two.second, two.first)).status_code == 302
    assert _texts(two.second) == {PLAN: "Kế hoạch riêng của 8A2", SAFETY: "Mỗi nhóm một thầy cô."}
    again = hanh.post(_press(two.second, two.first))
    assert again.status_code == 200 and "không có giấy tờ nào" in main_of(again)
    assert history_of(two.second).filter(action="booking.paper").count() == 2


def test_papers_that_can_no_longer_be_changed_are_not_taken_over_either(two):
    for state in (BookingState.CONFIRMED, BookingState.EXPIRED):
        Booking.objects.filter(pk=two.second.pk).update(state=state)
        with pytest.raises(Refused) as refused:
            _take(two)
        assert refused.value.refusal.code == "papers_fixed"


# --- Who ----------------------------------------------------------------------------------------
def test_thay_lam_of_another_school_takes_nothing_and_gives_nothing(two, as_user):
    session = make_session(trip=two.session.field_trip, starts_at=local(14))
    his = book(session, two.lams_class, two.lam, pupils=3, adults=1)
    lam = as_user(two.lam)
    assert BUTTON not in main_of(lam.get(_page(his)))
    for address in (_press(his, two.first), _press(two.second, two.first), _press(two.second, his)):
        assert lam.get(address).status_code == lam.post(address).status_code == 404
    assert as_user(two.hanh).post(_press(two.second, his)).status_code == 404
    assert as_user(two.sen).post(_press(his, two.first)).status_code == 403
    for by in (two.lam, two.hanh):
        with pytest.raises(PermissionDenied):
            take_papers(booking_id=his.pk, source_id=two.first.pk, by=by)
    assert not his.papers.exists()


def test_a_colleague_takes_only_from_groups_of_her_own_the_coordinator_from_any(two, as_user):
    tu = make_teacher("Cô Tư", school=two.school)
    hers = make_class("8A3", school=two.school, pupils=20, homeroom_teacher=tu)
    session = make_session(trip=two.session.field_trip, starts_at=local(14))
    third = book(session, hers, tu, pupils=20, adults=1)
    page = as_user(tu).get(_page(third))
    assert BUTTON not in main_of(page)
    assert as_user(tu).post(_press(third, two.first)).status_code == 403
    assert BUTTON in main_of(as_user(two.phuc).get(_page(third)))
    assert as_user(two.phuc).post(_press(third, two.first)).status_code == 302
    assert _texts(third) == _texts(two.first)


def test_papers_of_another_trip_are_not_offered(two):
    elsewhere = make_trip("Một buổi ở đài thiên văn", centre=two.centre)
    RequiredPaper.objects.create(field_trip=elsewhere, kind=PLAN)
    other = book(make_session(trip=elsewhere, starts_at=local(15)), two.class_8a2, two.hanh, pupils=30)
    assert papers_offered(two.hanh, checklist_of(other)) is None
    with pytest.raises(PermissionDenied):
        take_papers(booking_id=other.pk, source_id=two.first.pk, by=two.hanh)


def test_the_fullest_papers_are_offered_in_one_query(two, django_assert_num_queries):
    for number in range(3):
        starts_at = two.second.session.starts_at + timedelta(days=1 + number)
        other = make_class(f"8B{number}", school=two.school, pupils=20)
        made = book(make_session(trip=two.session.field_trip, starts_at=starts_at), other, two.hanh, pupils=20)
        hand_in_paper(booking_id=made.pk, kind=PLAN, text="Ngắn", by=two.hanh)
    checklist = checklist_of(two.second)
    papers_offered(two.hanh, checklist)
    with django_assert_num_queries(1):
        assert papers_offered(two.hanh, checklist) == two.first
