"""The organiser opens a part of an entry; what is not submitted again by the end is as it was."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from programs.core.refusals import Refused
from programs.documents.queries import PURPOSE, current_files
from programs.notices.models import Message
from programs.projects.actions.lapsing import keep_deadlines
from programs.projects.actions.reopening import reopen_project
from programs.projects.choices import ProjectState
from programs.projects.models import Project, Reopening
from programs.projects.pdf import Words, render
from programs.uploads.actions.receiving import begin_upload, drop_upload
from tests.people import make_officer, make_principal
from tests.projects.make import approve, attach, complete, document_of, give_back, make_project, pdf, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return approve(submit(complete(make_project())))


@pytest.fixture
def nam():
    return make_officer("Phan Hoàng Nam")


def reopen(project: Project, nam, scope: list[str], hours: int = 48) -> Project:
    until = timezone.now() + timedelta(hours=hours)
    return reopen_project(project_id=project.pk, reason="Báo cáo thiếu trang 3.", scope=scope, ends_at=until, by=nam)


def refused_with(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal.code


def state_of(project: Project) -> str:
    return Project.objects.get(pk=project.pk).state


def test_only_the_opened_part_changes_and_everybody_is_asked_again(project, nam):
    reopen(project, nam, ["report"])
    assert state_of(project) == ProjectState.RETURNED
    assert "Báo cáo thiếu trang 3." in Message.objects.filter(kind="project_reopened").first().body_text
    assert refused_with(lambda: attach(project, "photographs", pdf())) == "not_opened"
    attach(project, "report", pdf(pages=3))
    assert submit(project).state == ProjectState.SUBMITTED
    assert Reopening.objects.get().ended_how == "submitted"
    assert approve(project).state == ProjectState.ENDORSED


def test_at_its_end_words_files_and_state_are_as_they_were(project, nam):
    before = list(current_files(project).values_list("pk", flat=True))
    reopen(project, nam, ["report", "title"])
    attach(project, "report", pdf(pages=3))
    Project.objects.filter(pk=project.pk).update(title="Tên khác")
    with time_machine.travel(timezone.now() + timedelta(hours=49)):
        assert keep_deadlines()["closed"] == 1
        assert keep_deadlines()["closed"] == 0
    fresh = Project.objects.get(pk=project.pk)
    assert (fresh.state, fresh.title) == (ProjectState.ENDORSED, project.title)
    assert list(current_files(project).values_list("pk", flat=True)) == before
    assert Message.objects.filter(kind="project_restored").exists()


def test_a_project_that_lapsed_is_put_before_its_approvers_again(nam):
    project = submit(complete(make_project()))
    with time_machine.travel(project.competition.closes_at + timedelta(days=10)):
        keep_deadlines()
        assert state_of(project) == ProjectState.LAPSED
        reopen(project, nam, [])
        assert state_of(project) == ProjectState.SUBMITTED
        assert project.members.get().state == "accepted"
        assert approve(project).state == ProjectState.ENDORSED


def test_who_returned_it_may_approve_when_it_is_put_before_them_again(nam):
    project = submit(complete(make_project()))
    give_back(project, "Em viết lại.")
    with time_machine.travel(project.competition.closes_at + timedelta(days=10)):
        keep_deadlines()
        assert reopen(project, nam, []).state == ProjectState.SUBMITTED
        assert approve(project).state == ProjectState.ENDORSED


def test_what_was_opened_is_open_again_when_the_submission_did_not_become_whole(project, nam):
    reopen(project, nam, ["report"])
    report = document_of(project, "report").pk
    about = {"purpose": PURPOSE, "target": report, "name": "a.pdf", "size": 1, "head_hash": ""}
    upload = begin_upload(by=project.created_by, **about)
    assert submit(project).state == ProjectState.ARRIVING
    drop_upload(upload_id=upload.pk, by=project.created_by)
    keep_deadlines()
    assert state_of(project) == ProjectState.RETURNED
    assert refused_with(lambda: attach(project, "photographs", pdf())) == "not_opened"
    with time_machine.travel(timezone.now() + timedelta(hours=49)):
        keep_deadlines()
    assert state_of(project) == ProjectState.ENDORSED, "and ends as it would have ended"


def test_nobody_else_opens_and_nothing_without_a_part(client, project, nam):
    with pytest.raises(PermissionDenied):
        reopen(project, project.supervisor, ["report"])
    assert refused_with(lambda: reopen(project, nam, [])) == "nothing_opened"
    assert refused_with(lambda: reopen(project, nam, ["report"], hours=-1)) == "ends_too_early"
    client.force_login(project.created_by)
    assert client.get(reverse("project_reopen", args=[project.reference])).status_code == 403


def test_the_page_says_who_asks_for_a_correction_and_what_is_open(client, project, nam):
    client.force_login(project.created_by)
    addresses = [reverse(name, args=[project.reference]) for name in ("project_detail", "project_edit")]
    reopen(project, nam, ["report", "title"])
    for address in addresses:
        shown = client.get(address).content.decode()
        assert "Ban tổ chức mở lại dự án để sửa" in shown
        assert "Báo cáo thiếu trang 3." in shown
        assert "Tên dự án" in shown.split("Được sửa đến")[1].split("</p>")[0]
    submit(project)
    principal = make_principal("Phạm Ngọc Yến", school=project.school)
    give_back(project, "Ghi rõ nguồn ảnh.", by=principal, kind="school")
    for address in addresses:
        shown = client.get(address).content.decode()
        assert "(Nhà trường) yêu cầu sửa" in shown
        assert "Ban tổ chức mở lại" not in shown
    shown = client.get(addresses[0]).content.decode()
    assert "Người hướng dẫn: quyết định sau khi dự án được nộp lại" in shown, "nobody is waited for meanwhile"


def test_a_receipt_of_many_pages_parts_no_document_from_its_hash():
    documents = [(f"Hình ảnh dự án {number}", "Nhận lúc 8:00", f"SHA-256 {number:064}") for number in range(1, 41)]
    words = Words("vi", "STEM", "Giấy biên nhận", "DA-2345", [("Dự án", "Máy lọc nước " * 15)], "Đã nộp", documents, "")
    pages = [page.extract_text() for page in PdfReader(BytesIO(render(words))).pages]
    assert [f"DA-2345 · {number}/{len(pages)}" in page for number, page in enumerate(pages, 1)] == [True] * len(pages)
    for name, _came, digest in documents:
        assert [f"{name}\n" in page for page in pages] == [digest in page for page in pages]


def test_the_receipt_is_a_page_and_a_pdf(client, project):
    client.force_login(project.created_by)
    page = client.get(reverse("project_receipt", args=[project.reference])).content.decode()
    assert "SHA-256" in page and project.reference in page
    answer = client.get(reverse("project_receipt_pdf", args=[project.reference]))
    assert answer.content.startswith(b"%PDF") and answer["Content-Type"] == "application/pdf"
    assert project.reference in PdfReader(BytesIO(answer.content)).pages[0].extract_text()
