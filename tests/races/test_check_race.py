"""Two officers check an entry at once: one finding counts, and the other officer reads it first."""

from __future__ import annotations

import pytest

from programs.entries import actions
from programs.entries.models import Check
from programs.notices.models import Message
from programs.projects.models import Project
from tests.people import make_officer
from tests.projects.make import approve, complete, make_project, submit
from tests.races.meanwhile import ON_POSTGRESQL, meanwhile, unlocked

pytestmark = ON_POSTGRESQL


@pytest.fixture
def entry() -> Project:
    return approve(submit(complete(make_project())))


@pytest.fixture
def officers() -> list:
    return [make_officer("Phan Hoàng Nam"), make_officer("Lý Thị Hoa")]


def finds(entry: Project, found: str, officer):
    about = {"project_id": entry.pk, "found": found, "reason": "Nhật kí dự án.", "seen": 0}
    return lambda: actions.check_entry(by=officer, **about).state


def told(kind: str) -> bool:
    return Message.objects.filter(kind=kind).exists()


@pytest.mark.parametrize("second", ["eligible", "ineligible"])
def test_the_second_reads_what_the_first_found(entry, officers, monkeypatch, second):
    nam, hoa = officers
    pair = finds(entry, "eligible", nam), finds(entry, second, hoa)
    assert meanwhile(monkeypatch, actions, "check_refusal", *pair) == ["eligible", "other_finding"]
    assert list(Check.objects.values_list("found", "by")) == [("eligible", nam.pk)]
    assert told("entry_eligible") and not told("entry_ineligible")


def test_without_the_lock_the_team_reads_both(entry, officers, monkeypatch):
    """The negative control."""
    nam, hoa = officers
    monkeypatch.setattr(actions, "locked_project", unlocked)
    pair = finds(entry, "eligible", nam), finds(entry, "ineligible", hoa)
    assert meanwhile(monkeypatch, actions, "check_refusal", *pair) == ["eligible", "ineligible"]
    assert Check.objects.count() == 2
    assert told("entry_eligible") and told("entry_ineligible")
