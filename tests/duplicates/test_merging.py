"""Two schools become one: the preview says what moves and what stays, and so it happens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.certificates.models import Certificate
from programs.core.choices import Level
from programs.notices.models import Message
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from programs.pupils.models import ClassGroup, Pupil
from programs.schools.choices import SchoolRole, SchoolState
from programs.schools.models import Invitation, Membership, School, SchoolName, SchoolsApart
from programs.schools.queries.schools import search_schools, tables_of_schools
from programs.schools.queries.staff import hash_of_token
from tests.centres.make import book, make_session
from tests.participation.make import make_visit
from tests.people import (
    make_class,
    make_coordinator,
    make_officer,
    make_outsider,
    make_principal,
    make_pupil,
    make_school,
    make_staff,
    make_teacher,
    make_ward,
    make_ward_officer,
    make_year,
)
from tests.projects.make import make_project

pytestmark = pytest.mark.django_db
REASON = "Nghị quyết 05/NQ-HĐND"


@pytest.fixture
def old() -> School:
    return make_school("Trường THCS Chu Văn An")


@pytest.fixture
def new() -> School:
    return make_school("Trường THCS Trần Phú")


def url(old: School, new: School) -> str:
    return f"{reverse('school_merge', args=[old.code])}?into={new.code}"


def merge(client, old: School, new: School, key: str = "m-1"):
    return client.post(url(old, new), {"idempotency_key": key, "reason": REASON})


def test_every_table_says_what_becomes_of_its_rows():
    tables = {model.__name__ for model, _column, _rows in tables_of_schools()}  # fails without MOVES_WITH_SCHOOL
    assert {"Booking", "Certificate", "Project", "ReportLine", "Pupil", "RosterImport", "DataRequest"} <= tables


def test_what_is_under_way_moves_and_what_happened_stays(client, old, new):
    hanh, phuc = make_teacher(school=old), make_coordinator(school=old)
    class_group = make_class("8A1", school=old)
    minh = make_pupil(class_group=class_group, with_account=True)
    gone = make_pupil("Lê Thị Bình", school=old, left_on=timezone.localdate() - timedelta(days=9))
    live = book(make_session(), by=hanh, class_group=class_group, pupils=10)
    past = make_visit(old, timezone.localdate() - timedelta(days=20))
    Booking.objects.filter(pk=past.pk).update(arrived_adults=2)
    project = make_project(minh=minh)
    Project.objects.filter(pk=project.pk).update(state=ProjectState.SUBMITTED)
    certificate = Certificate.objects.create(
        serial="GCN-2026-000001", verify_code="ABCDEFGHJKMNPQRSTUVWXYZ234", kind="visit", printed_name="Minh",
        school_name=old.name, activity_title="Xưởng", place="TDM", issuer_name="TDM", held_on=timezone.localdate(),
        pupil=minh, school=old, booking=past, issued_at=timezone.now(),
    )  # fmt: skip
    client.force_login(make_ward_officer(ward=old.ward))
    page = client.get(url(old, new))
    assert not Booking.objects.filter(school=new).exists()  # looking changes nothing
    told = {str(row.label): (row.moves, row.stays) for row in page.context["plan"].hanging}
    assert told[str(Booking._meta.verbose_name_plural)] == (1, 1)
    assert told[str(Pupil._meta.verbose_name_plural)] == (1, 1)
    for _twice in range(2):
        assert merge(client, old, new).status_code == 302

    old.refresh_from_db()
    assert (old.state, old.merged_into, old.state_reason) == (SchoolState.MERGED, new, REASON)
    for row, school in ((live, new), (past, old), (minh, new), (gone, old), (class_group, new), (certificate, old)):
        row.refresh_from_db()
        assert row.school == school, row
    assert Project.objects.get(pk=project.pk).school == new
    assert live.state == BookingState.HELD
    assert certificate.school_name == "Trường THCS Chu Văn An"
    current = Membership.objects.current().filter(school=new)
    assert set(current.values_list("user", "role")) >= {(hanh.pk, "teacher"), (phuc.pk, "coordinator")}
    assert not Membership.objects.current().filter(school=old).exists()
    assert Membership.objects.filter(school=old, user=hanh, ended_on=timezone.localdate()).exists()
    assert set(Message.objects.filter(kind="school_moved").values_list("recipient", flat=True)) >= {hanh.pk, phuc.pk}

    client.force_login(hanh)  # goes on working without a break, and reads the old school's records
    assert client.get(reverse("class_detail", args=[class_group.pk])).status_code == 200
    for booking in (live, past):
        assert client.get(reverse("booking_detail", args=[booking.reference])).status_code == 200
    client.force_login(make_outsider())
    for name in (live.reference, past.reference):
        assert client.get(reverse("booking_detail", args=[name])).status_code == 404


def test_a_second_coordinator_becomes_deputy_and_a_second_deputy_teacher(client, old, new):
    stays, comes = make_coordinator(school=new), make_coordinator("Lý Thanh Bình", school=old)
    deputy = make_staff("Hồ Thị Ngân", SchoolRole.DEPUTY, school=old)
    both = make_teacher(school=old)
    Membership.objects.create(school=new, user=both, role=SchoolRole.TEACHER)
    client.force_login(make_officer())
    planned = {move.membership.user_id: move.role for move in client.get(url(old, new)).context["plan"].staff}
    assert planned == {comes.pk: "deputy", deputy.pk: "teacher", both.pk: None}
    merge(client, old, new)
    current = dict(Membership.objects.current().filter(school=new).values_list("user", "role"))
    assert current == {stays.pk: "coordinator", comes.pk: "deputy", deputy.pk: "teacher", both.pk: "teacher"}


def test_two_classes_of_one_name(client, old, new):
    make_class("8A1", school=new)
    make_class("8A1", school=old)
    earlier = make_class("7A1", school=old, school_year=make_year(timezone.localdate() - timedelta(days=366)))
    client.force_login(make_officer())
    assert list(client.get(url(old, new)).context["plan"].class_names.values()) == [("8A1", "8A1 (2)")]
    merge(client, old, new)
    assert set(ClassGroup.objects.filter(school=new).values_list("name", flat=True)) == {"8A1", "8A1 (2)"}
    assert ClassGroup.objects.get(pk=earlier.pk).school == old


def test_open_invitations_follow_and_a_double_one_ends(client, old, new):
    make_coordinator(school=old)
    ends = timezone.now() + timedelta(days=9)
    for number, (school, email) in enumerate([(old, "a@example.vn"), (old, "b@example.vn"), (new, "b@example.vn")]):
        Invitation.objects.create(
            school=school, email=email, full_name="Mời", token_hash=hash_of_token(str(number)), expires_at=ends
        )
    client.force_login(make_officer())
    merge(client, old, new)
    open_ones = Invitation.objects.filter(withdrawn_at=None)
    assert sorted(open_ones.values_list("school", "email")) == [(new.pk, "a@example.vn"), (new.pk, "b@example.vn")]


def test_old_names_and_codes_lead_to_the_new_school_through_chains(client, old, new):
    first = make_school("Trường THCS Rất Cũ")
    SchoolName.objects.create(school=first, name="Trường Cấp 2 Phú Cường")
    client.force_login(make_officer())
    merge(client, first, old)
    merge(client, old, new, key="m-2")
    assert School.objects.get(pk=first.pk).merged_into == new  # counted once, in one step
    for words in ("phu cuong", "rat cu", "chu van an", first.code):
        assert list(search_schools(text=words)) == [new], words
    for code in (first.code, old.code):
        assert client.get(reverse("school_detail", args=[code]))["Location"] == reverse(
            "school_detail", args=[new.code]
        )
    page = client.get(reverse("school_detail", args=[new.code])).content.decode()
    assert "Rất Cũ" in page
    client.logout()
    assert client.get(reverse("school_claim", args=[old.code])).status_code == 302


def test_a_school_that_nobody_registered_takes_over_people_and_state(client, old):
    free = make_school("Trường TH - THCS Mới", levels=(Level.PRIMARY,), state=SchoolState.INVITED)
    phuc = make_coordinator(school=old)
    client.force_login(make_officer())
    merge(client, old, free)
    free.refresh_from_db()
    assert free.state == SchoolState.ACTIVE
    assert set(free.levels.values_list("level", flat=True)) == {Level.PRIMARY, Level.LOWER_SECONDARY}
    client.force_login(phuc)
    assert client.get(reverse("staff_invite", args=[free.code])).status_code == 200


def test_what_cannot_be_merged(client, old, new):
    claimed = make_school("Trường THCS Đang Xét", state=SchoolState.CLAIMED)
    other_ward = make_school("Trường THCS Xa", ward=make_ward("Phường Dĩ An"))
    client.force_login(make_ward_officer(ward=old.ward))
    assert client.get(url(old, other_ward)).status_code == 404  # not this officer's to keep
    assert client.get(url(old, old)).status_code == 404
    assert client.get(url(old, claimed)).context["refusal"].code == "claim_open"
    assert merge(client, old, claimed).status_code == 200
    assert School.objects.get(pk=old.pk).state == SchoolState.ACTIVE


def test_the_choice_of_a_school_is_cut_to_the_officers_area(client, old, new):
    make_school("Trường THCS Trần Phú 2", ward=make_ward("Phường Dĩ An"))
    client.force_login(make_ward_officer(ward=old.ward))
    found = client.get(reverse("school_merge", args=[old.code]), {"q": "tran phu"}).context["page_obj"].object_list
    assert list(found) == [new]


# --- Likely duplicates ----------------------------------------------------------------------------------
def pairs(client) -> list[set[str]]:
    page = client.get(reverse("school_twins")).context["page_obj"]
    return [{pair.first.name, pair.second.name} for pair in page]


def test_likely_duplicates_are_shown_side_by_side_until_someone_says_they_are_two(client, old):
    twin = make_school("Trường Trung học cơ sở Chu Văn Ân")
    make_school("Trường THCS Chu Văn An 2")
    make_school("Trường THPT Chu Văn An", levels=(Level.UPPER_SECONDARY,))
    make_school("Trường THCS Chu Văn An B", ward=make_ward("Phường Dĩ An"))
    officer = make_officer()
    client.force_login(officer)
    assert pairs(client) == [{old.name, twin.name}]
    apart = reverse("school_tell_apart", args=[old.code, twin.code])
    for _twice in range(2):
        assert client.post(apart, {"idempotency_key": "t-1"}).status_code == 302
    assert pairs(client) == []
    assert SchoolsApart.objects.get().decided_by == officer


def test_one_telephone_or_one_address_is_a_ground_too(client, old, new):
    School.objects.filter(pk__in=[old.pk, new.pk]).update(phone="+842743822123", address="1 Yersin")
    client.force_login(make_ward_officer(ward=old.ward))
    pair = client.get(reverse("school_twins")).context["page_obj"][0]
    assert pair.grounds == {"phone", "address"}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_one_pair_and_three(client, django_assert_num_queries, rows):
    for number in range(rows):
        ward = make_ward(f"Phường số {number}")
        make_school(f"Trường THCS Đôi {'ABC'[number]}", ward=ward)
        make_school(f"Trường THCS Đôi  {'ABC'[number]}.", ward=ward)
    client.force_login(make_officer())
    client.get(reverse("school_twins"))
    with django_assert_num_queries(11):  # session, person, second factor, roles (2), schools, levels, apart; the frame
        assert len(client.get(reverse("school_twins")).context["page_obj"]) == rows


def test_outsiders_find_nothing(client, old, new):
    client.force_login(make_outsider())
    assert client.get(reverse("school_twins")).status_code == 404
    assert client.get(url(old, new)).status_code == 404
    assert merge(client, old, new).status_code == 404
    client.force_login(make_principal(school=old))
    assert merge(client, old, new).status_code == 403
