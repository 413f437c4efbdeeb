"""The last minute before the deadline and the first after it, on the pages that em Minh has open."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from programs.competitions.models import Competition
from programs.core.dates import short_moment
from programs.documents.queries import PURPOSE
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from programs.uploads.models import Upload
from tests.people import make_pupil
from tests.projects.make import attach, complete, document_of, join, jpeg, make_competition, make_project, state, submit
from tests.projects.test_pages import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    """With a picture; the report is under way."""
    project = make_project(competition=make_competition(days_left=0.004))  # about six minutes
    attach(project, "photographs", jpeg())
    Upload.objects.create(
        owner=project.created_by, purpose=PURPOSE, target=document_of(project, "report").pk, name="Báo cáo.pdf",
        kinds="pdf", declared=10, expires_at=timezone.now() + timedelta(days=30),
    )  # fmt: skip
    return state(project)


def at(project: Project, **after) -> time_machine.travel:
    return time_machine.travel(project.competition.closes_at + timedelta(**after), tick=False)


def read(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_file_under_way_holds_nobody_up(client, project):
    client.force_login(project.created_by)
    writing = read(client, page("project_edit", project))
    assert f'href="{page("project_submit", project)}"' in writing
    assert "Đang gửi:" in writing
    asking = read(client, page("project_submit", project))
    assert "Không cần chờ gửi xong" in asking
    with at(project, seconds=-1):
        client.post(page("project_submit", project))
    assert Project.objects.get(pk=project.pk).state == ProjectState.ARRIVING


def test_an_upload_ends_by_itself_long_before_the_grace_does(client, project):
    """Sent 20 days before the deadline: the upload has its own seven days, and every page says those."""
    Competition.objects.update(closes_at=timezone.now() + timedelta(days=20))
    ends = timezone.now() + timedelta(days=7)
    Upload.objects.update(expires_at=ends)
    client.force_login(project.created_by)
    assert client.get(page("project_submit", project)).context["files_until"] == ends
    submit(Project.objects.get(pk=project.pk))
    assert client.get(page("project_document", project, "report")).context["arrives_until"] == ends
    assert f"còn được nhận đến {short_moment(ends)}" in read(client, page("project_detail", project))


def test_in_the_grace_the_sender_goes_on_and_nobody_begins_anew(client, project):
    teammate = make_pupil(class_group=project.created_by.pupil.enrolments.get().class_group, with_account=True)
    join(project, teammate)
    state(project)
    submit(project)
    with at(project, minutes=5):
        client.force_login(project.created_by)
        mine = read(client, page("project_document", project, "report"))
        assert "Dự án đã nộp đúng hạn" in mine
        assert "data-upload " in mine
        assert "data-upload " not in read(client, page("project_document", project, "photographs"))
        target = document_of(project, "report").pk
        assert client.get(reverse("upload_send", args=[PURPOSE, target])).status_code == 409
        assert "còn được nhận đến" in read(client, page("project_detail", project))
        client.force_login(teammate.user)
        hers = read(client, page("project_document", project, "report"))
        assert "Dự án đã nộp đúng hạn" in hers
        assert "data-upload " not in hers


def test_after_the_deadline_the_draft_is_read_and_what_was_typed_stays_in_sight(client):
    project = complete(make_project(competition=make_competition(days_left=0.004)))
    client.force_login(project.created_by)
    with at(project, seconds=-30):
        form = client.get(page("project_edit", project)).context["form"]
        typed = {name: form[name].value() or "" for name in form.fields} | {"summary": "Câu gõ vào phút cuối."}
    with at(project, seconds=1):
        late = client.post(page("project_edit", project), typed).content.decode()
        assert "Câu gõ vào phút cuối." in late
        assert "máy chủ nhận được lúc" in late
        assert "Hiện không nộp được" in late
        assert page("project_submit", project) not in late
        for name in ("project_edit", "project_submit"):
            assert client.get(page(name, project)).url == page("project_detail", project)
        pressed = client.post(page("project_submit", project)).content.decode()
        assert "máy chủ nhận được lúc" in pressed
        assert "dự án chưa nộp nên không được dự thi" in pressed, "and what becomes of it"
        assert '<button class="btn" type="submit"' not in pressed
        shown = read(client, page("project_detail", project))
        assert "dự án chưa nộp nên không được dự thi" in shown
        assert page("project_edit", project) not in shown
        client.force_login(project.supervisor)
        assert "Dự án không được nộp đúng hạn" in read(client, page("project_detail", project))
