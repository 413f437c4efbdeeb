"""A rule of the competition that is not kept is said early, beside the field, with where it is written.

Em Minh enters the fair with cô Hạnh as mentor; a mentor leads at most two submitted projects in a school year, and a
school's quota is a counter that no two teams can take the last place of (CASES J01, J02).
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.competitions.models import Competition, ProjectField, RuleSet
from programs.core.choices import Level
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.projects.actions import decisions, entries
from programs.projects.models import EntryPlace, EntryQuota, Project
from programs.projects.queries.contents import missing_in
from programs.projects.rules import time_refusal
from tests.people import make_class, make_school, make_teacher
from tests.projects.make import complete, give_back, join, make_competition, make_minh, make_project, submit

pytestmark = pytest.mark.django_db


def refusal_of(call):
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal


def fair(**fields) -> Competition:
    return make_competition(rules="khkt", **fields)


def with_quota(**limits) -> Competition:
    """The pupils' ideas under a draft with these limits: what is published never changes."""
    competition = make_competition()
    rule_set = RuleSet.objects.create(code="quota", name="Có giới hạn", source="Thể lệ số 7", grade_from=6, **limits)
    rule_set.fields.set(ProjectField.objects.all())
    Competition.objects.filter(pk=competition.pk).update(rule_set=rule_set)
    return Competition.objects.select_related("rule_set", "school_year").get(pk=competition.pk)


def ready(competition: Competition, mentor=None, **fields) -> Project:
    minh = make_minh(**fields)
    mentor = mentor or make_teacher(school=minh.school)
    return complete(make_project(minh=minh, competition=competition, supervisor=mentor))


def taken(**lookup) -> int:
    return EntryQuota.objects.get(**lookup).taken


# --- Time and field -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("began", "ended", "code", "field"),
    [
        (date(2024, 12, 31), None, "began_too_early", "started_on"),
        (date(2025, 1, 1), None, None, None),
        (None, date(2026, 11, 14), "ended_too_late", "finished_on"),
        (date(2025, 10, 1), date(2026, 9, 30), None, None),
        (date(2025, 10, 1), date(2026, 10, 1), "too_long", "finished_on"),
        (date(2026, 5, 1), date(2026, 4, 1), "ends_before", "finished_on"),
    ],
)
def test_the_fair_counts_months_back_from_its_day(began, ended, code, field):
    competition = fair(held_on=date(2026, 12, 13))
    refusal = time_refusal(competition, began, ended)
    assert (refusal and refusal.code, refusal and refusal.field) == (code, field)
    if code not in (None, "ends_before"):
        assert "Thông tư 06/2024/TT-BGDĐT" in refusal.message


def test_em_minh_reads_the_breach_beside_the_day_that_breaks_it(client):
    competition, minh = fair(held_on=timezone.localdate() + timedelta(days=60)), make_minh()
    make_teacher(school=minh.school)
    project = make_project(minh=minh, competition=competition)
    client.force_login(minh.user)
    page = reverse("project_edit", args=[project.reference])
    form = client.get(page).context["form"]
    sent = {"version": version_of(project.draft), "title": project.title, "kind": project.kind, "summary": "Tóm tắt",
            "field": project.field_id, "supervisor": project.supervisor_id or "", "started_on": "01/01/2020"}  # fmt: skip
    assert {"started_on", "finished_on"} <= set(form.fields)
    answer = client.post(page, sent)
    assert "Thông tư 06/2024/TT-BGDĐT" in answer.context["form"].errors["started_on"][0]


def test_a_field_that_the_rules_do_not_name_is_refused_and_primary_pupils_need_none():
    strange = ProjectField.objects.create(code="magic", name="Phép thuật", name_en="Magic")
    refusal = refusal_of(lambda: make_project(competition=fair(), field=strange))
    assert (refusal.code, refusal.field) == ("strange_field", "field")
    primary = make_school("Trường Tiểu học Nguyễn Du", levels=(Level.PRIMARY,))
    minh = make_minh(class_group=make_class("4A", school=primary))
    project = make_project(minh=minh, competition=make_competition(rules="lam-quen-nckh"), field=None)
    assert "field" not in {lack.code for lack in missing_in(project)}


