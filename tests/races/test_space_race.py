"""Two files at once that together would pass a limit of space: one of them is begun. With the lock off, both are."""

from __future__ import annotations

import pytest

from programs.documents import hooks
from programs.documents.queries import PURPOSE, bytes_of_school
from programs.projects.models import Project
from programs.pupils.models import Pupil
from programs.uploads.actions import receiving
from programs.uploads.choices import MEGABYTE
from tests.people import make_class, make_school
from tests.projects.make import document_of, join, make_minh, make_project
from tests.races.meanwhile import ON_POSTGRESQL, meanwhile

pytestmark = ON_POSTGRESQL
SPACE, SIZE = 3, 2 * MEGABYTE


@pytest.fixture
def minh() -> Pupil:
    return make_minh()


@pytest.fixture
def lan(minh) -> Pupil:
    """Of the same school."""
    return make_minh(full_name="Lê Thị Lan", class_group=make_class("8A9", school=minh.school))


def begins(project: Project, pupil: Pupil):
    target = document_of(project, "report").pk
    about = {"purpose": PURPOSE, "target": target, "name": "Báo cáo.pdf", "size": SIZE, "head_hash": ""}
    return lambda: receiving.begin_upload(by=pupil.user, **about).state


def at_once(monkeypatch, *pair) -> list[str]:
    """The second begins when the first has been told that there is room."""
    return meanwhile(monkeypatch, receiving, "begin_refusal", *pair)


def test_two_of_a_team_do_not_pass_the_space_of_their_project(minh, lan, settings, monkeypatch):
    settings.PROJECT_SPACE_MB = SPACE
    project = join(make_project(minh=minh), lan)
    assert at_once(monkeypatch, begins(project, minh), begins(project, lan)) == ["receiving", "quota"]


def test_two_tabs_do_not_pass_the_space_of_an_account(minh, settings, monkeypatch):
    settings.ACCOUNT_SPACE_MB = SPACE
    pair = [begins(make_project(minh=minh), minh) for _competition in range(2)]
    assert at_once(monkeypatch, *pair) == ["receiving", "quota"]


def test_two_teams_do_not_pass_the_space_of_their_school(minh, lan, settings, monkeypatch):
    settings.SCHOOL_SPACE_MB = SPACE
    pair = [begins(make_project(minh=pupil), pupil) for pupil in (minh, lan)]
    assert at_once(monkeypatch, *pair) == ["receiving", "quota"]
    assert bytes_of_school(minh.school) == SIZE


def test_without_the_line_two_teams_pass_it(minh, lan, settings, monkeypatch):
    """The negative control."""
    settings.SCHOOL_SPACE_MB = SPACE
    monkeypatch.setattr(hooks, "in_line", lambda *_place: None)
    pair = [begins(make_project(minh=pupil), pupil) for pupil in (minh, lan)]
    assert at_once(monkeypatch, *pair) == ["receiving", "receiving"]
    assert bytes_of_school(minh.school) > SPACE * MEGABYTE


def test_schools_do_not_wait_for_each_other(minh, settings, monkeypatch):
    settings.SCHOOL_SPACE_MB = SPACE
    cuc = make_minh(full_name="Võ Cúc", class_group=make_class("8A1", school=make_school("Trường THCS Phú Lợi")))
    pair = [begins(make_project(minh=pupil), pupil) for pupil in (minh, cuc)]
    assert at_once(monkeypatch, *pair) == ["receiving", "receiving"]
