"""A team fills the documents that its rules ask for (CASES U11, U12, U14, U15 for projects)."""

from __future__ import annotations

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse

from programs.core.refusals import Refused
from programs.core.worker import run_due_jobs
from programs.documents import actions
from programs.documents.models import ProjectFile
from programs.documents.queries import PURPOSE, current_files, earlier_files
from programs.projects.models import Project
from programs.projects.queries.contents import missing_in
from programs.uploads.choices import MEGABYTE, UploadState
from programs.uploads.models import Upload
from tests.people import make_class, make_officer, make_outsider, make_pupil, make_school
from tests.projects.make import (
    answer,
    attach,
    complete,
    document_of,
    give_back,
    join,
    jpeg,
    jpeg_with_place,
    make_competition,
    make_minh,
    make_project,
    pdf,
    submit,
)
from tests.uploads.tus import Sender

pytestmark = pytest.mark.django_db


def refused_with(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal.code


def signed_in(person) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def lacking(project: Project) -> set[str]:
    return {lack.code for lack in missing_in(project)}


def in_challenge() -> Project:
    """The open challenge takes grades from upper secondary on, and names no fields."""
    competition = make_competition(rules="thu-thach-mo")
    return make_project(minh=make_minh(class_group=make_class("10A1")), competition=competition, field=None)


# --- What is asked --------------------------------------------------------------------------------
def test_a_conditional_document_is_asked_for_only_after_a_yes():
    project = make_project(competition=make_competition(rules="khkt"))
    assert "answer:risk" in lacking(project)
    answer(project, "risk", wanted=False)
    assert not {"answer:risk", "document:risk"} & lacking(project)
    answer(project, "risk", wanted=True)
    assert "document:risk" in lacking(project)
    attach(project, "risk", pdf())
    assert "document:risk" not in lacking(project)


def test_a_report_of_sixteen_pages_is_refused_with_the_rule_and_its_source():
    project = make_project(competition=make_competition(rules="khkt"))
    with pytest.raises(Refused) as refused:
        attach(project, "report", pdf(pages=16))
    assert refused.value.refusal.code == "too_many_pages"
    assert "15" in refused.value.refusal.message and "06/2024" in refused.value.refusal.message
    assert attach(project, "report", pdf(pages=15)).pages == 15


def test_several_photographs_have_their_places_and_one_too_many_is_said():
    project = make_project()
    places = [attach(project, "photographs", jpeg((300 + number, 300))).place for number in range(3)]
    assert places == [1, 2, 3]
    assert refused_with(lambda: attach(project, "photographs", jpeg())) == "full"
    actions.remove_file(file_id=current_files(project).get(place=2).pk, by=project.created_by)
    assert attach(project, "photographs", jpeg()).place == 2


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "http://youtube.com/watch?v=1", "https://169.254.169.254/latest", "https://bit.ly/3xyz",
     "https://youtube.com@evil.example/", "https://youtube.com:8443/", "https://evil-youtube.com/"],
)  # fmt: skip
def test_u15_only_links_to_known_hosts_are_taken_and_none_is_opened(link):
    project = in_challenge()
    document = document_of(project, "demo")
    refused = refused_with(lambda: actions.set_link(document_id=document.pk, link=link, by=project.created_by))
    assert refused == "strange_link"
    assert not ProjectFile.objects.exists()


def test_a_link_is_shown_harmless(client):
    project = in_challenge()
    document = document_of(project, "demo")
    actions.set_link(document_id=document.pk, link="https://youtu.be/abc", by=project.created_by)
    client.force_login(project.created_by)
    body = client.get(reverse("project_documents", args=[project.reference])).content.decode()
    assert 'href="https://youtu.be/abc" rel="noopener noreferrer nofollow"' in body


# --- Through the front door -----------------------------------------------------------------------
def test_a_photograph_is_sent_in_pieces_and_is_a_tile_without_its_place(settings, django_capture_on_commit_callbacks):
    settings.CLAMAV_URL = ""
    project = make_project()
    browser = signed_in(project.created_by)
    page = reverse("project_document", args=[project.reference, "photographs"])
    assert browser.get(page).context["terms"]
    sender = Sender(browser)
    target = document_of(project, "photographs").pk
    with django_capture_on_commit_callbacks(execute=True):
        data = jpeg_with_place()
        url = sender.begin(len(data), purpose=PURPOSE, target=target, name="IMG_0001.JPG")
        sender.patch(url, data)
    run_due_jobs()
    assert Upload.objects.get().state == UploadState.KEPT
    kept = current_files(project).get()
    with storages["private"].open(kept.storage_key) as file:
        assert b"Exif" not in file.read(4000)
    assert kept.name in browser.get(page).content.decode()


