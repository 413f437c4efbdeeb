"""Minh submits, a file arrives, Lan withdraws: at once. With the lock off it must go wrong, or it proves nothing."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from programs.core.audit import history_of
from programs.documents.queries import PURPOSE
from programs.notices.models import Message
from programs.projects.actions import decisions, submitting
from programs.projects.choices import ProjectState
from programs.projects.models import EntryPlace, EntryQuota, Project, Submission
from programs.uploads.actions import receiving
from programs.uploads.choices import UploadState
from programs.uploads.models import Upload
from tests.projects.make import attach, complete, document_of, join, jpeg, make_minh, make_project, pdf, state, submit
from tests.projects.test_team import with_rules
from tests.races.meanwhile import ON_POSTGRESQL, meanwhile, unlocked

pytestmark = ON_POSTGRESQL


@pytest.fixture
def project() -> Project:
    """Of Minh, in a competition with a quota for each school; it could be submitted."""
    return complete(make_project(competition=with_rules(per_school=3)))


@pytest.fixture
def arriving() -> Project:
    """Submitted while the report was under way, which has come now; nobody has looked yet."""
    project = make_project()
    attach(project, "photographs", jpeg())
    report = Upload.objects.create(
        owner=project.created_by,
        purpose=PURPOSE,
        target=document_of(project, "report").pk,
        name="Báo cáo.pdf",
        kinds="pdf",
        declared=10,
        expires_at=timezone.now() + timedelta(days=30),
    )
    assert submit(state(project)).state == ProjectState.ARRIVING
    attach(project, "report", pdf())
    Upload.objects.filter(pk=report.pk).update(state=UploadState.KEPT, offset=10)
    return project


def submitting_it(project: Project):
    return lambda: decisions.submit_project(project_id=project.pk, by=project.created_by).state


def withdrawing_it(project: Project, pupil=None):
    by = pupil.user if pupil else project.created_by
    return lambda: decisions.withdraw_project(project_id=project.pk, by=by).state


def settling_it(project: Project):
    return lambda: submitting.settle_submission(project_id=project.pk)


def lock_off(monkeypatch, *places: ModuleType) -> None:
    for place in places:
        monkeypatch.setattr(place, "locked_project", unlocked)


def is_free_of_it(project: Project) -> bool:
    """Nobody is bound by it, and it holds no place."""
    released = not project.members.filter(state="accepted").exists()
    counted = sum(EntryQuota.objects.values_list("taken", flat=True)) == EntryPlace.objects.count() == 0
    return released and counted


def state_of(project: Project) -> str:
    return Project.objects.get(pk=project.pk).state


# --- Submitting and withdrawing -------------------------------------------------------------------
def test_who_withdraws_while_it_is_submitted_withdraws_what_was_submitted(project, monkeypatch):
    pair = submitting_it(project), withdrawing_it(project)
    assert meanwhile(monkeypatch, decisions, "submission_refusal", *pair) == ["submitted", "withdrawn"]
    assert is_free_of_it(project)
    assert Submission.objects.count() == 1


def test_who_submits_while_it_is_withdrawn_is_told(project, monkeypatch):
    pair = withdrawing_it(project), submitting_it(project)
    assert meanwhile(monkeypatch, decisions, "withdrawal_refusal", *pair) == ["withdrawn", "wrong_state"]
    assert is_free_of_it(project)
    assert not Submission.objects.exists()


def test_without_the_lock_a_withdrawn_project_is_submitted(project, monkeypatch):
    """The negative control."""
    lock_off(monkeypatch, decisions)
    pair = submitting_it(project), withdrawing_it(project)
    assert meanwhile(monkeypatch, decisions, "submission_refusal", *pair) == ["submitted", "withdrawn"]
    assert state_of(project) == ProjectState.SUBMITTED, "of a team that was set free"
    assert not is_free_of_it(project)


# --- A file arrives and the project is withdrawn --------------------------------------------------
def test_what_is_withdrawn_while_its_file_arrives_asks_nobody(arriving, monkeypatch):
    pair = withdrawing_it(arriving), settling_it(arriving)
    assert meanwhile(monkeypatch, decisions, "withdrawal_refusal", *pair) == ["withdrawn", "False"]
    assert state_of(arriving) == ProjectState.WITHDRAWN and is_free_of_it(arriving)
    assert not Message.objects.filter(kind="project_submitted").exists()


def test_what_has_arrived_first_is_withdrawn_after(arriving, monkeypatch):
    pair = settling_it(arriving), withdrawing_it(arriving)
    assert meanwhile(monkeypatch, submitting, "missing_in", *pair) == ["True", "withdrawn"]
    assert state_of(arriving) == ProjectState.WITHDRAWN and is_free_of_it(arriving)


def test_without_the_lock_a_withdrawn_project_comes_back(arriving, monkeypatch):
    """The negative control."""
    lock_off(monkeypatch, decisions, submitting)
    pair = settling_it(arriving), withdrawing_it(arriving)
    assert meanwhile(monkeypatch, submitting, "missing_in", *pair) == ["True", "withdrawn"]
    assert state_of(arriving) == ProjectState.DRAFT, "of a team that was set free"


# --- Both agree to withdraw -----------------------------------------------------------------------
@pytest.fixture
def lan():
    return make_minh(full_name="Lê Thị Lan")


@pytest.fixture
def pair(project, lan):
    join(project, lan)
    return withdrawing_it(project), withdrawing_it(project, lan)


def times(project: Project, action: str) -> int:
    return history_of(project).filter(action=action).count()


def test_two_who_agree_at_once_withdraw_it_once(project, pair, monkeypatch):
    assert meanwhile(monkeypatch, decisions, "withdrawal_refusal", *pair) == ["draft", "withdrawn"]
    assert (times(project, "project.agree"), times(project, "project.withdraw")) == (1, 1)
    assert is_free_of_it(project)


def test_without_the_lock_each_waits_for_the_other(project, pair, monkeypatch):
    """The negative control."""
    lock_off(monkeypatch, decisions)
    assert meanwhile(monkeypatch, decisions, "withdrawal_refusal", *pair) == ["draft", "draft"]
    assert (times(project, "project.agree"), times(project, "project.withdraw")) == (2, 0)


# --- The deadline minute --------------------------------------------------------------------------
def test_minh_begins_a_file_while_lan_submits_and_neither_is_broken_off(lan, monkeypatch):
    """Lan's letter to Minh points at his account, on which his file holds a lock."""
    project = complete(join(make_project(), lan))
    target, minh = document_of(project, "report").pk, project.created_by

    def begin() -> str:
        about = {"purpose": PURPOSE, "target": target, "name": "a.pdf", "size": 1, "head_hash": ""}
        upload = receiving.begin_upload(by=minh, **about)
        return receiving.add_bytes(upload=upload, start=0, content=ContentFile(b"x"), by=minh).state

    def submit_it() -> str:
        return decisions.submit_project(project_id=project.pk, by=lan.user).state

    answers = meanwhile(monkeypatch, receiving, "terms_seen_by", begin, submit_it)
    assert answers == ["frozen", "submitted"]
