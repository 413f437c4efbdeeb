"""A process that is killed leaves the row as the truth: what was begun is picked up again, and nothing comes twice."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from programs.core import orphans
from programs.core.choices import JobState
from programs.core.jobs import enqueue, reap
from programs.core.models import Job
from programs.core.private_files import keep_file
from programs.core.worker import run_due_jobs
from programs.uploads.actions import checking
from programs.uploads.actions.receiving import INSPECT_JOB
from programs.uploads.choices import FileKind, UploadState
from programs.uploads.models import Upload
from programs.uploads.reading import child
from programs.uploads.reading.engine import Checker
from programs.uploads.tasks import pick_up_again
from tests.projects.make import jpeg_with_place
from tests.uploads import files

pytestmark = pytest.mark.django_db


def work(django_capture_on_commit_callbacks) -> Upload:
    with django_capture_on_commit_callbacks(execute=True):
        run_due_jobs()
    return Upload.objects.get()


def test_bytes_without_a_row_are_forgotten_and_sent_again(sender, box, django_capture_on_commit_callbacks):
    """Killed between storing a piece and writing its row: the offset says that nothing came."""
    data = jpeg_with_place()
    url = sender.begin(len(data))
    sender.patch(url, data[:100])
    lost = keep_file(ContentFile(b"garbage of a killed process"), folder="uploads")
    assert sender.offset(url) == 100
    assert sender.patch(url, data[100:], offset=100).status_code == 204
    assert work(django_capture_on_commit_callbacks).state == UploadState.KEPT
    assert orphans.collect_orphans(now=timezone.now() + timedelta(hours=2)) >= 1
    assert not storages["private"].exists(lost)


def test_pieces_of_an_unfinished_file_are_nobodys_orphans(sender, box):
    url = sender.begin(10)
    sender.patch(url, b"abcd")
    orphans.collect_orphans(now=timezone.now() + timedelta(hours=2))
    [part] = Upload.objects.get().parts.all()
    assert storages["private"].exists(part.key)


@pytest.mark.parametrize("step", ["_put_together", "_looked_at", "_set_aside"])
def test_a_worker_killed_while_it_looks_is_followed_by_another(
    sender, box, monkeypatch, step, django_capture_on_commit_callbacks
):
    class Killed(BaseException):
        """Nothing in the portal catches it, as nothing catches SIGKILL."""

    def die(*_arguments, **_named):
        raise Killed

    data = jpeg_with_place()
    sender.send(data)
    with monkeypatch.context() as patched:
        patched.setattr(checking, step, die)
        with pytest.raises(Killed):
            checking.inspect_upload(upload_id=Upload.objects.get().pk, alive=lambda done, total: None)
    assert Upload.objects.get().state == UploadState.INSPECTING
    silent = timezone.now() - timedelta(minutes=11)
    Job.objects.filter(name=INSPECT_JOB).update(state=JobState.RUNNING, attempts=1, heartbeat_at=silent)
    with django_capture_on_commit_callbacks(execute=True):
        assert reap() == 1
    assert work(django_capture_on_commit_callbacks).state == UploadState.KEPT
    assert len(box.kept) == 1


def test_a_kept_file_is_not_kept_again(sender, box, django_capture_on_commit_callbacks):
    sender.send(jpeg_with_place())
    upload = work(django_capture_on_commit_callbacks)
    assert checking.inspect_upload(upload_id=upload.pk, alive=lambda done, total: None) == ""
    assert checking.scan_upload(upload_id=upload.pk) == ""
    assert checking.keep_upload(upload_id=upload.pk) == ""
    assert len(box.kept) == 1


def test_a_check_that_failed_for_good_is_begun_anew(sender, box, django_capture_on_commit_callbacks):
    """Storage was away for a day: its job gave up, the hourly round does not."""
    sender.send(jpeg_with_place())
    Job.objects.filter(name=INSPECT_JOB).update(state=JobState.FAILED)
    with django_capture_on_commit_callbacks(execute=True):
        assert pick_up_again() == 1
        assert enqueue(INSPECT_JOB, arguments={}, unique_key=f"{INSPECT_JOB}:{Upload.objects.get().pk}").attempts == 0
    assert work(django_capture_on_commit_callbacks).state == UploadState.KEPT


def test_lost_bytes_are_told_and_not_papered_over(sender, box, django_capture_on_commit_callbacks):
    upload = sender.send(jpeg_with_place())
    storages["private"].delete(upload.parts.get().key)
    assert work(django_capture_on_commit_callbacks).reason_code == "lost"


# --- The checking process -----------------------------------------------------------------------
@pytest.fixture
def checker():
    running = Checker()
    yield running
    running.close()


def test_a_checking_process_that_died_is_begun_again(checker, tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(files.pptx())
    assert checker.look_at(path, [FileKind.SLIDES])["kind"] == "slides"
    os.kill(checker._process.pid, signal.SIGKILL)
    checker._process.wait()
    assert checker.look_at(path, [FileKind.SLIDES])["kind"] == "slides"


def test_its_children_hold_little_and_see_no_secret(checker, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "bi-mat-cua-cong")
    path = tmp_path / "file"
    path.write_bytes(jpeg_with_place())
    found = checker.look_at(path, [FileKind.PHOTOGRAPH])
    assert found["peak_kb"] < child.MEMORY // 1024
    assert b"bi-mat-cua-cong" not in Path(f"/proc/{checker._process.pid}/environ").read_bytes()


def test_a_child_that_dies_is_a_file_that_is_too_heavy(checker, tmp_path: Path):
    assert checker.look_at(tmp_path / "nowhere", [FileKind.PDF]) == {"refused": "too_heavy"}
