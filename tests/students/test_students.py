"""University students enter too: chị Vy signs up, enters alone and in a team with em Minh; anh Bảo is the outsider."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.core import retention
from programs.core.personal import carry_out, plan_erasure
from programs.core.refusals import Refused
from programs.data_rights.queries import subject_of
from programs.endorsements.queries import kinds_of
from programs.entries.words import facts_of
from programs.notices.models import Message
from programs.projects.actions import entries, team
from programs.projects.choices import ProjectState
from programs.projects.models import NO_TITLE, Project, ProjectMember
from programs.projects.queries.contents import missing_in
from programs.projects.queries.visible import projects_visible_to
from programs.students.models import Student
from tests.people import PASSWORD, make_class, make_officer, make_outsider, make_teacher, make_user
from tests.projects.make import complete, join, make_competition, make_minh, make_project, submit

pytestmark = pytest.mark.django_db
VY = {
    "full_name": "Huỳnh Khánh Vy", "email": "Vy@example.vn", "institution": "Trường Đại học Thủ Dầu Một",
    "number": "2124801040123", "adult": "on",
}  # fmt: skip


def sign_up(client, **changed):
    return client.post(reverse("student_sign_up"), VY | changed, follow=True)


def make_student(full_name: str = "Huỳnh Khánh Vy", **fields) -> Student:
    studies = {"institution": "Trường Đại học Thủ Dầu Một", "number": "2124801040123"} | fields
    return Student.objects.create(user=make_user(full_name), **studies)


@pytest.fixture
def challenge():
    return make_competition(rules="thu-thach-mo")


@pytest.fixture
def vy() -> Student:
    return make_student()


def enter(student: Student, competition, **words) -> Project:
    given = {"title": "Nghe tiếng nước rò", "kind": "engineering", "summary": "Cảm biến âm thanh giá rẻ."} | words
    today = timezone.localdate()
    given |= {"started_on": today - timedelta(days=90), "finished_on": today - timedelta(days=40)}
    return entries.create_project(
        competition_id=competition.pk, supervisor=None, by=student.user, key=f"vy-{student.pk}", **given
    )


# --- An account ---------------------------------------------------------------------------------
def test_a_student_signs_up_by_letter_and_enters(client, challenge, outbox_sent):
    body = sign_up(client).content.decode()
    assert "vy@example.vn" in body
    student = Student.objects.get()
    assert not student.user.has_usable_password(), "nobody signs in before the letter was opened"
    link = re.search(r"https?://[^/\s]+(/\S*/reset/key/\S+)", outbox_sent()[-1].body)[1]
    page = client.get(link, follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    client.post(reverse("account_login"), {"login": "vy@example.vn", "password": PASSWORD})
    entered = client.get(reverse("project_new", args=[challenge.slug]))
    assert "supervisor" not in entered.context["form"].fields, "an adult answers for herself"
    hidden = {field.name: field.value() for field in entered.context["form"].hidden_fields()}
    client.post(entered.request["PATH_INFO"], hidden | {"title": "Nghe tiếng nước rò", "kind": "engineering"})
    project = Project.objects.get()
    assert (project.school, project.home) == (None, "Trường Đại học Thủ Dầu Một")
    desk = client.get(reverse("desk")).content.decode()
    assert "Nghe tiếng nước rò" in desk and "Dự án của em" in desk


def test_what_is_missing_is_said_beside_its_field(client):
    form = sign_up(client, adult="", institution="Trường tự đặt").context["form"]
    assert set(form.errors) == {"adult", "institution"}
    assert form["number"].value() == VY["number"], "nothing that was typed is lost"


def test_an_address_with_an_account_learns_it_by_letter_alone(client):
    hanh = make_teacher(email="hanh@example.vn")
    body = sign_up(client, email="hanh@example.vn", full_name="Kẻ Gian").content.decode()
    assert "Chúng tôi đã gửi thư tới hanh@example.vn" in body
    assert not Student.objects.exists()
    assert Message.objects.get().kind == "student_known"
    hanh.refresh_from_db()
    assert hanh.full_name == "Trần Thị Hạnh"


def test_a_lost_letter_is_written_again_with_what_was_typed_last(client):
    sign_up(client)
    sign_up(client, number="2124801040999")
    assert Student.objects.get().number == "2124801040999"
    assert Message.objects.filter(kind="account/student_welcome").count() == 2


def test_nobody_floods_an_address(client):
    for _time in range(5):
        sign_up(client)
    assert "email" in sign_up(client).context["form"].errors
    assert Message.objects.count() == 5


def test_an_account_that_nobody_opened_goes(client, vy):
    sign_up(client)
    User.objects.filter(pk=vy.user_id).update(last_login=timezone.now())
    retention.run(now=timezone.now() + timedelta(days=6))
    assert Student.objects.count() == 2
    retention.run(now=timezone.now() + timedelta(days=8))
    assert [student.full_name for student in Student.objects.all()] == [vy.full_name]
    assert not User.objects.filter(email="vy@example.vn").exists()


def test_whoever_has_a_role_or_is_a_pupil_does_not_become_a_student(client):
    for person in (make_teacher(), make_minh().user, make_officer()):
        client.force_login(person)
        typed = {"institution": VY["institution"], "number": "1"}
        answer = client.post(reverse("student_studies"), typed)
        assert answer.status_code in (200, 302) and not Student.objects.filter(user=person).exists()
    bao = make_user("Trần Gia Bảo")
    client.force_login(bao)
    client.post(reverse("student_studies"), typed)
    client.post(reverse("student_studies"), typed | {"number": "2"})
    assert Student.objects.get().number == "2"


# --- Entering -----------------------------------------------------------------------------------
def test_only_competitions_that_name_students_take_them(vy):
    with pytest.raises(Refused) as refused:
        enter(vy, make_competition())
    assert refused.value.refusal.code == "no_students"


def test_a_team_of_adults_needs_no_school_and_is_in_at_once(client, vy, challenge):
    project = enter(vy, challenge)
    assert "supervisor" not in {lack.code for lack in missing_in(project)}
    submitted = submit(complete(project))
    assert submitted.state == ProjectState.ENDORSED and kinds_of(submitted) == []
    client.force_login(vy.user)
    receipt = client.get(reverse("project_receipt", args=[project.reference])).content.decode()
    assert "Trường Đại học Thủ Dầu Một" in receipt
    officer = make_officer()
    assert project in projects_visible_to(officer)
    client.force_login(officer)
    board = client.get(reverse("entry_board", args=[challenge.slug])).content.decode()
    assert "Trường Đại học Thủ Dầu Một" in board
    assert "2124801040123" in facts_of(submitted)[0].value and facts_of(submitted)[0].holds
    assert project not in projects_visible_to(make_student("Trần Gia Bảo", number="9").user)
    assert project not in projects_visible_to(make_outsider())


def test_a_mixed_team_comes_from_the_school_of_its_pupil_and_asks_the_school(vy, challenge):
    project = enter(vy, challenge)
    minh = make_minh(class_group=make_class("11A1", grade=11))
    join(project, minh)
    project.refresh_from_db()
    assert project.school == minh.school and project.institution == ""
    assert "supervisor" in {lack.code for lack in missing_in(project)}
    team.leave_team(project_id=project.pk, by=minh.user)
    project.refresh_from_db()
    assert (project.school, project.supervisor, project.institution) == (None, None, vy.institution)


def test_a_student_joins_a_pupils_team_by_code(client, vy, challenge):
    minh = make_minh(class_group=make_class("11A1", grade=11))
    project = join_as_student(make_project(minh=minh, competition=challenge, field=None), vy)
    assert project.school == minh.school
    client.force_login(vy.user)
    body = client.get(reverse("project_team", args=[project.reference])).content.decode()
    assert "Nguyễn Nhật Minh" in body and 'name="pupil"' not in body, "a student has no classmates here"


def join_as_student(project: Project, student: Student) -> Project:
    issued = team.issue_code(project_id=project.pk, by=project.created_by, key="ma-cho-vy")
    invitation = team.open_invitation(code=issued.code, by=student.user)
    return team.accept_invitation(invitation_id=invitation.pk, by=student.user)


def test_one_entry_of_a_student_and_a_member_is_one_of_both(vy, challenge):
    project = enter(vy, challenge)
    with pytest.raises(Refused) as refused:
        entries.create_project(
            competition_id=challenge.pk, title="Hai", kind="engineering", summary="", supervisor=None,
            by=vy.user, key="hai",
        )  # fmt: skip
    assert refused.value.refusal.code == "entered_already"
    for wrong in ({"pupil": make_minh(), "student": vy}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProjectMember.objects.create(project=project, competition=challenge, seat=5, **wrong)


def test_where_a_student_studies_is_told_and_erased_and_the_entry_stays(client, vy, challenge):
    project = submit(complete(enter(vy, challenge)))
    client.force_login(vy.user)
    told = client.get(reverse("my_data")).content.decode()
    assert "2124801040123" in told and project.reference in told
    carry_out(plan_erasure(subject_of(user=vy.user)))
    vy.refresh_from_db()
    project.refresh_from_db()
    assert (vy.institution, vy.number, project.title) == ("", "", NO_TITLE)
    assert project.members.get().student == vy
