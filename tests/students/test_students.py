"""University students enter too: chị Vy signs up, enters alone and in a team with em Minh; anh Bảo is the outsider."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.core.personal import carry_out, plan_erasure
from programs.core.refusals import Refused
from programs.data_rights.queries import subject_of
from programs.endorsements.choices import Kind
from programs.endorsements.queries import asked_for, kinds_of, projects_to_approve
from programs.endorsements.words import confirmed_by
from programs.entries.queries import kin_among
from programs.entries.words import facts_of
from programs.notices.models import Message
from programs.projects.actions import entries, team
from programs.projects.choices import ProjectState
from programs.projects.models import NO_TITLE, Project, ProjectMember
from programs.projects.policy import may_reopen, may_take_out
from programs.projects.queries.contents import missing_in
from programs.projects.queries.visible import projects_visible_to
from programs.schools.choices import SchoolRole
from programs.schools.models import Membership
from programs.students.actions import state_studies
from programs.students.models import Student
from tests.people import (
    PASSWORD,
    make_class,
    make_officer,
    make_outsider,
    make_principal,
    make_school,
    make_teacher,
    make_user,
)
from tests.projects.make import complete, join, make_competition, make_minh, make_project, submit, with_rules

pytestmark = pytest.mark.django_db
ADDRESS = "Vy@example.vn"
STUDIES = {"institution": "Trường Đại học Thủ Dầu Một", "number": "2124801040123"}
VY = STUDIES | {"full_name": "Huỳnh Khánh Vy", "password": PASSWORD, "password_again": PASSWORD, "adult": "on"}


def sign_up(client, email: str = ADDRESS):
    return client.post(reverse("student_sign_up"), {"email": email}, follow=True)


def link_in(letter) -> str:
    return re.search(r"https?://[^/\s]+(/\S*/students/sign-up/\S+|/students/sign-up/\S+)", letter.body)[1]


def make_student(full_name: str = "Huỳnh Khánh Vy", **fields) -> Student:
    return Student.objects.create(user=make_user(full_name), **STUDIES | fields)


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
        competition_id=competition.pk,
        supervisor=None,
        by=student.user,
        key=f"vy-{student.pk}-{competition.pk}",
        **given,
    )


# --- An account ---------------------------------------------------------------------------------
def test_a_student_signs_up_by_letter_and_enters(client, challenge, outbox_sent):
    body = sign_up(client).content.decode()
    assert "vy@example.vn" in body
    assert not User.objects.filter(email="vy@example.vn").exists(), "whoever types an address decides nothing"
    link = link_in(outbox_sent()[-1])
    assert client.get(link).context["form"].fields.keys() >= {"full_name", "number", "password"}
    client.post(link, VY)
    client.post(reverse("account_login"), {"login": "vy@example.vn", "password": PASSWORD})
    entered = client.get(reverse("project_new", args=[challenge.slug]))
    assert "supervisor" not in entered.context["form"].fields, "an adult answers for herself"
    hidden = {field.name: field.value() for field in entered.context["form"].hidden_fields()}
    client.post(entered.request["PATH_INFO"], hidden | {"title": "Nghe tiếng nước rò", "kind": "engineering"})
    project = Project.objects.get()
    assert (project.school, project.home) == (None, "Trường Đại học Thủ Dầu Một")
    assert "Nghe tiếng nước rò" in client.get(reverse("desk")).content.decode()


def test_the_letter_speaks_the_language_of_the_page(client, outbox_sent):
    client.post("/en/students/sign-up/", {"email": ADDRESS})
    letter = outbox_sent()[-1]
    assert letter.subject == "Your account as a university student"
    assert "/en/students/sign-up/" in letter.body


def test_what_is_missing_is_said_beside_its_field(client, outbox_sent):
    sign_up(client)
    answer = client.post(link_in(outbox_sent()[-1]), VY | {"adult": "", "institution": "Tự đặt", "password": "123"})
    form = answer.context["form"]
    assert set(form.errors) == {"adult", "institution", "password_again"}
    assert form["number"].value() == VY["number"], "nothing that was typed is lost"


def test_a_link_opens_one_account_within_three_days(client, outbox_sent):
    sign_up(client)
    link = link_in(outbox_sent()[-1])
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        over = client.get(link)
        assert over.status_code == 410 and "ba ngày" in over.content.decode()
        assert client.post(link, VY).status_code == 410 and not Student.objects.exists()
    assert client.get(link[:-3] + "AA/").status_code == 410, "a link that nobody was given"
    client.post(link, VY)
    again = client.post(link, VY | {"full_name": "Kẻ Gian", "number": "1"}, follow=True)
    assert "Đăng nhập" in again.content.decode()
    assert [(each.full_name, each.number) for each in Student.objects.all()] == [("Huỳnh Khánh Vy", VY["number"])]


def test_an_address_with_an_account_learns_it_by_letter_alone(client):
    make_teacher(email="hanh@example.vn")
    body = sign_up(client, email="hanh@example.vn").content.decode()
    assert "Chúng tôi đã gửi thư tới hanh@example.vn" in body
    assert Message.objects.get().kind == "student_known"


def test_nobody_floods_an_address(client):
    for _time in range(5):
        sign_up(client)
    assert "email" in sign_up(client).context["form"].errors
    assert Message.objects.count() == 5


def test_whoever_has_a_role_or_is_a_pupil_does_not_become_a_student(client):
    for person in (make_teacher(), make_minh().user, make_officer()):
        client.force_login(person)
        typed = STUDIES | {"number": "1"}
        answer = client.post(reverse("student_studies"), typed)
        assert answer.status_code in (200, 302) and not Student.objects.filter(user=person).exists()
    bao = make_user("Trần Gia Bảo")
    client.force_login(bao)
    client.post(reverse("student_studies"), typed)
    client.post(reverse("student_studies"), typed | {"number": "2"})
    assert Student.objects.get().number == "2"


def test_a_student_who_works_at_a_school_meanwhile_does_not_enter_anew(client, vy, challenge):
    begun = enter(vy, challenge)
    Membership.objects.create(school=make_school(), user=vy.user, role=SchoolRole.TEACHER)
    with pytest.raises(Refused) as refused:
        enter(vy, make_competition(rules="thu-thach-mo"))
    assert refused.value.refusal.code == "has_role"
    client.force_login(vy.user)
    assert client.get(reverse("project_detail", args=[begun.reference])).status_code == 200, "what was begun goes on"


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
    issued = team.issue_code(project_id=project.pk, by=project.created_by, key=f"ma-{project.pk}-{student.pk}")
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


# --- Nobody decides about the own project ---------------------------------------------------------
def test_an_officer_who_studies_neither_sees_likeness_nor_checks_the_own_entry(client, vy, challenge):
    project = submit(complete(enter(vy, challenge)))
    nam = make_officer("Phan Văn Nam")
    Student.objects.create(user=nam, **STUDIES | {"number": "77"})
    ProjectMember.objects.create(project=project, competition=challenge, student=nam.student, seat=2)
    colleague = make_officer("Lê Thu Hà")
    for officer, status in ((nam, 403), (colleague, 200)):
        client.force_login(officer)
        assert client.get(reverse("entry_check", args=[project.reference])).status_code == status
    assert kin_among(nam, [project.pk]) == {project.pk} and not kin_among(colleague, [project.pk])
    assert may_reopen(colleague, project) and not may_reopen(nam, project)
    assert not may_take_out(nam, project)


def test_a_member_who_leads_the_school_of_a_team_mate_does_not_approve_for_it(vy, challenge):
    minh = make_minh(class_group=make_class("11A1", grade=11))
    project = enter(vy, challenge)
    join(project, minh)
    principal = make_principal(school=minh.school)
    Project.objects.filter(pk=project.pk).update(supervisor=make_teacher(school=minh.school))
    project.refresh_from_db()
    project = submit(complete(project))
    assert principal in asked_for(project, Kind.SCHOOL).people
    Membership.objects.create(school=minh.school, user=vy.user, role=SchoolRole.COORDINATOR)
    assert vy.user not in asked_for(project, Kind.SCHOOL).people
    assert project not in projects_to_approve(vy.user)
    words = confirmed_by(Kind.SCHOOL, project)
    assert "Nguyễn Nhật Minh" in words and "Huỳnh Khánh Vy" not in words


def test_the_organiser_reads_what_became_of_the_number(vy, challenge):
    project = submit(complete(enter(vy, challenge)))
    fact = next(fact for fact in facts_of(project) if fact.label == "Mã số sinh viên")
    assert fact.holds
    state_studies(by=vy.user, institution=vy.institution, number="2124801049999")
    twin = enter(make_student("Trần Gia Bảo", number="2124801049999"), challenge)
    fact = next(fact for fact in facts_of(project) if fact.label == "Mã số sinh viên")
    assert not fact.holds
    assert "Huỳnh Khánh Vy" in fact.value and twin.reference in fact.value


def test_adults_of_two_institutions_are_one_team_unless_the_rules_ask_one_school(vy, challenge):
    bao = make_student("Trần Gia Bảo", institution="Trường Đại học Quốc tế Miền Đông", number="9")
    project = join_as_student(enter(vy, challenge), bao)
    assert project.home == f"{vy.institution}, {bao.institution}"
    team.leave_team(project_id=project.pk, by=bao.user)
    one_school = with_rules(students=True, team_max=3, same_school=True)
    with pytest.raises(Refused) as refused:
        join_as_student(enter(vy, one_school), bao)
    assert refused.value.refusal.code == "other_school"
