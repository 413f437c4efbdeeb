"""Mentor, school and safety committee each approve in their own role; nobody twice, nobody for another."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone, translation

from programs.accounts.models import User
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.endorsements import actions, queries
from programs.endorsements.desk import tasks
from programs.endorsements.models import Approval
from programs.notices.models import Message
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from programs.projects.queries.deadlines import approve_by
from programs.projects.queries.visible import projects_visible_to
from tests.people import (
    make_class,
    make_coordinator,
    make_officer,
    make_outsider,
    make_principal,
    make_school,
    make_teacher,
    make_ward,
    make_ward_officer,
)
from tests.projects.make import (
    answer,
    approve,
    attach,
    complete,
    give_back,
    make_competition,
    make_minh,
    make_project,
    pdf,
    submit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    """Of em Minh with cô Hạnh; thầy Thư is the principal."""
    project = make_project()
    make_principal("Nguyễn Minh Thư", school=project.school)
    return submit(complete(project))


@pytest.fixture
def thu(project) -> User:
    return User.objects.get(full_name="Nguyễn Minh Thư")


def read(project: Project) -> Project:
    return Project.objects.select_related("school", "competition__rule_set", "supervisor").get(pk=project.pk)


def refused_with(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal.code


def page(name: str, project: Project) -> str:
    return reverse(name, args=[project.reference])


# --- Each role for itself -------------------------------------------------------------------------
def test_it_is_entered_when_the_last_role_has_approved(project, thu):
    assert approve(project, "school").state == ProjectState.SUBMITTED
    assert approve(project, "mentor").state == ProjectState.ENDORSED
    assert {(row.kind, row.by) for row in Approval.objects.all()} == {("school", thu), ("mentor", project.supervisor)}
    assert {letter.recipient for letter in Message.objects.filter(kind="project_submitted")} == {
        project.supervisor,
        thu,
    }
    assert project.created_by in {letter.recipient for letter in Message.objects.filter(kind="project_endorsed")}
    assert history_of(project).filter(action="endorsement.approve").count() == 2


@pytest.mark.parametrize("kind", ["mentor", "school", "safety"])
def test_nobody_presses_anothers_button(client, project, thu, kind):
    others = {"mentor": thu, "school": project.supervisor, "safety": thu}
    for person, status in ((make_outsider(), 404), (project.created_by, 403), (others[kind], 403)):
        client.force_login(person)
        for name in (f"endorse_{kind}", f"return_{kind}"):
            assert (
                client.post(
                    page(name, project), {"submission": 1, "reason": "x", "text_version": 1, "agreed": "on"}
                ).status_code
                == status
            )
    assert not Approval.objects.exists()


def test_a_coordinator_who_is_the_mentor_gives_one_and_the_principal_the_other():
    project = make_project()
    mai = make_coordinator("Mai", school=project.school)
    thu = make_principal("Thư", school=project.school)
    Project.objects.filter(pk=project.pk).update(supervisor=mai)
    project = submit(complete(read(project)))
    assert queries.asked_for(read(project), "school").people == (thu,)
    approve(project, "mentor", by=mai)
    with pytest.raises(PermissionDenied):
        approve(project, "school", by=mai)
    assert approve(project, "school", by=thu).state == ProjectState.ENDORSED


def test_who_approved_in_one_role_cannot_in_another(project, thu):
    """Even when thầy Thư becomes the mentor afterwards."""
    approve(project, "school")
    Project.objects.filter(pk=project.pk).update(supervisor=thu)
    with pytest.raises(PermissionDenied):
        approve(project, "mentor", by=thu)


def test_who_gave_the_schools_approval_is_not_asked_for_the_committees(risky):
    thu = User.objects.get(full_name="Thư")
    actions.name_safety_member(competition_id=risky.competition_id, person=thu.email, by=make_officer())
    approve(risky, "school", by=thu)
    assert queries.asked_for(read(risky), "safety").people == ()
    khoa = make_teacher("Võ Đăng Khoa", school=make_school("Trường THPT Võ Minh Đức"))
    actions.name_safety_member(competition_id=risky.competition_id, person=khoa.email, by=make_officer())
    assert queries.asked_for(read(risky), "safety").people == (khoa,)


def test_what_a_colleague_decided_leaves_the_queue(project, thu):
    mai = make_coordinator("Mai", school=project.school)
    assert project in queries.projects_to_approve(thu)
    approve(project, "school", by=mai)
    assert project not in queries.projects_to_approve(thu)
    assert project in queries.projects_to_approve(project.supervisor)


def test_the_organiser_is_told_of_a_committee_that_is_empty(risky):
    nam = make_officer("Phan Hoàng Nam")
    with translation.override("vi"):
        assert any("hội đồng an toàn" in task.title for task in tasks(nam))
        khoa = make_teacher("Võ Đăng Khoa", school=make_school("Trường THPT Võ Minh Đức"))
        actions.name_safety_member(competition_id=risky.competition_id, person=khoa.email, by=nam)
        assert not any("hội đồng an toàn" in task.title for task in tasks(nam))


def test_a_mentor_who_left_the_school_can_no_longer_approve(project):
    project.supervisor.memberships.update(ended_on=project.started_on or "2026-01-01")
    with pytest.raises(PermissionDenied):
        approve(project, "mentor", by=project.supervisor)


def test_decided_once_the_second_press_is_told(project):
    approve(project, "mentor")
    again = {"project_id": project.pk, "kind": "mentor", "submission": 1, "by": project.supervisor}
    assert refused_with(lambda: actions.approve_project(**again, text_version=1)) == "decided"
    assert refused_with(lambda: actions.return_project(**again, reason="x")) == "decided"


# --- Nothing waits for nobody ---------------------------------------------------------------------
def test_where_the_school_has_nobody_else_its_authority_stands_in_and_reads_it(client):
    project = submit(complete(make_project()))
    ward = make_ward_officer(ward=project.school.ward)
    asked = queries.asked_for(read(project), "school")
    assert asked.people == (ward,) and asked.office
    client.force_login(project.created_by)
    assert ward.full_name in client.get(page("project_detail", project)).content.decode(), (
        "the team reads whom it waits for"
    )
    client.force_login(ward)
    assert client.get(page("project_detail", project)).status_code == 200
    assert project in projects_visible_to(ward)
    client.post(page("endorse_school", project), {"submission": 1})
    assert Approval.objects.get().by == ward
    stranger = make_ward_officer("Cán bộ phường khác", ward=make_ward("Phường Dĩ An"))
    assert project not in projects_visible_to(stranger)


def test_as_soon_as_a_principal_is_there_the_ward_is_not_asked_any_more():
    project = submit(complete(make_project()))
    ward = make_ward_officer(ward=project.school.ward)
    thu = make_principal("Thư", school=project.school)
    assert queries.asked_for(read(project), "school").people == (thu,)
    assert project not in queries.projects_to_approve(ward)
    with pytest.raises(PermissionDenied):
        approve(project, "school", by=ward)


# --- Safety ---------------------------------------------------------------------------------------
@pytest.fixture
def risky() -> Project:
    """A project of the fair that hands in a risk assessment."""
    project = make_project(
        competition=make_competition(rules="khkt"), started_on=date(2026, 9, 1), finished_on=date(2026, 10, 20)
    )
    make_principal("Thư", school=project.school)
    complete(project)
    answer(project, "risk", wanted=True)
    attach(project, "risk", pdf())
    return submit(read(project))


def test_only_a_risky_project_is_read_by_the_committee(client, project, risky):
    officer, khoa = make_officer(), make_teacher("Võ Đăng Khoa", school=make_school("Trường THPT Võ Minh Đức"))
    client.force_login(officer)
    url = reverse("safety_committee", args=[risky.competition.slug])
    assert "Không có tài khoản" in client.post(url, {"person": "khong-co@example.vn"}).content.decode()
    assert client.post(url, {"person": khoa.email}).status_code == 302
    assert Message.objects.filter(kind="safety_named", recipient=khoa).exists()
    assert list(queries.projects_to_approve(khoa)) == [risky]
    approve(risky, "mentor")
    assert approve(risky, "school").state == ProjectState.SUBMITTED
    client.force_login(khoa)
    assert client.get(page("project_detail", risky)).status_code == 200
    assert client.get(page("project_detail", project)).status_code == 404
    client.post(page("endorse_safety", risky), {"submission": 1})
    assert read(risky).state == ProjectState.ENDORSED


def test_a_membership_that_ended_opens_nothing(client, risky):
    khoa = make_teacher("Võ Đăng Khoa", school=make_school("Trường THPT Võ Minh Đức"))
    member = actions.name_safety_member(competition_id=risky.competition_id, person=khoa.email, by=make_officer())
    client.force_login(make_officer())
    client.post(reverse("safety_end", args=[member.pk]), {"reason": "Chuyển công tác."})
    client.force_login(khoa)
    assert client.post(page("endorse_safety", risky), {"submission": 1}).status_code == 404
    assert actions.name_safety_member(competition_id=risky.competition_id, person=khoa.email, by=make_officer()).pk


# --- Returned, and in time ------------------------------------------------------------------------
def test_returned_with_a_reason_the_team_reads_who_and_everybody_is_asked_again(project, thu):
    approve(project, "school")
    give_back(project, "Ghi rõ nguồn ảnh.")
    assert read(project).state == ProjectState.RETURNED
    letter = Message.objects.get(kind="project_returned")
    assert project.supervisor.full_name in letter.body_text and "Ghi rõ nguồn ảnh." in letter.body_text
    submit(project)
    assert list(queries.awaited_by_kind(read(project))) == ["mentor", "school"], (
        "of the new submission nobody has decided"
    )
    approve(project, "mentor")
    assert approve(project, "school").state == ProjectState.ENDORSED


def test_after_the_last_day_nothing_is_approved(project):
    last = approve_by(read(project))
    with time_machine.travel(last, tick=False):
        assert refused_with(lambda: approve(project, "mentor")) == "too_late"
    with time_machine.travel(last - timedelta(seconds=1), tick=False):
        approve(project, "mentor")


def test_the_page_of_returning_says_what_the_team_can_still_do(client, project):
    client.force_login(project.supervisor)
    before = client.get(page("return_mentor", project)).content.decode()
    assert "phải nộp lại trước" in before
    with time_machine.travel(project.competition.closes_at + timedelta(minutes=1)):
        client.force_login(project.supervisor)
        after = client.get(page("return_mentor", project)).content.decode()
    assert "không cho sửa gì sau hạn" in after or "còn được sửa" in after


# --- A page that was opened before something happened ----------------------------------------------
def test_a_form_from_before_a_return_does_not_approve_what_nobody_read(client, project, thu):
    client.force_login(thu)
    old = client.get(page("endorse_school", project)).context["form"].initial
    give_back(project, "Ghi rõ nguồn ảnh.")
    submit(project)
    answered = client.post(page("endorse_school", project), old)
    assert not Approval.objects.filter(submission__number=2).exists()
    assert "đã nộp lại" in answered.content.decode()
    shown = {field.name: field.value() for field in answered.context["form"].hidden_fields()}
    client.post(page("endorse_school", project), shown)
    assert Approval.objects.get(submission__number=2).by == thu, "the page showed the new one: the next press counts"


def test_a_form_that_comes_after_the_last_approval_is_told_so(client, project, thu):
    mai = make_coordinator("Mai", school=project.school)
    approve(project, "school", by=mai)
    approve(project, "mentor")
    client.force_login(thu)
    answered = client.post(page("endorse_school", project), {"submission": 1})
    assert answered.status_code in (200, 422)
    assert "không chờ xác nhận" in answered.content.decode()


def test_a_mentor_who_moved_away_reads_the_project_no_more(client, project):
    project.supervisor.memberships.update(ended_on=timezone.localdate())
    client.force_login(project.supervisor)
    assert client.get(page("project_detail", project)).status_code == 404
    client.force_login(project.created_by)
    assert "để nhóm chọn người khác" in client.get(page("project_detail", project)).content.decode()


def test_where_the_principal_decided_in_the_committee_the_ward_can_decide_for_the_school(client, risky):
    thu, ward = User.objects.get(full_name="Thư"), make_ward_officer(ward=risky.school.ward)
    actions.name_safety_member(competition_id=risky.competition_id, person=thu.email, by=make_officer())
    approve(risky, "safety", by=thu)
    client.force_login(ward)
    assert risky in queries.projects_to_approve(ward)
    client.post(page("endorse_school", risky), {"submission": 1})
    assert Approval.objects.get(kind="school").by == ward


def test_a_committee_whose_only_member_has_decided_for_the_school_is_the_organisers_task(risky):
    thu = User.objects.get(full_name="Thư")
    actions.name_safety_member(competition_id=risky.competition_id, person=thu.email, by=make_officer())
    assert not queries.without_committee()
    approve(risky, "school", by=thu)
    assert list(queries.without_committee()) == [risky.competition]


# --- The queue ------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_names_what_is_missing_at_the_same_cost(client, count, django_assert_num_queries):
    school = make_school("Trường THCS Phú Lợi")
    make_principal("Thư", school=school)
    hanh, competition, group = make_teacher("Hạnh", school=school), make_competition(), make_class("8A1", school=school)
    for number in range(count):
        minh = make_minh(class_group=group, full_name=f"Em Số {number}")
        submit(complete(make_project(title=f"Dự án {number}", supervisor=hanh, competition=competition, minh=minh)))
    client.force_login(hanh)
    client.get(reverse("endorsement_queue"))
    with django_assert_num_queries(QUEUE_QUERIES):
        answered = client.get(reverse("endorsement_queue"))
    body = answered.content.decode()
    assert len(answered.context["rows"]) == count
    assert "Dự án 0" in body and "xác nhận: Nhà trường" in body


QUEUE_QUERIES = 14


def test_whoever_has_nothing_reads_so(client):
    client.force_login(make_outsider())
    assert "Không có gì đang chờ" in client.get(reverse("endorsement_queue")).content.decode()
