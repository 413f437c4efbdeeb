"""A project is withdrawn by all of its team until judging begins; afterwards by the organiser, who gives a reason."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.projects.actions import decisions, team
from programs.projects.choices import ProjectState
from programs.projects.desk import tasks
from programs.projects.models import Project
from programs.projects.queries.team import members_of
from programs.pupils.models import Pupil
from tests.people import make_officer, make_outsider
from tests.projects.make import complete, join, make_minh, make_project, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def minh() -> Pupil:
    return make_minh()


@pytest.fixture
def lan() -> Pupil:
    return make_minh(full_name="Lê Thị Lan")


@pytest.fixture
def project(minh, lan) -> Project:
    """Of Minh and Lan, submitted."""
    return submit(complete(join(make_project(minh=minh), lan)))


def refused_with(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal.code


def state_of(project: Project) -> str:
    return Project.objects.get(pk=project.pk).state


def withdraw(project: Project, pupil: Pupil) -> str:
    return decisions.withdraw_project(project_id=project.pk, by=pupil.user).state


def page(name: str, project: Project) -> str:
    return reverse(name, args=[project.reference])


def judged(project: Project) -> Project:
    Project.objects.filter(pk=project.pk).update(state=ProjectState.IN_JUDGING)
    return project


def test_one_asks_the_other_agrees_and_the_last_one_withdraws(client, minh, lan, project):
    client.force_login(minh.user)
    assert "Lê Thị Lan" in client.get(page("project_withdraw", project)).content.decode()
    answer = client.post(page("project_withdraw", project), follow=True)
    assert "Đã ghi nhận đồng ý." in answer.content.decode()
    assert state_of(project) == ProjectState.SUBMITTED
    assert Message.objects.get(kind="project_withdrawal_asked").recipient == lan.user
    assert not Message.objects.filter(kind="project_withdrawn").exists()
    assert refused_with(lambda: withdraw(project, minh)) == "agreed_already"
    client.force_login(lan.user)
    shown = client.get(page("project_detail", project))
    assert [person.full_name for person in shown.context["agreed"]] == [minh.full_name]
    assert [person.full_name for person in shown.context["still"]] == ["Lê Thị Lan"]
    assert shown.content.decode().count(minh.full_name) > 1, "as a member, and as who has agreed"
    client.post(page("project_withdraw", project))
    assert state_of(project) == ProjectState.WITHDRAWN
    shown = client.get(page("project_detail", project)).context
    assert [(step["label"], step["state"]) for step in shown["steps"]] == [("Đã nộp", "done"), ("Đã rút", "no")]
    assert not shown["agreed"]
    assert Message.objects.get(kind="project_withdrawn").recipient == project.supervisor
    assert [entry.action for entry in history_of(project)].count("project.agree") == 1


def test_minh_thinks_again_and_the_project_goes_on(client, minh, lan, project):
    withdraw(project, minh)
    client.force_login(minh.user)
    client.post(page("project_keep", project))
    assert withdraw(project, lan) == ProjectState.SUBMITTED
    assert refused_with(lambda: decisions.keep_project(project_id=project.pk, by=minh.user)) == "wrong_state"


def test_whoever_agrees_once_more_is_told_about_once_more(minh, lan, project):
    withdraw(project, minh)
    decisions.keep_project(project_id=project.pk, by=minh.user)
    withdraw(project, minh)
    assert [letter.recipient for letter in Message.objects.filter(kind="project_withdrawal_asked")] == [lan.user] * 2


def test_the_desk_of_a_team_mate_asks_until_there_is_an_answer(minh, lan, project):
    def asked(pupil: Pupil) -> list[str]:
        return [str(task.title) for task in tasks(pupil.user) if "muốn rút dự án" in str(task.title)]

    outsider = make_minh(full_name="Vũ An")
    assert asked(lan) == []
    withdraw(project, minh)
    assert asked(lan) == [f"{minh.full_name} muốn rút dự án: {project.title}"]
    assert asked(minh) == asked(outsider) == []
    decisions.keep_project(project_id=project.pk, by=minh.user)
    assert asked(lan) == []
    withdraw(project, lan)
    assert asked(minh) != []
    judged(project)
    assert asked(minh) == [], "now only the organiser can"


def test_nobody_is_held_up_by_who_left_or_has_no_account_any_more(client, minh, lan, project):
    draft = join(make_project(minh=make_minh(full_name="Vũ An")), thu := make_minh(full_name="Phạm Anh Thư"))
    an = next(pupil for pupil in members_of(draft) if pupil != thu)
    withdraw(draft, an)
    team.leave_team(project_id=draft.pk, by=thu.user)
    assert withdraw(draft, an) == ProjectState.WITHDRAWN
    assert withdraw(project, minh) == ProjectState.SUBMITTED
    client.force_login(minh.user)
    assert page("project_withdraw", project) not in client.get(page("project_detail", project)).content.decode()
    lan.user.is_active = False
    lan.user.save()
    shown = client.get(page("project_detail", project)).content.decode()
    assert page("project_withdraw", project) in shown and page("project_keep", project) in shown
    assert withdraw(project, minh) == ProjectState.WITHDRAWN


def test_strangers_do_not_withdraw(project):
    stranger = make_minh(full_name="Vũ An")
    for person in (stranger.user, make_outsider(), project.supervisor, make_officer()):
        with pytest.raises(PermissionDenied):
            decisions.withdraw_project(project_id=project.pk, by=person)


def test_once_judging_has_begun_only_the_organiser_withdraws_with_a_reason(client, minh, lan, project):
    officer = make_officer()
    take_out = {"project_id": project.pk, "reason": "Trùng với một dự án khác.", "by": officer}
    assert refused_with(lambda: decisions.take_out(**take_out)) == "wrong_state"
    judged(project)
    assert refused_with(lambda: withdraw(project, minh)) == "judging_began"
    for person in (minh.user, project.supervisor, make_outsider()):
        with pytest.raises(PermissionDenied):
            decisions.take_out(**take_out | {"by": person})
    client.force_login(officer)
    assert client.post(page("project_take_out", project), {"reason": " "}).status_code == 200
    assert state_of(project) == ProjectState.IN_JUDGING, "a reason is needed"
    client.post(page("project_take_out", project), {"reason": take_out["reason"]})
    assert state_of(project) == ProjectState.WITHDRAWN
    letters = Message.objects.filter(kind="project_taken_out")
    assert {letter.recipient for letter in letters} == {minh.user, lan.user, project.supervisor}
    assert all(take_out["reason"] in letter.body_text for letter in letters)
    assert history_of(project).get(action="project.withdraw").reason.text == take_out["reason"]
