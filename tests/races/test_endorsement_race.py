"""Two who may approve for a school press at once; an approval meets a withdrawal. On PostgreSQL."""

from __future__ import annotations

import pytest
from django.db import connection

from programs.core.refusals import Refused
from programs.endorsements import actions, rules
from programs.endorsements.models import Approval
from programs.projects.actions import decisions
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from tests.people import make_coordinator, make_principal
from tests.projects.make import complete, make_project, submit
from tests.races.meanwhile import meanwhile, unlocked
from tests.races.test_booking_race import all_at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time"),
]


@pytest.fixture
def project() -> Project:
    return submit(complete(make_project()))


def pressed(act) -> str:
    try:
        return act().state
    except Refused as refused:
        return refused.refusal.code


def slowly(monkeypatch) -> None:
    """The lock is off, and between reading and writing there is time for the other."""
    decided = actions.approvals_of

    def read_and_wait(submission):
        found = decided(submission)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.1)")
        return found

    monkeypatch.setattr(actions, "approvals_of", read_and_wait)
    monkeypatch.setattr(actions, "locked_project", unlocked)


def both_approve(project: Project) -> dict[str, int]:
    mai, thu = make_coordinator("Mai", school=project.school), make_principal("Thư", school=project.school)

    def one(person) -> str:
        return pressed(lambda: actions.approve_project(project_id=project.pk, kind="school", submission=1, by=person))

    return all_at_once(one, [mai, thu])


def test_the_school_approves_once(project):
    assert both_approve(project) == {"submitted": 1, "decided": 1}
    assert Approval.objects.count() == 1


def test_the_constraint_stands_behind_the_lock(project, monkeypatch):
    slowly(monkeypatch)
    assert both_approve(project) == {"submitted": 1, "decided": 1}
    assert Approval.objects.count() == 1


def test_without_both_the_school_approves_twice(project, monkeypatch):
    """The negative control."""
    slowly(monkeypatch)
    constraint = next(each for each in Approval._meta.constraints if each.name == "one_decision_of_a_role")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Approval, constraint)
    try:
        both_approve(project)
        assert Approval.objects.count() == 2
    finally:
        Approval.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Approval, constraint)


def test_an_approval_and_a_withdrawal_leave_one_truth(project):
    make_principal("Thư", school=project.school)

    def one(act) -> str:
        return pressed(act)

    acts = [
        lambda: actions.approve_project(
            project_id=project.pk, kind="mentor", submission=1, by=project.supervisor, text_version=1
        ),
        lambda: decisions.withdraw_project(project_id=project.pk, by=project.created_by),
    ]
    all_at_once(one, acts)
    assert Project.objects.get(pk=project.pk).state == ProjectState.WITHDRAWN
    assert project.places.count() == 0


# --- Each after the other has read ----------------------------------------------------------------
def approves(project: Project, kind: str, by):
    about = {"project_id": project.pk, "kind": kind, "submission": 1, "text_version": 1}
    return lambda: actions.approve_project(by=by, **about).state


def returns(project: Project, kind: str, by):
    about = {"project_id": project.pk, "kind": kind, "submission": 1, "reason": "Thêm số liệu."}
    return lambda: actions.return_project(by=by, **about).state


def withdraws(project: Project):
    return lambda: decisions.withdraw_project(project_id=project.pk, by=project.created_by).state


def state_of(project: Project) -> str:
    return Project.objects.get(pk=project.pk).state


@pytest.fixture
def thu(project):
    return make_principal("Thư", school=project.school)


@pytest.mark.parametrize("approves_first", [True, False])
def test_of_two_who_approve_and_return_for_the_school_the_second_is_told(project, thu, monkeypatch, approves_first):
    mai = make_coordinator("Mai", school=project.school)
    pair = [approves(project, "school", mai), returns(project, "school", thu)]
    answers = meanwhile(monkeypatch, rules, "approval_refusal", *(pair if approves_first else reversed(pair)))
    assert answers == (["submitted", "decided"] if approves_first else ["returned", "wrong_state"])
    assert Approval.objects.get().decision == ("given" if approves_first else "returned")


def test_the_two_last_approvals_at_once_enter_the_project(project, thu, monkeypatch):
    pair = approves(project, "mentor", project.supervisor), approves(project, "school", thu)
    assert meanwhile(monkeypatch, rules, "is_complete", *pair) == ["submitted", "endorsed"]


def test_without_the_lock_both_approve_and_nobody_enters_it(project, thu, monkeypatch):
    """The negative control: each reads that the other is still awaited."""
    monkeypatch.setattr(actions, "locked_project", unlocked)
    pair = approves(project, "mentor", project.supervisor), approves(project, "school", thu)
    assert meanwhile(monkeypatch, rules, "is_complete", *pair) == ["submitted", "submitted"]
    assert Approval.objects.filter(decision="given").count() == 2
    assert state_of(project) == ProjectState.SUBMITTED


@pytest.fixture
def almost_in(project, thu) -> Project:
    """The mentor has approved."""
    approves(project, "mentor", project.supervisor)()
    return project


def test_what_is_approved_last_while_it_is_withdrawn_is_withdrawn(almost_in, thu, monkeypatch):
    pair = approves(almost_in, "school", thu), withdraws(almost_in)
    assert meanwhile(monkeypatch, rules, "approval_refusal", *pair) == ["endorsed", "withdrawn"]
    assert state_of(almost_in) == ProjectState.WITHDRAWN


def test_who_approves_what_was_withdrawn_a_moment_ago_is_told(almost_in, thu, monkeypatch):
    pair = withdraws(almost_in), approves(almost_in, "school", thu)
    assert meanwhile(monkeypatch, decisions, "withdrawal_refusal", *pair) == ["withdrawn", "wrong_state"]


def test_without_the_lock_a_withdrawn_project_is_entered(almost_in, thu, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(actions, "locked_project", unlocked)
    monkeypatch.setattr(decisions, "locked_project", unlocked)
    pair = approves(almost_in, "school", thu), withdraws(almost_in)
    assert meanwhile(monkeypatch, rules, "approval_refusal", *pair) == ["endorsed", "withdrawn"]
    assert state_of(almost_in) == ProjectState.ENDORSED, "of a team that was set free"
