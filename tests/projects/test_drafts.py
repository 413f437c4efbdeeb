"""A draft saves itself field by field; what another device saved meanwhile is shown beside it, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.core.audit import history_of
from programs.core.versions import version_of
from programs.projects.models import Project
from tests.people import make_outsider, make_teacher
from tests.projects.make import complete, give_back, make_project, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def minh(project) -> Client:
    return on_a_phone(project)


def on_a_phone(project: Project) -> Client:
    phone = Client()
    phone.force_login(project.created_by)
    return phone


def save(phone: Client, project: Project, name: str, value, *, version: str = ""):
    version = version or version_of({name: Project.objects.get(pk=project.pk).draft[name]})
    url = reverse("project_field", args=[project.reference, name])
    return phone.post(url, {"value": value, "version": version})


def stored(project: Project, name: str):
    return Project.objects.get(pk=project.pk).draft[name]


def test_one_field_is_saved_and_the_page_reads_when(minh, project):
    answer = save(minh, project, "summary", "Nước giếng đục sau mưa. Chúng em lọc bằng than gáo dừa.").json()
    assert stored(project, "summary").endswith("than gáo dừa.")
    assert len(answer["saved_at"]) == len("14:32:10")
    again = save(minh, project, "summary", "Viết tiếp.", version=answer["version"])
    assert again.status_code == 200, "the answer carries the version of what was saved"
    fresh = Project.objects.get(pk=project.pk)
    assert again.json()["form_version"] == version_of(fresh.draft), "the button without the script still works"


def test_two_phones_in_different_fields_do_not_disturb_each_other(minh, project):
    versions = minh.get(reverse("project_edit", args=[project.reference])).context["versions"]
    other = on_a_phone(project)
    assert save(other, project, "title", "Máy lọc nước mưa", version=versions["title"]).status_code == 200
    assert save(minh, project, "summary", "Nước mưa sạch hơn.", version=versions["summary"]).status_code == 200
    assert (stored(project, "title"), stored(project, "summary")) == ("Máy lọc nước mưa", "Nước mưa sạch hơn.")


def test_in_the_same_field_the_second_reads_both_texts_and_chooses(minh, project):
    version = version_of({"title": project.title})
    save(on_a_phone(project), project, "title", "Máy lọc nước mưa", version=version)
    answer = save(minh, project, "title", "Máy lọc nước giếng", version=version)
    assert answer.status_code == 409
    found = answer.json()
    assert found["stored"] == "Máy lọc nước mưa" and found["errors"]
    assert stored(project, "title") == "Máy lọc nước mưa", "nothing is written over"
    save(minh, project, "title", "Máy lọc nước giếng", version=found["version"])
    assert stored(project, "title") == "Máy lọc nước giếng"


def test_a_wrong_value_is_said_in_words(minh, project):
    assert "errors" in save(minh, project, "title", "  ").json()
    stranger = make_outsider()
    refused = save(minh, project, "supervisor", stranger.pk)
    assert refused.status_code == 422 and refused.json()["errors"]
    assert save(minh, project, "supervisor", make_teacher("Cô Mai", school=project.school).pk).status_code == 200
    assert minh.post(reverse("project_field", args=[project.reference, "state"]), {"value": "x"}).status_code == 404


def test_while_a_pupil_goes_on_typing_the_log_keeps_one_row(minh, project):
    edits = history_of(project).filter(action="project.edit")
    for text in ("M", "Má", "Máy"):
        save(minh, project, "title", text)
    assert edits.count() == 1
    save(minh, project, "summary", "Khác.")
    assert edits.count() == 2
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        save(minh, project, "summary", "Khác nữa.")
    assert edits.count() == 3


def test_signed_out_nothing_is_saved_and_afterwards_it_is(minh, project):
    before, version = stored(project, "title"), version_of({"title": project.title})
    minh.logout()
    assert save(minh, project, "title", "Đã đăng xuất", version=version).status_code == 302
    assert stored(project, "title") == before
    minh.force_login(project.created_by)
    assert save(minh, project, "title", "Đã đăng nhập lại", version=version).status_code == 200


def test_strangers_and_the_teacher_write_nothing(project):
    for person, status in ((make_outsider(), 404), (project.supervisor, 403)):
        phone = Client()
        phone.force_login(person)
        assert save(phone, project, "title", "Của tôi").status_code == status
    assert stored(project, "title") == project.title


def test_after_closing_only_what_was_opened_is_saved(project):
    minh = on_a_phone(submit(complete(project)))
    assert save(minh, project, "title", "Muộn").status_code == 422
    give_back(project, "Em viết lại.", by=project.supervisor)
    with time_machine.travel(project.competition.closes_at + timedelta(seconds=1)):
        phone = on_a_phone(project)
        assert save(phone, project, "title", "Muộn").status_code == 422
        assert save(phone, project, "summary", "Viết lại theo góp ý.").status_code == 200
