"""Two accept at once into the last place, and one pupil two invitations. With the guards off it must go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection

from programs.accounts.models import User
from programs.projects.actions import team
from programs.projects.models import Project, ProjectMember
from programs.projects.queries.team import seats_taken
from programs.projects.rules import joining_refusal
from programs.pupils.models import Pupil
from tests.projects.make import make_minh, make_project
from tests.projects.test_team import with_rules
from tests.races.test_booking_race import all_at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]
Invited = tuple[int, int]  # invitation and account


def invited(project: Project, pupil: Pupil) -> Invited:
    issued = team.issue_code(project_id=project.pk, by=project.created_by, key=f"{project.pk}-{pupil.pk}")
    return team.open_invitation(code=issued.code, by=pupil.user).pk, pupil.user_id


@pytest.fixture
def last_place() -> list[Invited]:
    """A team of two with one place left, and two pupils who are invited."""
    project = make_project(competition=with_rules(team_max=2))
    return [invited(project, make_minh(full_name=name)) for name in ("Lê Thị Lan", "Vũ An")]


@pytest.fixture
def two_teams() -> list[Invited]:
    """One pupil with invitations into two teams of a competition."""
    competition, lan = with_rules(team_max=2), make_minh(full_name="Lê Thị Lan")
    projects = [make_project(minh=make_minh(full_name=f"Minh {n}"), competition=competition) for n in range(2)]
    return [invited(project, lan) for project in projects]


def contend():
    start = Barrier(2)

    def one(to: Invited) -> str:
        invitation_id, user_id = to
        by = User.objects.get(pk=user_id)
        with suppress(BrokenBarrierError):
            start.wait(timeout=2)
        return team.accept_invitation(invitation_id=invitation_id, by=by).state

    return one


@contextmanager
def without(name: str) -> Iterator[None]:
    """The table without the constraint, which comes back when its rows are gone."""
    constraint = next(each for each in ProjectMember._meta.constraints if each.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(ProjectMember, constraint)
    try:
        yield
    finally:
        ProjectMember.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(ProjectMember, constraint)


def unlocked(*, project_id: int) -> Project:
    parts = ("competition__rule_set", "school", "field", "supervisor")
    return Project.objects.select_related(*parts).get(pk=project_id)


def slowly(monkeypatch) -> None:
    """The lock is off, and between reading and writing there is time for the other."""
    seats = seats_taken

    def read_and_wait(project: Project) -> set[int]:
        taken = seats(project)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")
        return taken

    monkeypatch.setattr(team, "locked_project", unlocked)
    monkeypatch.setattr(team, "seats_taken", read_and_wait)


def test_the_last_place_is_taken_once(last_place):
    assert all_at_once(contend(), last_place) == {"draft": 1, "team_full": 1}
    assert ProjectMember.objects.filter(state="accepted").count() == 2


def test_the_constraint_stands_behind_the_lock(last_place, monkeypatch):
    slowly(monkeypatch)
    assert all_at_once(contend(), last_place) == {"draft": 1, "seat_taken": 1}


def test_without_the_guards_the_team_becomes_too_big(last_place, monkeypatch):
    """The negative control."""
    slowly(monkeypatch)
    with without("one_member_per_seat"):
        assert all_at_once(contend(), last_place) == {"draft": 2}


def test_one_pupil_who_accepts_two_invitations_is_in_one_team(two_teams):
    assert all_at_once(contend(), two_teams) == {"draft": 1, "entered_already": 1}


def test_without_the_constraint_one_pupil_is_in_two_teams(two_teams, monkeypatch):
    """The negative control: both read that the pupil is free, then write."""
    refuse = joining_refusal

    def read_and_wait(*read, **facts):
        refusal = refuse(*read, **facts)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")
        return refusal

    monkeypatch.setattr(team, "joining_refusal", read_and_wait)
    with without("one_project_per_pupil_per_competition"):
        assert all_at_once(contend(), two_teams) == {"draft": 2}
