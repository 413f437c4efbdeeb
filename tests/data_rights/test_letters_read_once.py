"""Half a million letters: the preview reads none of them, the worker each once, a step at a time."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.core import personal_tables
from programs.core.worker import run_due_jobs
from programs.data_rights.actions import erasure
from programs.notices.actions import write_message
from programs.notices.models import Message
from tests.data_rights.make_rights import NAME, minh_and_his_traces, open_erasure

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    return minh_and_his_traces()


def searches(queries) -> list[str]:
    """Statements that look for the name in letters."""
    texts = [query["sql"] for query in queries]
    return [text for text in texts if "notices_message" in text and ("REGEXP" in text or " ~ " in text)]


def letters(world, number: int) -> None:
    for each in range(number):
        change = f"em {NAME.lower()} số {each}"
        write_message(kind="account_changed", to=world.hanh, dedupe_key=f"x{each}", context={"change": change})


def test_the_preview_looks_into_no_letter_and_says_so(world, client):
    request = open_erasure(world)
    letters(world, 3)
    client.force_login(world.coordinator)
    with CaptureQueriesContext(connection) as asked:
        outlook = erasure.outlook(request=request)
    assert searches(asked) == []
    assert len(outlook.later) == 1


def test_the_worker_reads_each_letter_once(world, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(personal_tables, "STEP", 4)
    request = open_erasure(world)
    letters(world, 10)
    first, last = Message.objects.order_by("pk").first().pk, Message.objects.order_by("pk").last().pk
    told = []
    with CaptureQueriesContext(connection) as asked, django_capture_on_commit_callbacks(execute=True):
        erasure.erase(
            request_id=request.pk, by=world.coordinator, report=lambda done, total: told.append((done, total))
        )
    steps = -(-last // 4)
    # Letters that the erasure itself writes are looked at in its transaction: one step more at most.
    assert steps <= len(searches(asked)) <= steps + 1
    assert told[-1] == (last, last) and len(told) == steps
    assert not [row for row in Message.objects.filter(pk__range=(first, last)) if NAME.lower() in row.body_text.lower()]
    assert Message.objects.filter(body_text__contains="em […] số 7").exists()


def test_a_letter_that_is_written_while_the_worker_reads_is_found(world, monkeypatch):
    request = open_erasure(world)
    search = erasure.search_vast_tables

    def search_and_write(subject, report):
        search(subject, report)
        letters(world, 1)

    monkeypatch.setattr(erasure, "search_vast_tables", search_and_write)
    erasure.start_erasure(request_id=request.pk, typed=request.reference, by=world.coordinator)
    erasure.erase(request_id=request.pk, by=world.coordinator)
    run_due_jobs()
    assert "em […] số 0" in Message.objects.get(dedupe_key="x0").body_text
