"""The virus scanner finds, hangs, is down: a file without an answer is "being checked" and nobody's (CASES U07)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from programs.core.choices import JobState
from programs.core.jobs import LONGEST_PAUSE, pause_after
from programs.core.models import Job
from programs.core.worker import run_due_jobs
from programs.uploads import desk
from programs.uploads.actions.checking import SCAN_JOB
from programs.uploads.choices import UploadState
from programs.uploads.models import Upload
from tests.people import make_administrator
from tests.uploads import files
from tests.uploads.clamd import daemon

pytestmark = pytest.mark.django_db
DOWN = "tcp://127.0.0.1:9"


@pytest.fixture
def send(sender, django_capture_on_commit_callbacks):
    def go(data: bytes) -> Upload:
        with django_capture_on_commit_callbacks(execute=True):
            upload = sender.send(data, name="Trình bày.pptx")
            run_due_jobs()
        upload.refresh_from_db()
        return upload

    return go


def again(django_capture_on_commit_callbacks) -> Upload:
    """The next try, when its time has come."""
    from django_tasks_db.models import DBTaskResult

    Job.objects.filter(name=SCAN_JOB, state=JobState.QUEUED).update(next_run_at=timezone.now())
    DBTaskResult.objects.update(run_after=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        run_due_jobs()
    return Upload.objects.get()


def test_a_clean_file_is_kept_and_every_byte_was_scanned(send, box, settings):
    with daemon(settings) as scanner:
        upload = send(files.pptx())
    assert upload.state == UploadState.KEPT
    with storages["private"].open(box.kept[0].key) as file:
        assert scanner.seen == file.read()


def test_a_virus_is_refused_and_nothing_of_it_is_kept(send, box, settings):
    stored = files.packed_plain({"[Content_Types].xml": files.TYPES, "ppt/presentation.xml": files.EICAR})
    with daemon(settings):
        upload = send(stored)
    assert (upload.state, upload.reason_code, upload.key) == (UploadState.REFUSED, "virus", "")
    assert box.kept == []


@pytest.mark.parametrize("mood", ["hangs", "limited"])
def test_without_an_answer_it_stays_being_checked(send, box, settings, mood, django_capture_on_commit_callbacks):
    with daemon(settings, mood):
        upload = send(files.pptx())
    assert (upload.state, upload.scans) == (UploadState.SCANNING, 1)
    assert box.kept == []
    job = Job.objects.get(name=SCAN_JOB)
    assert job.state == JobState.QUEUED
    assert job.next_run_at is not None
    assert timedelta(seconds=5) < job.next_run_at - timezone.now() <= timedelta(seconds=10)
    with daemon(settings):
        assert again(django_capture_on_commit_callbacks).state == UploadState.KEPT
    assert len(box.kept) == 1


def test_the_third_try_in_vain_is_on_the_administrators_desk(
    send, box, settings, minh, django_capture_on_commit_callbacks
):
    settings.CLAMAV_URL = DOWN
    quan = make_administrator()
    send(files.pptx())
    again(django_capture_on_commit_callbacks)
    assert desk.tasks(quan) == []
    upload = again(django_capture_on_commit_callbacks)
    assert (upload.state, upload.scans) == (UploadState.SCANNING, 3)
    [task] = desk.tasks(quan)
    assert task.title == "1 tệp đang chờ quét vi-rút"
    assert desk.tasks(minh) == []


def test_the_pauses_grow_from_ten_seconds_to_an_hour():
    assert [pause_after(number).seconds for number in (1, 2, 3, 4)] == [10, 20, 40, 80]
    assert pause_after(30) == LONGEST_PAUSE