def test_u11_a_file_is_read_behind_the_gate_alone():
    project = submit(complete(make_project()))
    file = current_files(project).filter(kind="pdf").get()
    url = reverse("project_file", args=[file.pk])
    part = signed_in(project.supervisor).get(url, headers={"Range": "bytes=0-4"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"%PDF-")
    assert part["Content-Disposition"].startswith("attachment") and "sandbox" in part["Content-Security-Policy"]
    assert signed_in(project.created_by).head(url).status_code == 200
    classmate = make_pupil("Lê Lan", school=project.school, with_account=True).user
    for person in (make_outsider(), classmate):
        assert signed_in(person).get(url).status_code == 404
        assert signed_in(person).post(reverse("document_remove", args=[file.pk])).status_code == 404
    assert Client().get(url).status_code == 302
    assert signed_in(project.supervisor).post(reverse("document_remove", args=[file.pk])).status_code == 403
    Project.objects.filter(pk=project.pk).update(state="withdrawn")
    assert signed_in(make_officer()).get(url).status_code == 404


def test_u12_a_full_space_names_whose_it_is(settings):
    settings.PROJECT_SPACE_MB = 1
    project = make_project()
    sender = Sender(signed_in(project.created_by))
    target = document_of(project, "report").pk
    answered = sender.create(2 * 1024 * 1024, purpose=PURPOSE, target=target, name="a.pdf")
    assert answered.status_code in (409, 413, 422) and "dự án này" in answered.content.decode()
    assert not Upload.objects.exists()


def begin(browser: Client, project: Project, megabytes: int = 2):
    return Sender(browser).create(
        megabytes * MEGABYTE, purpose=PURPOSE, target=document_of(project, "report").pk, name="a.pdf"
    )


def test_u12_an_account_has_one_space_for_all_its_projects(settings):
    settings.ACCOUNT_SPACE_MB = 3
    minh, lan = make_minh(), make_minh(full_name="Lê Thị Lan")
    first, second = make_project(minh=minh), join(make_project(minh=minh), lan)
    browser = signed_in(minh.user)
    sent = begin(browser, first)
    assert sent.status_code == 201
    refused = begin(browser, second)
    assert (refused.status_code, "tài khoản này" in refused.content.decode()) == (413, True)
    assert begin(signed_in(lan.user), second).status_code == 201, "a teammate sends it with space of her own"
    Sender(browser).delete(sent["Location"])
    assert begin(browser, second).status_code == 201, "what is dropped takes no space"


def test_u12_what_was_kept_takes_the_space_of_its_account(settings):
    settings.ACCOUNT_SPACE_MB = 3
    project = make_project()
    kept = attach(project, "report", pdf())
    ProjectFile.objects.filter(pk=kept.pk).update(size=2 * MEGABYTE)
    assert begin(signed_in(project.created_by), project).status_code == 413


def test_u12_a_school_has_one_space_for_all_its_teams(settings):
    settings.SCHOOL_SPACE_MB = 3
    minh, lan = make_minh(), make_minh(full_name="Lê Thị Lan")
    cuc = make_minh(full_name="Võ Cúc", class_group=make_class("8A1", school=make_school("Trường THCS Phú Lợi")))
    assert begin(signed_in(minh.user), make_project(minh=minh)).status_code == 201
    refused = begin(signed_in(lan.user), project := make_project(minh=lan))
    assert (refused.status_code, "nhà trường" in refused.content.decode()) == (413, True)
    assert begin(signed_in(lan.user), project, megabytes=1).status_code == 201, "what still fits"
    assert begin(signed_in(cuc.user), make_project(minh=cuc)).status_code == 201, "another school has its own"


# --- Frozen ---------------------------------------------------------------------------------------
def test_u14_what_was_submitted_stays_when_it_is_replaced_after_a_return(client):
    project = submit(complete(make_project()))
    first = current_files(project).get(kind="pdf")
    assert refused_with(lambda: attach(project, "report", pdf(pages=3))) == "frozen"
    assert refused_with(lambda: actions.remove_file(file_id=first.pk, by=project.created_by)) == "frozen"
    give_back(project, "Thêm số liệu.")
    second = attach(project, "report", pdf(pages=3))
    assert [file.pk for file in earlier_files(document_of(project, "report"))] == [first.pk]
    client.force_login(project.supervisor)
    read = client.get(reverse("project_document", args=[project.reference, "report"])).content.decode()
    assert "Các bản cũ đã từng nộp" in read and reverse("project_file", args=[first.pk]) in read
    assert (second.version, storages["private"].exists(first.storage_key)) == (2, True)


def test_what_was_never_submitted_leaves_the_storage(django_capture_on_commit_callbacks):
    project = make_project()
    old = attach(project, "report", pdf())
    with django_capture_on_commit_callbacks(execute=True):
        attach(project, "report", pdf(pages=3))
    assert not storages["private"].exists(old.storage_key)
    assert current_files(project).count() == 1
