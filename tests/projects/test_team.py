"""A team that everybody joined of their own will: em Minh invites, em Lan joins, em Cúc of another school looks on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from programs.competitions.models import Competition
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.projects.actions import decisions, team
from programs.projects.choices import InvitationState, MemberState
from programs.projects.desk import tasks
from programs.projects.models import Project, ProjectMember, TeamInvitation
from programs.projects.personal import invitations_over
from programs.projects.queries.team import members_of
from programs.projects.queries.visible import projects_visible_to
from programs.projects.views.team import WRONG_CODES
from programs.pupils.models import Pupil
from tests.people import make_class, make_outsider, make_pupil, make_teacher
from tests.projects.make import (
    complete,
    give_back,
    join,
    make_minh,
    make_project,
    submit,
    with_rules,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def minh() -> Pupil:
    return make_minh("8B1")


@pytest.fixture
def lan(minh) -> Pupil:
    return make_pupil("Lê Thị Lan", class_group=minh.enrolments.get().class_group, with_account=True)


@pytest.fixture
def cuc() -> Pupil:
    """A pupil of another school."""
    return make_minh(class_group=make_class("8A1", school=make_outsider().memberships.get().school), full_name="Võ Cúc")


@pytest.fixture
def project(minh) -> Project:
    return make_project(minh=minh, competition=with_rules(team_max=2))


def refused_with(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal.code


def page(name: str, *args) -> str:
    return reverse(name, args=args)


def sent(client, url: str, **fields):
    """What the browser does: open the form, send it with its hidden fields."""
    hidden = client.get(url).context["form"].hidden_fields()
    return client.post(url, {**{field.name: field.value() for field in hidden}, **fields}, follow=True)


def code_for(project: Project) -> str:
    return team.issue_code(project_id=project.pk, by=project.created_by, key=f"k{timezone.now().timestamp()}").code


def invite(project: Project, pupil: Pupil) -> TeamInvitation:
    return team.invite_classmate(
        project_id=project.pk, pupil=pupil, by=project.created_by, key=f"k{timezone.now().timestamp()}"
    )


def accept(invitation: TeamInvitation, pupil: Pupil) -> Project:
    return team.accept_invitation(invitation_id=invitation.pk, by=pupil.user)


# --- By name within the class ---------------------------------------------------------------------
def test_minh_invites_a_classmate_who_joins_from_the_own_desk(client, minh, lan, cuc, project):
    client.force_login(minh.user)
    offered = client.get(page("project_team", project.reference)).context["form"].fields["pupil"].queryset
    assert list(offered) == [lan], "only classmates, and not Minh"
    answer = sent(client, page("project_team", project.reference), pupil=lan.pk)
    assert "Đã mời Lê Thị Lan." in answer.content.decode()
    assert members_of(project) == [minh], "nobody is put into a team"
    invitation = TeamInvitation.objects.get()
    letter = Message.objects.get(kind="team_invited")
    assert (letter.recipient, letter.to_address) == (lan.user, ""), "without an email: on the desk"

    with translation.override("vi"):
        (task,) = [task for task in tasks(lan.user) if "mời vào đội" in task.title]
        assert not [task for task in tasks(cuc.user) if "mời vào đội" in task.title]
    assert task.url == page("team_accept", invitation.pk)
    client.force_login(cuc.user)
    for name in ("team_accept", "team_decline", "team_take_back"):
        assert client.get(page(name, invitation.pk)).status_code == 404
    client.force_login(lan.user)
    assert project not in projects_visible_to(lan.user), "an invitation does not open the project"
    answer = sent(client, task.url)
    assert answer.redirect_chain[-1][0] == page("project_team", project.reference)
    assert set(members_of(project)) == {minh, lan}
    assert Message.objects.get(kind="team_joined").recipient == minh.user
    assert {entry.action for entry in history_of(project)} == {"project.create", "project.invite", "project.join"}


def test_lan_declines_and_minh_reads_it(client, minh, lan, project):
    invitation = invite(project, lan)
    client.force_login(lan.user)
    sent(client, page("team_decline", invitation.pk))
    assert members_of(project) == [minh]
    assert Message.objects.get(kind="team_declined").recipient == minh.user
    body = client.get(page("team_accept", invitation.pk)).content.decode()
    assert "Lời mời này đã bị từ chối. Nếu muốn vào đội, hãy nhờ Nguyễn Nhật Minh mời lại." in body
    assert refused_with(lambda: accept(invitation, lan)) == InvitationState.DECLINED


def test_a_classmate_is_asked_once_and_others_not_by_name(lan, cuc, project):
    invite(project, lan)
    assert refused_with(lambda: invite(project, lan)) == "invited_already"
    assert refused_with(lambda: invite(project, cuc)) == "not_classmate"


def test_only_the_team_invites_and_only_the_invited_answer(lan, cuc, project):
    invitation = invite(project, lan)
    for verb in (team.accept_invitation, team.decline_invitation, team.take_back):
        for person in (cuc.user, make_teacher(school=project.school)):
            with pytest.raises(PermissionDenied):
                verb(invitation_id=invitation.pk, by=person)
    with pytest.raises(PermissionDenied):
        team.issue_code(project_id=project.pk, by=cuc.user, key="x")
    with pytest.raises(PermissionDenied):
        team.open_invitation(code="ABC", by=project.supervisor)


# --- By code --------------------------------------------------------------------------------------
def test_a_code_is_shown_once_and_read_however_it_is_typed(client, minh, project):
    thu = make_minh(full_name="Phạm Anh Thư")
    client.force_login(minh.user)
    answer = sent(client, page("team_code", project.reference))
    code = answer.context["code"]
    assert len(code) == 9, "two groups of four"
    assert "no-store" in answer["Cache-Control"]
    assert code.replace("-", "") not in str(TeamInvitation.objects.values()), "only its hash is kept"
    assert code not in client.get(page("project_team", project.reference)).content.decode()

    client.force_login(thu.user)
    answer = sent(client, page("team_join"), code=f" {code.lower().replace('-', ' ')} ")
    invitation = TeamInvitation.objects.get()
    assert answer.redirect_chain[-1][0] == page("team_accept", invitation.pk)
    assert members_of(project) == [minh], "the code opens the invitation; joining is a second step"
    assert "Nguyễn Nhật Minh" in answer.content.decode()
    sent(client, page("team_accept", invitation.pk))
    assert set(members_of(project)) == {minh, thu}


def test_the_same_form_sent_twice_gives_the_same_code(project):
    first, second = (team.issue_code(project_id=project.pk, by=project.created_by, key="same") for _ in range(2))
    assert first == second
    assert TeamInvitation.objects.count() == 1


def test_a_code_is_for_one_pupil(client, minh, project):
    thu, an = make_minh(full_name="Phạm Anh Thư"), make_minh(full_name="Vũ An")
    code = code_for(project)
    team.open_invitation(code=code, by=thu.user)
    client.force_login(an.user)
    body = sent(client, page("team_join"), code=code).content.decode()
    assert "Mã này đã có người dùng" in body
    assert "Hãy xin Nguyễn Nhật Minh mã khác" in body
    assert TeamInvitation.objects.get().pupil == thu


def test_seven_days_then_it_is_over_and_says_what_to_do(client, lan, project):
    code, invitation = code_for(project), invite(project, lan)
    TeamInvitation.objects.update(expires_at=timezone.now())
    assert refused_with(lambda: accept(invitation, lan)) == "invitation_over"
    client.force_login(lan.user)
    body = sent(client, page("team_join"), code=code).content.decode()
    assert "Hãy nhờ Nguyễn Nhật Minh mời lại." in body
    assert not tasks(lan.user) or all("mời" not in task.title for task in tasks(lan.user))


def test_an_invitation_that_was_taken_back_opens_nothing(client, minh, lan, project):
    code, invitation = code_for(project), invite(project, lan)
    client.force_login(minh.user)
    for each in TeamInvitation.objects.all():
        sent(client, page("team_take_back", each.pk))
    assert refused_with(lambda: accept(invitation, lan)) == InvitationState.TAKEN_BACK
    assert refused_with(lambda: team.open_invitation(code=code, by=lan.user)) == InvitationState.TAKEN_BACK


def test_who_guesses_codes_has_to_wait(client, lan, project):
    client.force_login(lan.user)
    for _ in range(WRONG_CODES.allowed):
        body = sent(client, page("team_join"), code="BBBB-BBBB").content.decode()
        assert "Không có lời mời nào mang mã này" in body
    body = sent(client, page("team_join"), code=code_for(project)).content.decode()
    assert "Đã gõ sai mã quá nhiều lần" in body


# --- What the rules ask at accepting --------------------------------------------------------------
def test_the_same_school_is_asked_beside_the_field_with_the_rule_and_its_source(client, cuc, project):
    code = code_for(project)
    client.force_login(cuc.user)
    answer = sent(client, page("team_join"), code=code)
    (error,) = answer.context["form"].errors["code"]
    assert error == "Các thành viên của đội phải cùng một trường. (Thể lệ thử, Điều 5)"
    assert TeamInvitation.objects.get().pupil is None, "the code is not used up"


def test_where_the_rules_allow_it_a_pupil_of_another_school_joins(cuc, minh):
    project = make_project(minh=minh, competition=with_rules(team_max=5, same_school=False))
    assert set(members_of(join(project, cuc))) == {minh, cuc}


def test_grade_and_one_project_each_are_asked_at_accepting(lan, project):
    small = make_minh(class_group=make_class("5A"))
    assert refused_with(lambda: join(project, small)) == "wrong_grade"
    invitation = invite(project, lan)
    make_project(minh=lan, competition=project.competition)
    assert refused_with(lambda: accept(invitation, lan)) == "entered_already"


def test_a_team_is_full_at_the_size_of_the_rules(client, minh, lan):
    project = make_project(minh=minh, competition=with_rules(team_max=3))
    an, thu = make_minh(full_name="Vũ An"), make_minh(full_name="Phạm Anh Thư")
    invitation = invite(project, lan)
    join(project, an)
    join(project, thu)
    client.force_login(lan.user)
    body = sent(client, page("team_accept", invitation.pk)).content.decode()
    assert "tối đa 3 thành viên nên đội này đã đủ người. (Thể lệ thử, Điều 5)" in body
    assert refused_with(lambda: code_for(project)) == "team_full"
    with pytest.raises(IntegrityError), transaction.atomic():
        ProjectMember.objects.create(project=project, competition=project.competition, pupil=lan, seat=3)


# --- Leaving, and the lock at submission ----------------------------------------------------------
def test_lan_leaves_reads_the_project_no_more_and_may_enter_again(client, minh, lan, project):
    accept(invite(project, lan), lan)
    client.force_login(lan.user)
    answer = sent(client, page("team_leave", project.reference))
    assert answer.redirect_chain[-1][0] == page("project_list")
    assert ProjectMember.objects.get(pupil=lan).state == MemberState.LEFT
    assert Message.objects.get(kind="team_left").recipient == minh.user
    for name in ("project_detail", "project_edit", "project_team"):
        assert client.get(page(name, project.reference)).status_code == 404, name
    own = make_project(minh=lan, competition=project.competition)
    assert members_of(own) == [lan]
    decisions.withdraw_project(project_id=project.pk, by=minh.user)
    assert ProjectMember.objects.get(pupil=lan, project=project).state == MemberState.LEFT
    assert ProjectMember.objects.get(pupil=minh).state == MemberState.RELEASED


def test_who_left_may_come_back_and_who_began_may_leave(minh, lan, project):
    for _ in range(2):
        accept(invite(project, lan), lan)
        team.leave_team(project_id=project.pk, by=lan.user)
    accept(invite(project, lan), lan)
    team.leave_team(project_id=project.pk, by=minh.user)
    assert members_of(project) == [lan]
    assert refused_with(lambda: team.leave_team(project_id=project.pk, by=lan.user)) == "alone"


def test_the_list_locks_at_submission_and_stays_locked_when_returned(client, minh, lan, project):
    waiting = invite(project, lan)

    def refused() -> list[str]:
        calls = (
            lambda: accept(waiting, lan),
            lambda: invite(project, lan),
            lambda: team.leave_team(project_id=project.pk, by=minh.user),
        )
        return [refused_with(call) for call in calls]

    submit(complete(project))
    assert refused() == ["team_locked"] * 3
    give_back(project, "Thêm số liệu.", by=project.supervisor)
    assert refused() == ["team_locked"] * 3
    assert not [task for task in tasks(lan.user) if task.url == page("team_accept", waiting.pk)]
    client.force_login(minh.user)
    body = client.get(page("project_team", project.reference)).content.decode()
    assert "Dự án đã nộp nên không thay đổi được đội nữa." in body


def test_after_the_deadline_nobody_joins(lan, project):
    invitation = invite(project, lan)
    Competition.objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    assert refused_with(lambda: accept(invitation, lan)) == "too_late"
    assert not [task for task in tasks(lan.user) if task.url == page("team_accept", invitation.pk)]


def test_old_invitations_go(lan, project):
    invite(project, lan)
    assert not invitations_over(timezone.now()).exists()
    assert invitations_over(timezone.now() + timedelta(days=8)).exists()


@pytest.mark.parametrize("count", [1, 4])
def test_the_team_page_costs_the_same_for_one_and_for_four(client, minh, count, django_assert_num_queries):
    project = make_project(minh=minh, competition=with_rules(team_max=9))
    group = minh.enrolments.get().class_group
    for number in range(count):
        mate, other = (
            make_pupil(f"Bạn {name} {number}", class_group=group, with_account=True) for name in ("An", "Hà")
        )
        accept(invite(project, mate), mate)
        invite(project, other)
    client.force_login(minh.user)
    client.get(page("project_team", project.reference))
    with django_assert_num_queries(11):
        client.get(page("project_team", project.reference))
