"""The deadline minute: Minh presses in time with a file under way; it comes in the grace, or it does not."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from programs.competitions.models import Competition
from programs.core.audit import history_of
from programs.core.refusals import Refused
from programs.documents.actions import remove_file
from programs.documents.models import ProjectFile
from programs.documents.queries import PURPOSE
from programs.notices.models import Message
from programs.projects.actions import entries
from programs.projects.actions.lapsing import keep_deadlines
from programs.projects.actions.submitting import settle_submission
from programs.projects.choices import ProjectState
from programs.projects.models import EntryPlace, Project, Submission
from programs.projects.queries.submissions import newest_submission, seals_of
from programs.projects.queries.waiting import projects_to_finish
from programs.uploads.choices import UploadState
from programs.uploads.models import Upload
from tests.projects.make import (
    attach,
    complete,
    document_of,
    give_back,
    jpeg,
    make_minh,
    make_project,
    pdf,
    state,
    submit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    """With a picture; the report is still to come."""
    project = make_project(minh=make_minh())
    attach(project, "photographs", jpeg())
    return state(project)


@pytest.fixture
def report(project) -> Upload:
    return Upload.objects.create(
        owner=project.created_by,
        purpose=PURPOSE,
        target=document_of(project, "report").pk,
        name="Báo cáo.pdf",
        kinds="pdf",
        declared=10,
        expires_at=timezone.now() + timedelta(days=30),
    )


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def closes(project: Project) -> datetime:
    return Competition.objects.get(pk=project.competition_id).closes_at


def stands_at(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def at(project: Project, **after) -> time_machine.travel:
    return stands_at(closes(project) + timedelta(**after))


def state_of(project: Project) -> str:
    return Project.objects.get(pk=project.pk).state


def last_byte(report: Upload) -> None:
    """It has come, and is being checked."""
    Upload.objects.filter(pk=report.pk).update(state=UploadState.SCANNING, offset=10, received_at=timezone.now())
    report.refresh_from_db()


def arrives(project: Project, report: Upload) -> None:
    """The report has come and passed the check."""
    attach(project, "report", pdf(), received_at=report.received_at, begun_at=report.created_at)
    Upload.objects.filter(pk=report.pk).update(state=UploadState.KEPT, offset=10)
    settle_submission(project_id=project.pk)


def fails(report: Upload) -> None:
    Upload.objects.filter(pk=report.pk).update(state=UploadState.REFUSED, offset=10, ended_at=timezone.now())


def refused_with(call):
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal


# --- What is written down -------------------------------------------------------------------------
def test_the_words_and_the_hashes_are_frozen_at_each_press():
    project = submit(complete(make_project()))
    first = Submission.objects.get()
    assert (first.number, first.title, first.summary) == (1, project.title, project.summary)
    assert first.complete_at == first.pressed_at and not first.used_grace
    hashes = {"photographs-1": sha256_of(jpeg()), "report": sha256_of(pdf())}
    assert {code: seal["sha256"] for code, seal in first.seals["documents"].items()} == hashes
    assert {seal.sha256 for seal in seals_of(first)} == set(hashes.values())
    give_back(project, "Em sửa tên.", by=project.supervisor)
    Project.objects.filter(pk=project.pk).update(title="Tên mới")
    submit(project)
    assert list(Submission.objects.values_list("number", "title")) == [(2, "Tên mới"), (1, first.title)]


# --- In the grace ---------------------------------------------------------------------------------
def test_pressed_in_time_the_file_comes_in_the_grace_and_is_marked(client, project, report):
    with at(project, seconds=-1):
        assert submit(project).state == ProjectState.ARRIVING
        assert not Message.objects.filter(kind="project_submitted").exists(), "nobody reads half a project"
        keep_deadlines()
    with at(project, minutes=29):
        keep_deadlines()
        assert state_of(project) == ProjectState.ARRIVING
        arrives(project, report)
    assert state_of(project) == ProjectState.SUBMITTED
    assert Message.objects.get(kind="project_submitted").recipient == project.supervisor
    submission = newest_submission(project)
    assert submission.used_grace
    assert {seal.label: seal.in_grace for seal in seals_of(submission)} == {
        "Hình ảnh dự án 1": False, "Thuyết minh dự án": True,
    }  # fmt: skip
    assert history_of(project).filter(action="project.arrive").exists()
    assert not settle_submission(project_id=project.pk), "again changes nothing"


def test_a_file_that_came_in_grace_stays_when_it_is_replaced_after_a_return(project, report):
    with at(project, seconds=-1):
        submit(project)
    with at(project, minutes=10):
        arrives(project, report)
        sent = ProjectFile.objects.get(document__slot__code="report")
        give_back(project, "Thêm số liệu.")
    until = timezone.now() + timedelta(days=60)
    Competition.objects.filter(pk=project.competition_id).update(closes_at=until)  # the organiser extends
    attach(project, "report", pdf(pages=3))
    sent.refresh_from_db()
    assert sent.superseded_at is not None, "the receipt names its hash, so it is kept"


def test_one_second_late_is_refused_in_words(project, report):
    with at(project, seconds=1):
        refusal = refused_with(lambda: submit(project))
    assert refusal.code == "too_late"
    assert f"{timezone.localtime(closes(project) + timedelta(seconds=1)):%H:%M:%S}" in refusal.message
    assert f"{timezone.localtime(closes(project)):%H:%M:%S, %d/%m/%Y}" in refusal.message
    assert state_of(project) == ProjectState.DRAFT
    assert not Submission.objects.exists()


def test_a_file_that_is_refused_before_closing_brings_the_project_back(project, report):
    with at(project, minutes=-10):
        submit(project)
        fails(report)
        keep_deadlines()
        assert state_of(project) == ProjectState.DRAFT
        letter = Message.objects.filter(kind="project_incomplete").first()
        assert "Thuyết minh dự án" in letter.body_text and "được mở lại" in letter.body_text
        attach(project, "report", pdf())
        assert submit(project).state == ProjectState.SUBMITTED
    assert newest_submission(project).number == 2


def test_a_file_whose_last_byte_came_in_grace_counts_though_its_check_ends_later(project, report):
    with at(project, seconds=-1):
        submit(project)
    with at(project, minutes=29):
        last_byte(report)
    with at(project, minutes=40):
        keep_deadlines()
        assert state_of(project) == ProjectState.ARRIVING, "it is here, and only being checked"
        arrives(project, report)
    submission = newest_submission(project)
    assert state_of(project) == ProjectState.SUBMITTED and submission.used_grace
    assert submission.arrived_at == closes(project) + timedelta(minutes=29)


def test_a_file_whose_last_byte_came_in_time_is_not_marked_though_its_check_ends_in_the_grace(project, report):
    with at(project, seconds=-2):
        last_byte(report)
    with at(project, seconds=-1):
        submit(project)
    with at(project, minutes=5):
        arrives(project, report)
    submission = newest_submission(project)
    assert state_of(project) == ProjectState.SUBMITTED and not submission.used_grace
    assert not any(seal.in_grace for seal in seals_of(submission))


def test_a_check_that_does_not_end_holds_nobody_up_for_ever_and_comes_in_at_no_later_time(project, report):
    attach(project, "report", pdf())
    with at(project, seconds=-1):
        submit(project)
        last_byte(report)
    with at(project, minutes=89):
        keep_deadlines()
        assert state_of(project) == ProjectState.ARRIVING
    with at(project, minutes=90):
        keep_deadlines()
        assert state_of(project) == ProjectState.SUBMITTED
        assert newest_submission(project).left_out == 1
    give_back(project, "Em viết lại.", by=project.supervisor)
    assert refused_with(lambda: arrives(project, report)).code == "left_out"
    remove_file(file_id=ProjectFile.objects.get(document__slot__code="report").pk, by=project.created_by)
    assert refused_with(lambda: submit(project)).code == "incomplete", "and it stands in for nothing that is missing"
    attach(project, "report", pdf())
    submit(project)
    assert state_of(project) == ProjectState.SUBMITTED, "what was left out is waited for no more"


def test_when_the_grace_is_over_a_draft_without_its_report_is_out(project, report):
    with at(project, seconds=-1):
        submit(project)
    with at(project, minutes=30):
        keep_deadlines()
        assert state_of(project) == ProjectState.DRAFT
        assert refused_with(lambda: submit(project)).code == "too_late"
    assert "không được tính" in Message.objects.filter(kind="project_incomplete").first().body_text
    assert not EntryPlace.objects.filter(project=project).exists()


def test_when_the_grace_is_over_what_is_whole_goes_on_without_the_late_file(project, report):
    attach(project, "report", pdf())
    with at(project, seconds=-1):
        assert submit(project).state == ProjectState.ARRIVING
    with at(project, minutes=30):
        keep_deadlines()
    assert state_of(project) == ProjectState.SUBMITTED
    assert newest_submission(project).left_out == 1


# --- Returned -------------------------------------------------------------------------------------
def returned(project: Project) -> Project:
    submit(complete(project))
    return give_back(project, "Em viết lại.", by=project.supervisor)


def words(project: Project, **changed) -> dict:
    from programs.core.versions import version_of

    project = Project.objects.select_related("field", "supervisor").get(pk=project.pk)
    names = {"field": project.field, "supervisor": project.supervisor}
    return {**project.draft, **names, "version": version_of(project.draft), **changed}


def test_returned_before_closing_everything_is_open_afterwards_only_what_the_rules_open(client, project):
    returned(project)
    minh, draft = project.created_by, {"project_id": project.pk, "by": project.created_by}
    entries.save_draft(**draft, **words(project, title="Tên mới"))
    with at(project, seconds=1):
        assert refused_with(lambda: entries.save_draft(**draft, **words(project, title="Muộn"))).code == "not_opened"
        entries.save_draft(**draft, **words(project, summary="Viết lại theo góp ý."))
        assert list(projects_to_finish(minh, now=timezone.now())) == [project], "it waits on the desk of Minh"
        client.force_login(minh)
        form = client.get(reverse("project_edit", args=[project.reference])).context["form"]
        assert {name for name, field in form.fields.items() if not field.disabled} == {"summary", "version"}
        assert submit(project).state == ProjectState.SUBMITTED


# --- Not approved in time -------------------------------------------------------------------------
def test_everybody_is_warned_the_working_day_before_and_then_it_lapses():
    monday = timezone.make_aware(datetime(2027, 3, 8, 17))
    with stands_at(monday - timedelta(days=3)):
        project = submit(complete(make_project()))
        Competition.objects.filter(pk=project.competition_id).update(closes_at=monday)
    concerned = {project.created_by, project.supervisor}
    with stands_at(monday + timedelta(days=1)):
        keep_deadlines()
        assert not Message.objects.filter(kind="project_lapses_soon").exists()
    with stands_at(monday + timedelta(days=2)):
        keep_deadlines()
        keep_deadlines()
        letters = Message.objects.filter(kind="project_lapses_soon")
        assert {letter.recipient for letter in letters} == concerned and letters.count() == 2
        assert "17:00:00, 11/03/2027" in letters[0].body_text
    with stands_at(monday + timedelta(days=3, seconds=-1)):
        keep_deadlines()
        assert state_of(project) == ProjectState.SUBMITTED
    with stands_at(monday + timedelta(days=3)):
        assert keep_deadlines()["lapsed"] == 1
        assert keep_deadlines()["lapsed"] == 0
    assert state_of(project) == ProjectState.LAPSED
    assert {letter.recipient for letter in Message.objects.filter(kind="project_lapsed")} == concerned
    assert project.members.get().state == "released"
    assert history_of(project).get(action="project.lapse").user is None
