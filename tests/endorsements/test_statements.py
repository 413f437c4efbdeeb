"""Each member, and the mentor, states that the work is honest, in the text that was on the page."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from programs.core.refusals import Refused
from programs.endorsements import actions, words
from programs.endorsements.models import Statement
from programs.endorsements.queries import must_state
from programs.projects.queries.contents import missing_in
from tests.people import make_outsider
from tests.projects.make import approve, complete, join, make_minh, make_project, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan():
    return make_minh(full_name="Lê Thị Lan")


@pytest.fixture
def project(lan):
    return join(make_project(), lan)


def lacking(project) -> list[str]:
    return [lack.words for lack in missing_in(project) if lack.code == "statement"]


def test_each_member_states_and_nobody_for_another(client, project, lan):
    assert len(lacking(project)) == 2
    url = reverse("project_statement", args=[project.reference])
    client.force_login(lan.user)
    text = client.get(url).content.decode()
    assert "Không ai làm thay" in text
    assert client.post(url, {"text_version": 1}).context["form"].errors["agreed"], "never ticked beforehand"
    assert not Statement.objects.exists()
    client.post(url, {"text_version": 1, "agreed": "on"})
    assert [person.full_name for person in must_state(project)] == [project.created_by.full_name]
    assert Statement.objects.get().person == lan.user
    assert "Đã cam kết lúc" in client.get(url).content.decode()
    client.force_login(make_outsider())
    assert client.get(url).status_code == 404
    with pytest.raises(PermissionDenied):
        actions.state_honesty(project_id=project.pk, text_version=1, by=project.supervisor)


def test_another_text_than_the_one_that_was_read_is_not_stated(project, lan):
    with pytest.raises(Refused) as refused:
        actions.state_honesty(project_id=project.pk, text_version=99, by=lan.user)
    assert refused.value.refusal.code == "other_text"
    assert not Statement.objects.exists()


def test_the_mentor_states_with_the_approval(project):
    submitted = submit(complete(project))
    approve(submitted, "mentor")
    said = Statement.objects.get(part="mentor")
    assert (said.person, said.text_version) == (project.supervisor, words.newest_text("mentor").version)


def test_every_text_is_there_in_both_languages():
    for part in ("member", "mentor"):
        text = words.newest_text(part)
        assert len(text.vi.strip().splitlines()) == len(text.en.strip().splitlines()) >= 3
        assert words.text_of(part, 1).version == 1
