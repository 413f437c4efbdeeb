"""A quota of one place, five teams that submit at once. With the guard off it must overbook, or it proves nothing."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection
from django.db.models import F

from programs.accounts.models import User
from programs.competitions.models import Competition, ProjectField, RuleSet
from programs.projects.actions import decisions, quotas
from programs.projects.models import EntryPlace, EntryQuota, Project
from tests.people import make_class, make_school, make_teacher
from tests.projects.make import complete, make_competition, make_minh, make_project
from tests.races.test_booking_race import all_at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]

TEAMS = 5


@pytest.fixture
def teams() -> list[tuple[int, int]]:
    """Five projects of one school with five mentors; the school may enter one."""
    competition = make_competition()
    rule_set = RuleSet.objects.create(code="quota", name="Có giới hạn", grade_from=6, per_school=1)
    rule_set.fields.set(ProjectField.objects.all())
    Competition.objects.filter(pk=competition.pk).update(rule_set=rule_set)
    competition = Competition.objects.select_related("rule_set", "school_year").get(pk=competition.pk)
    school, made = make_school("Trường THCS Phú Lợi"), []
    class_group = make_class("8A", school=school)
    for number in range(TEAMS):
        minh = make_minh(full_name=f"Nguyễn Văn Minh {number}", class_group=class_group)
        mentor = make_teacher(f"Trần Thị Hạnh {number}", school=minh.school)
        project = complete(make_project(minh=minh, competition=competition, supervisor=mentor))
        made.append((project.pk, project.created_by_id))
    # Whoever writes the counter's row first would make the others wait, even without the guard.
    EntryQuota.objects.create(competition=competition, school=school, most=1)
    return made


def contend():
    start = Barrier(TEAMS)

    def one(team: tuple[int, int]) -> str:
        project_id, user_id = team
        by = User.objects.get(pk=user_id)
        with suppress(BrokenBarrierError):
            start.wait(timeout=2)
        return decisions.submit_project(project_id=project_id, by=by).state

    return one


def test_five_submits_for_one_place_enter_exactly_one(teams):
    assert all_at_once(contend(), teams) == {"submitted": 1, "school_full": TEAMS - 1}
    assert EntryQuota.objects.get().taken == EntryPlace.objects.count() == 1
    assert Project.objects.filter(state="submitted").count() == 1


def test_without_the_guard_the_same_contest_enters_too_many(teams, monkeypatch):
    """The negative control: read, then write, and no CHECK behind it."""

    def naive(*, quota_id: int, most: int) -> bool:
        if EntryQuota.objects.get(pk=quota_id).taken >= most:
            return False
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")
        return EntryQuota.objects.filter(pk=quota_id).update(taken=F("taken") + 1) == 1

    monkeypatch.setattr(quotas, "take_place", naive)
    constraint = next(each for each in EntryQuota._meta.constraints if each.name == "entry_quota_not_exceeded")
    with connection.schema_editor() as editor:
        editor.remove_constraint(EntryQuota, constraint)
    try:
        assert all_at_once(contend(), teams)["submitted"] > 1
    finally:
        EntryPlace.objects.all().delete()
        EntryQuota.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(EntryQuota, constraint)


def test_submit_against_withdraw_leaves_no_place_behind(teams):
    """One presses submit while the teammate withdraws: the counter agrees with the places, whoever was first."""
    project_id, user_id = teams[0]
    start = Barrier(2)

    def act(verb: str) -> str:
        by = User.objects.get(pk=user_id)
        with suppress(BrokenBarrierError):
            start.wait(timeout=2)
        done = decisions.submit_project if verb == "submit" else decisions.withdraw_project
        return done(project_id=project_id, by=by).state

    answers = all_at_once(act, ["submit", "withdraw"])
    assert answers["withdrawn"] == 1
    assert sum(EntryQuota.objects.values_list("taken", flat=True)) == EntryPlace.objects.count() == 0
