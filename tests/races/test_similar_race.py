"""Two files are compared at the same moment; a comparison meets a withdrawal. On PostgreSQL."""

from __future__ import annotations

from threading import Barrier

import pytest
from django.db import connection, transaction

from programs.documents.queries import current_files
from programs.entries import actions
from programs.entries.choices import Reading
from programs.entries.models import FilePrint, Similarity
from programs.entries.reading import words_of
from programs.projects.actions import decisions
from tests.entries.papers import copied, report, written
from tests.entries.test_similar import entry
from tests.projects.make import make_competition
from tests.races.test_booking_race import all_at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time"),
]


@pytest.fixture
def projects(monkeypatch):
    """Two whose reports are alike; what the checking process would read is known."""
    texts = [written(1), copied(written(1))]
    competition = make_competition()
    schools = ("Trường THCS Phú Lợi", "Trường THCS Dĩ An")
    found = [entry(school, competition, report(text)) for school, text in zip(schools, texts, strict=True)]
    words = {project.pk: words_of(text) for project, text in zip(found, texts, strict=True)}
    monkeypatch.setattr(actions, "_read", lambda file: (Reading.TEXT, words[file.document.project_id]))
    return found


def reports(projects) -> list[int]:
    return [current_files(project).get(kind="pdf").pk for project in projects]


def wait() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.3)")


def side_by_side(monkeypatch) -> None:
    """Both have written their prints before one searches, and both have searched before one goes on."""
    search, meet = actions._note_similar, Barrier(2)

    def search_together(mine):
        meet.wait(timeout=20)
        found = search(mine)
        meet.wait(timeout=20)
        return found

    monkeypatch.setattr(actions, "_note_similar", search_together)


def test_two_files_that_are_compared_at_once_find_each_other_once(projects, monkeypatch):
    side_by_side(monkeypatch)
    all_at_once(lambda pk: actions.compare_file(file_id=pk), reports(projects))
    assert Similarity.objects.count() == 1


def test_without_the_commit_before_the_search_neither_finds_the_other(projects, monkeypatch):
    """The negative control: print and search in one transaction."""
    side_by_side(monkeypatch)

    def in_one(pk: int) -> int:
        with transaction.atomic():
            return actions.compare_file(file_id=pk)

    all_at_once(in_one, reports(projects))
    assert not Similarity.objects.exists()


def test_a_withdrawal_in_the_middle_leaves_nothing_of_the_project(projects, monkeypatch):
    lan, tung = projects
    actions.compare_file(file_id=reports(projects)[0])
    search, found = actions.files_like, Barrier(2)

    def search_and_wait(mine):
        near = search(mine)
        found.wait(timeout=20)
        wait()
        return near

    monkeypatch.setattr(actions, "files_like", search_and_wait)

    def one(act: str) -> str:
        if act == "withdraw":
            found.wait(timeout=20)
            decisions.withdraw_project(project_id=lan.pk, by=lan.created_by)
        else:
            actions.compare_file(file_id=reports(projects)[1])
        return "done"

    assert all_at_once(one, ["withdraw", "compare"]) == {"done": 2}
    assert not FilePrint.objects.filter(project=lan).exists() and not Similarity.objects.exists()
    assert FilePrint.objects.filter(project=tung).count() == 1
