"""Two who may approve for a school press at once; an approval meets a withdrawal. On PostgreSQL."""

from __future__ import annotations

import pytest
from django.db import connection

from programs.core.refusals import Refused
from programs.endorsements import actions
from programs.endorsements.models import Approval
from programs.projects.actions import decisions
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from tests.people import make_coordinator, make_principal
from tests.projects.make import complete, make_project, submit
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

    def unlocked(*, project_id: int) -> Project:
        return Project.objects.select_related("competition__rule_set", "school", "supervisor").get(pk=project_id)

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
