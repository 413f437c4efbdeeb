"""The life of a school through the front door: renamed, renumbered, suspended, closed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.bookings.choices import BookingState
from programs.core.audit import history_of
from programs.core.choices import Level
from programs.data_rights.models import DataRequest
from programs.notices.models import Message
from programs.pupils.models import Pupil
from programs.schools.choices import OfficeRole, SchoolState
from programs.schools.models import Invitation, Membership, School, SchoolAlias, SchoolName
from programs.schools.queries.schools import search_schools
from programs.schools.queries.staff import hash_of_token
from tests.centres.make import book, make_session
from tests.people import (
    make_class,
    make_coordinator,
    make_officer,
    make_outsider,
    make_pupil,
    make_school,
    make_teacher,
    make_ward,
    make_ward_officer,
)

pytestmark = pytest.mark.django_db
REASON = "Quyết định 123/QĐ-UBND ngày 01/8/2026"


@pytest.fixture
def school() -> School:
    return make_school()


def send(client, address: str, school: School, key: str = "k-1", **typed):
    return client.post(reverse(address, args=[school.code]), {"idempotency_key": key, "reason": REASON} | typed)


# --- Who ------------------------------------------------------------------------------------------------
LIFE = ["school_rename", "school_recode", "school_suspend", "school_close", "school_merge", "coordinator_replace"]


@pytest.mark.parametrize("name", LIFE)
def test_only_the_authority_in_its_own_area(client, school, name):
    url = reverse(name, args=[school.code])
    answers = {}
    for who, person in {
        "ward": make_ward_officer(ward=school.ward),
        "department": make_officer(),
        "other ward": make_ward_officer("Ngô Văn Tâm", ward=make_ward("Phường Dĩ An")),
        "steering": make_officer("Bùi Thanh Hà", role=OfficeRole.STEERING),
        "coordinator": make_coordinator(school=school),
        "outsider": make_outsider(),
    }.items():
        client.force_login(person)
        answers[who] = client.get(url).status_code
    assert answers == {
        "ward": 200, "department": 200, "other ward": 404, "steering": 403, "coordinator": 403, "outsider": 404,
    }  # fmt: skip


def test_a_ward_does_not_keep_what_the_department_answers_for(client):
    upper = make_school("Trường THPT Võ Minh Đức", levels=(Level.UPPER_SECONDARY,))
    client.force_login(make_ward_officer(ward=upper.ward))
    assert send(client, "school_rename", upper, name="Trường THPT Khác").status_code == 404


# --- Names and codes ------------------------------------------------------------------------------------
def test_a_renamed_school_is_found_under_both_names(client, school):
    client.force_login(make_ward_officer(ward=school.ward))
    for _twice in range(2):
        assert send(client, "school_rename", school, name="Trường THCS Phan Bội Châu").status_code == 302
    school.refresh_from_db()
    assert school.name == "Trường THCS Phan Bội Châu"
    assert [each.name for each in SchoolName.objects.all()] == ["Trường THCS Chu Văn An"]
    for words in ("phan boi chau", "chu van an", school.code):
        assert list(search_schools(text=words)) == [school], words
    entry = history_of(school).first()
    assert (entry.action, entry.reason.text) == ("school.rename", REASON)
    assert "Chu Văn An" in client.get(reverse("school_detail", args=[school.code])).content.decode()
    assert send(client, "school_rename", school, key="k-2", name="Trường THCS Phan Bội Châu").status_code == 200
    assert send(client, "school_rename", school, key="k-3", name="Trường THCS X", reason=" ").status_code == 200


def test_an_old_code_leads_to_the_school_for_ever(client, school):
    old = school.code
    other = make_school("Trường THCS Trần Phú")
    client.force_login(make_officer())
    assert send(client, "school_recode", school, code=other.code).status_code == 200  # taken
    assert send(client, "school_recode", school, key="k-2", code="00740501").status_code == 302
    school.refresh_from_db()
    assert school.code == "00740501"
    assert SchoolAlias.objects.get(code=old).school == school
    moved = client.get(reverse("school_detail", args=[old]))
    assert moved.status_code == 302
    assert moved["Location"] == reverse("school_detail", args=["00740501"])
    assert list(search_schools(text=old)) == [school]
    client.logout()
    assert client.get(reverse("school_claim", args=[old]))["Location"] == reverse("school_claim", args=["00740501"])
    client.force_login(make_officer("Phan Hoàng Nam"))
    assert send(client, "school_recode", school, key="k-3", code=old).status_code == 302  # and back again
    assert set(SchoolAlias.objects.values_list("code", flat=True)) == {"00740501"}


# --- Suspended ------------------------------------------------------------------------------------------
def test_a_suspended_school_reads_but_does_not_act(client, school, outbox_sent):
    hanh, class_group = make_teacher(school=school), make_class("8A1", school=school, pupils=2)
    phuc = make_coordinator(school=school)
    client.force_login(make_ward_officer(ward=school.ward))
    assert send(client, "school_suspend", school).status_code == 302
    assert School.objects.get(pk=school.pk).state == SchoolState.SUSPENDED
    assert sum(REASON in mail.body for mail in outbox_sent()) == 2

    client.force_login(hanh)
    assert client.get(reverse("class_detail", args=[class_group.pk])).status_code == 200
    assert client.get(reverse("school_detail", args=[school.code])).status_code == 200
    assert client.get(reverse("session_book", args=[make_session().pk])).status_code == 403
    client.force_login(phuc)
    assert REASON in client.get(reverse("school_detail", args=[school.code])).content.decode()
    for name in ("staff_invite", "staff_invite_many", "class_add", "coordinator_hand_over"):
        assert client.get(reverse(name, args=[school.code])).status_code == 403, name

    client.force_login(make_officer())
    assert send(client, "school_resume", school, key="k-2").status_code == 302
    client.force_login(phuc)
    assert client.get(reverse("staff_invite", args=[school.code])).status_code == 200


# --- Closed ---------------------------------------------------------------------------------------------
def test_a_school_closes_and_nothing_dangles(client, school):
    hanh, phuc = make_teacher(school=school), make_coordinator(school=school)
    class_group = make_class("8A1", school=school)
    minh = make_pupil(class_group=class_group)
    session = make_session()
    booking = book(session, by=hanh, class_group=class_group, pupils=10)
    Invitation.objects.create(
        school=school, email="moi@example.vn", full_name="Người Mới", token_hash=hash_of_token("moi"),
        expires_at=session.starts_at,
    )  # fmt: skip
    request = DataRequest.objects.create(
        reference="YC-1", kind="access", pupil=minh, school=school, requester="guardian",
        answer_by=session.starts_at.date(), due_on=session.starts_at.date(),
    )  # fmt: skip
    client.force_login(make_ward_officer(ward=school.ward))
    page = client.get(reverse("school_close", args=[school.code]))
    under_way = {str(row.label): row.moves for row in page.context["hanging"]}
    assert sorted(under_way.values(), reverse=True)[:3] == [2, 1, 1]
    for _twice in range(2):
        assert send(client, "school_close", school).status_code == 302

    school.refresh_from_db()
    booking.refresh_from_db()
    session.refresh_from_db()
    assert (school.state, school.state_reason) == (SchoolState.CLOSED, REASON)
    assert (booking.state, session.seats_taken) == (BookingState.CANCELLED_BY_SCHOOL, 0)
    assert not Membership.objects.current().filter(school=school).exists()
    assert not Pupil.objects.filter(school=school, left_on=None).exists()
    assert not minh.enrolments.filter(ended_on=None).exists()
    assert not Invitation.objects.filter(withdrawn_at=None).exists()
    assert DataRequest.objects.get(pk=request.pk).school is None  # the department answers it
    assert set(Message.objects.filter(kind="school_moved").values_list("recipient", flat=True)) == {hanh.pk, phuc.pk}
    assert client.get(reverse("school_detail", args=[school.code])).status_code == 200  # an officer reads its history
    assert school not in search_schools(text="chu van an")
    client.force_login(hanh)
    assert client.get(reverse("class_detail", args=[class_group.pk])).status_code == 404
    client.force_login(make_officer())
    again = send(client, "school_suspend", school, key="k-9")
    assert again.status_code == 200  # a closed school does not come back
    assert School.objects.get(pk=school.pk).state == SchoolState.CLOSED


def test_a_school_with_an_open_registration_is_decided_first(client):
    claimed = make_school("Trường THCS Mới", state=SchoolState.CLAIMED)
    client.force_login(make_officer())
    page = client.get(reverse("school_close", args=[claimed.code]))
    assert page.context["refusal"].code == "claim_open"
    send(client, "school_close", claimed)
    assert School.objects.get(pk=claimed.pk).state == SchoolState.CLAIMED
