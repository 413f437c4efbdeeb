"""Who may enter, once, in time; what is frozen; who endorses."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from programs.competitions.actions import seeds
from programs.competitions.choices import CompetitionState, ProjectKind
from programs.competitions.models import Competition, Criterion, ProjectField, RuleSet
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.notices.models import Message
from programs.projects.actions import decisions, entries
from programs.projects.choices import ProjectState
from programs.projects.models import Project, Submission
from programs.projects.queries.contents import missing_in
from programs.projects.queries.visible import projects_visible_to
from programs.schools.choices import SchoolState
from tests.people import (
    make_class,
    make_coordinator,
    make_officer,
    make_outsider,
    make_principal,
    make_pupil,
    make_ward_officer,
)
from tests.projects.make import (
    approve,
    attach,
    complete,
    give_back,
    jpeg,
    make_competition,
    make_minh,
    make_project,
    pdf,
    submit,
)

pytestmark = pytest.mark.django_db


def refused_with(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal.code


# --- The rules as data ---------------------------------------------------------------------------
def test_fields_and_sheets_are_those_of_the_fair():
    seeds.load_rule_sets()
    seeds.load_rule_sets()
    assert ProjectField.objects.count() == 22
    khkt = RuleSet.objects.get(code="khkt")
    assert (khkt.grade_from, khkt.grade_to, khkt.team_max) == (8, 12, 2)
    for kind in ProjectKind:
        points = list(
            Criterion.objects.filter(round__rule_set=khkt, round__number=3, kind=kind).values_list("points", flat=True)
        )
        assert points == [10, 15, 20, 20, 10, 25]


# --- Entering -----------------------------------------------------------------------------------
def test_em_minh_enters_and_is_its_only_member():
    minh = make_minh()
    project = make_project(minh=minh)
    assert project.state == ProjectState.DRAFT
    assert project.school == minh.school
    assert [member.pupil for member in project.members.all()] == [minh]
    assert history_of(project).get().action == "project.create"


def test_one_project_a_pupil_in_a_competition():
    minh, competition = make_minh(), make_competition()
    make_project(minh=minh, competition=competition)
    assert refused_with(lambda: make_project(minh=minh, competition=competition)) == "entered_already"


def test_the_constraint_backs_up_the_rule(monkeypatch):
    """With the rule switched off, the second entry of the same moment still ends as a refusal."""
    minh, competition = make_minh(), make_competition()
    make_project(minh=minh, competition=competition)
    monkeypatch.setattr("programs.projects.actions.entries.entry_refusal", lambda *read, now: None)
    assert refused_with(lambda: make_project(minh=minh, competition=competition)) == "entered_already"
    assert Project.objects.count() == 1


@pytest.mark.parametrize(("grade", "rule_set", "code"), [("5A", "ideas", "wrong_grade"), ("7A", "khkt", "wrong_grade")])
def test_other_grades_are_refused(grade, rule_set, code):
    minh = make_minh(class_group=make_class(grade))
    assert refused_with(lambda: make_project(minh=minh, competition=make_competition(rules=rule_set))) == code


def test_without_a_class_of_this_year_it_is_refused():
    minh = make_pupil(with_account=True)
    assert refused_with(lambda: make_project(minh=minh)) == "no_class"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"state": CompetitionState.JUDGING}, "not_open"),
        ({"days_left": -0.001}, "too_late"),
        ({"opens_at": timezone.now() + timedelta(hours=1)}, "too_early"),
    ],
)
def test_only_the_servers_clock_opens_and_closes(fields, code):
    assert refused_with(lambda: make_project(competition=make_competition(**fields))) == code


def test_teachers_do_not_enter_in_a_pupils_name():
    minh = make_minh()
    teacher = make_coordinator(school=minh.school)
    minh.user = teacher
    with pytest.raises(PermissionDenied):
        make_project(minh=minh)


def test_the_school_must_be_working():
    minh = make_minh()
    minh.school.state = SchoolState.SUSPENDED
    minh.school.save()
    with pytest.raises(PermissionDenied):
        make_project(minh=minh)


def test_the_supervisor_is_from_the_pupils_own_school():
    assert refused_with(lambda: make_project(supervisor=make_outsider())) == "not_your_teacher"


# --- Writing ------------------------------------------------------------------------------------
def save(project: Project, *, read: dict | None = None, **typed) -> Project:
    """What the form of ``project`` sends, opened when the project was as in ``read``."""
    draft = read or project.draft
    words = {"title": draft["title"], "kind": draft["kind"], "summary": draft["summary"], **typed}
    rows = {"field": project.field, "supervisor": project.supervisor}
    return entries.save_draft(
        project_id=project.pk, by=project.created_by, version=version_of(draft), **{**rows, **words}
    )


def test_two_of_one_team_do_not_overwrite_each_other():
    project = make_project()
    read = project.draft
    save(project, title="Máy lọc nước mưa")
    assert refused_with(lambda: save(project, read=read, summary="Nước trong.")) == "changed_meanwhile"
    assert save(project, read=read, title="Máy lọc nước mưa").title == "Máy lọc nước mưa", "the same again"
    project.refresh_from_db()
    assert project.draft == {**read, "title": "Máy lọc nước mưa"}
    assert save(project, summary="Nước trong.").summary == "Nước trong."


# --- Submitting and freezing ---------------------------------------------------------------------
def test_what_is_missing_is_named():
    project = make_project(summary="", supervisor=None)
    assert refused_with(lambda: submit(project)) == "incomplete"
    assert [lack.code for lack in missing_in(project)] == [
        "summary", "supervisor", "document:photographs", "document:report", "statement",
    ]  # fmt: skip


def test_submitting_freezes_words_and_files_and_tells_the_teacher():
    project = submit(complete(make_project()))
    assert project.state == ProjectState.SUBMITTED
    message = Message.objects.filter(kind="project_submitted").first()
    assert message.recipient == project.supervisor
    assert project.supervisor.email == message.to_address
    hashes = history_of(project).get(action="project.submit").data["after"]["sha256"]
    sent = {"photographs-1": hashlib.sha256(jpeg()).hexdigest(), "report": hashlib.sha256(pdf()).hexdigest()}
    assert sorted(hashes) == [f"{code}:{sha256}" for code, sha256 in sent.items()]
    assert refused_with(lambda: attach(project, "report", pdf(pages=3))) == "frozen"
    assert refused_with(lambda: save(project, title="Khác")) == "frozen"
    kept = Submission.objects.get(project=project)
    assert {code: seal["sha256"] for code, seal in kept.seals["documents"].items()} == sent
    assert (kept.title, kept.number, kept.pressed_by) == (project.title, 1, project.created_by)


def test_a_double_click_submits_once():
    project = submit(complete(make_project()))
    assert refused_with(lambda: submit(project)) == "wrong_state"
    assert Message.objects.filter(kind="project_submitted").count() == 1


def test_after_the_deadline_nothing_is_taken():
    project = complete(make_project())
    Competition.objects.filter(pk=project.competition_id).update(closes_at=timezone.now() - timedelta(seconds=1))
    assert refused_with(lambda: submit(project)) == "too_late"
    assert refused_with(lambda: attach(project, "report", pdf())) == "too_late"


# --- The teacher's part --------------------------------------------------------------------------
def test_the_teacher_endorses_and_em_minh_reads_it_on_the_desk():
    project = submit(complete(make_project()))
    approve(project)
    project.refresh_from_db()
    assert project.state == ProjectState.ENDORSED
    message = Message.objects.filter(kind="project_endorsed", recipient=project.created_by).get()
    assert message.recipient == project.created_by
    assert message.to_address == ""


def test_a_returned_project_can_be_corrected_and_submitted_again():
    project = submit(complete(make_project()))
    give_back(project, "Thêm số liệu sau khi lọc.", by=project.supervisor)
    attach(project, "report", pdf(pages=3))
    project = submit(project)
    assert project.state == ProjectState.SUBMITTED
    assert project.return_reason == ""
    assert history_of(project).get(action="endorsement.return").reason.text == "Thêm số liệu sau khi lọc."
    assert Message.objects.filter(kind="project_submitted", recipient=project.supervisor).count() == 2


def test_withdrawing_ends_it_and_the_department_sees_it_no_more():
    project = submit(complete(make_project()))
    make_principal(school=project.school)
    officer, ward = make_officer(), make_ward_officer(ward=project.school.ward)
    assert project not in projects_visible_to(officer)
    approve(project)
    assert project in projects_visible_to(officer)
    assert project not in projects_visible_to(ward)
    decisions.withdraw_project(project_id=project.pk, by=project.created_by)
    assert project not in projects_visible_to(officer)
    assert project in projects_visible_to(project.created_by)
    assert refused_with(lambda: submit(project)) == "wrong_state"
    assert Message.objects.filter(kind="project_withdrawn", recipient=project.supervisor).exists()