def test_the_days_of_the_work_are_wanted_before_it_is_submitted():
    project = ready(fair())
    assert "dates" in {lack.code for lack in missing_in(project)}
    assert refusal_of(lambda: submit(project)).code == "incomplete"


def test_a_school_of_another_level_reads_so_with_the_source():
    """A class of grade 4 at a lower secondary school is a slip of a list, but the rule is the school's level."""
    refusal = refusal_of(
        lambda: make_project(
            minh=make_minh(class_group=make_class("4A")),
            competition=make_competition(rules="lam-quen-nckh"),
            field=None,
        )
    )
    assert (refusal.code, "Ngày hội Làm quen" in refusal.message) == ("wrong_level", True)


# --- Quotas -------------------------------------------------------------------------------------
def test_the_last_place_of_a_school_is_taken_once_and_given_back():
    competition = with_quota(per_school=1)
    first, second = ready(competition), ready(competition, full_name="Lê Thị Lan")
    submit(first)
    refusal = refusal_of(lambda: submit(second))
    assert (refusal.code, taken(school=first.school)) == ("school_full", 1)
    assert "Thể lệ số 7" in refusal.message
    assert Project.objects.get(pk=second.pk).state == "draft"
    decisions.withdraw_project(project_id=first.pk, by=first.created_by)
    assert taken(school=first.school) == 0
    submit(second)
    assert EntryPlace.objects.get().project == second


def test_a_returned_project_keeps_its_place():
    competition = with_quota(per_school=1)
    first = ready(competition)
    submit(first)
    give_back(first, "Bổ sung số liệu.", by=first.supervisor)
    assert refusal_of(lambda: submit(ready(competition, full_name="Lê Thị Lan"))).code == "school_full"
    submit(first)
    assert (taken(school=first.school), EntryPlace.objects.count()) == (1, 1)


def test_a_mentor_of_two_submitted_projects_leads_no_third_in_any_competition_of_the_year():
    competition = with_quota(per_mentor=2)
    hanh = make_teacher("Trần Thị Hạnh", school=make_minh().school)
    for name in ("Nguyễn Văn Anh", "Lê Thị Lan"):
        submit(ready(competition, hanh, full_name=name))
    assert taken(mentor=hanh) == 2
    other = make_competition()
    Competition.objects.filter(pk=other.pk).update(rule_set=competition.rule_set)
    other.refresh_from_db()
    refusal = refusal_of(lambda: ready(other, hanh, full_name="Võ Thị Cúc"))
    assert (refusal.code, refusal.field) == ("mentor_full", "supervisor")


def test_a_team_that_changes_its_mentor_gives_the_place_back():
    competition = with_quota(per_mentor=1)
    project = ready(competition)
    submit(project)
    hanh = project.supervisor
    give_back(project, "Đổi người hướng dẫn.", by=hanh)
    tam = make_teacher("Lê Minh Tâm", school=project.school)
    fresh = Project.objects.get(pk=project.pk)
    typed = fresh.draft | {"field": fresh.field, "supervisor": tam}
    entries.save_draft(project_id=project.pk, version=version_of(fresh.draft), by=project.created_by, **typed)
    submit(project)
    assert (taken(mentor=hanh), taken(mentor=tam)) == (0, 1)


# --- Entering again -----------------------------------------------------------------------------
def test_who_withdrew_may_enter_again_until_closing_and_still_reads_the_old_project(client):
    competition, minh = make_competition(), make_minh()
    lan = make_minh(full_name="Lê Thị Lan")
    old = join(make_project(minh=minh, competition=competition), lan)
    assert refusal_of(lambda: make_project(minh=lan, competition=competition)).code == "entered_already"
    for member in (minh, lan):
        decisions.withdraw_project(project_id=old.pk, by=member.user)
    new = make_project(minh=lan, competition=competition)
    assert refusal_of(lambda: make_project(minh=lan, competition=competition)).code == "entered_already"
    client.force_login(lan.user)
    for project in (old, new):
        assert client.get(reverse("project_detail", args=[project.reference])).status_code == 200
    page = client.get(reverse("competition_detail", args=[competition.slug]))
    assert page.context["own_project"] == new
    Competition.objects.filter(pk=competition.pk).update(closes_at=timezone.now() - timedelta(minutes=1))
    assert refusal_of(lambda: make_project(minh=minh, competition=competition)).code == "too_late"
