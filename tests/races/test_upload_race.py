"""Pieces of one file that come at once: exactly one of them is added at each place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, connection
from django.db.models import F

from programs.core.models import Job
from programs.core.refusals import Refused
from programs.uploads.actions import receiving
from programs.uploads.actions.checking import inspect_upload, keep_upload
from programs.uploads.choices import MOST_UNFINISHED, UploadState
from programs.uploads.hooks import PURPOSES
from programs.uploads.models import Upload, UploadPart
from tests.people import make_user
from tests.projects.make import jpeg_with_place
from tests.uploads.conftest import LetterBox

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]
AT_ONCE = 8


@pytest.fixture
def box(monkeypatch) -> LetterBox:
    monkeypatch.setitem(PURPOSES, LetterBox.code, LetterBox())
    return PURPOSES[LetterBox.code]  # type: ignore[return-value]


def begin(by, size: int) -> Upload:
    return receiving.begin_upload(purpose=LetterBox.code, target=7, name="a.jpg", size=size, head_hash="", by=by)


def at_once(work, number: int = AT_ONCE) -> list[str]:
    start = Barrier(number)

    def run(each: int) -> str:
        try:
            start.wait(timeout=10)
            return str(work(each) or "added")
        except Refused as refused:
            return refused.refusal.code
        except (receiving.OffsetMoved, IntegrityError) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def send(upload: Upload, minh, start: int, size: int):
    """Every thread has read the row before the others wrote."""
    rows = [Upload.objects.get(pk=upload.pk) for _each in range(AT_ONCE)]

    def add(each: int) -> None:
        receiving.add_bytes(upload=rows[each], start=start, content=ContentFile(bytes([each]) * size), by=minh)

    return add


def stored_pieces() -> set[str]:
    try:
        return set(storages["private"].listdir("uploads")[1])
    except FileNotFoundError:  # nothing was ever stored
        return set()


def test_the_last_piece_at_once_is_added_once(box):
    minh = make_user("Nguyễn Quang Minh")
    upload = begin(minh, 4)
    before = stored_pieces()
    answers = at_once(send(upload, minh, 0, 4))
    assert sorted(answers) == ["OffsetMoved"] * (AT_ONCE - 1) + ["added"]
    upload.refresh_from_db()
    assert (upload.offset, upload.state) == (4, UploadState.RECEIVED)
    assert UploadPart.objects.count() == 1
    assert Job.objects.filter(name=receiving.INSPECT_JOB).count() == 1
    assert len(stored_pieces() - before) == 1, "the bytes of the losers are deleted"


def test_a_piece_in_the_middle_at_once_is_added_once(box):
    minh = make_user("Nguyễn Quang Minh")
    upload = begin(minh, 100)
    assert at_once(send(upload, minh, 0, 10)).count("added") == 1
    upload.refresh_from_db()
    assert (upload.offset, upload.pieces, upload.state) == (10, 1, UploadState.RECEIVING)


def test_without_the_conditional_write_more_is_added_than_the_file_has(box, monkeypatch):
    """The negative control: reading first and writing afterwards lets several in."""

    def naive(upload: Upload, start: int, size: int, *, by) -> None:
        if Upload.objects.get(pk=upload.pk).offset != start:
            raise receiving.OffsetMoved
        sleep(0.1)
        Upload.objects.filter(pk=upload.pk).update(offset=F("offset") + size)

    monkeypatch.setattr(receiving, "_take_place", naive)
    monkeypatch.setattr(UploadPart.objects, "create", lambda **_columns: None)
    minh = make_user("Nguyễn Quang Minh")
    upload = begin(minh, 100)
    assert at_once(send(upload, minh, 0, 10)).count("added") > 1
    upload.refresh_from_db()
    assert upload.offset > 10


def test_files_begun_at_once_do_not_pass_the_limit_of_the_account(box):
    minh = make_user("Nguyễn Quang Minh")
    for _number in range(MOST_UNFINISHED - 1):
        begin(minh, 10)
    answers = at_once(lambda each: begin(minh, 10) and "")
    assert answers.count("added") == 1
    assert Upload.objects.count() == MOST_UNFINISHED


def test_two_workers_keep_a_file_once(box):
    """A worker that was taken for dead comes back: the second to finish leaves nothing behind."""
    minh = make_user("Nguyễn Quang Minh")
    data = jpeg_with_place()
    upload = begin(minh, len(data))
    receiving.add_bytes(upload=upload, start=0, content=ContentFile(data), by=minh)
    before = stored_pieces()
    at_once(lambda _each: inspect_upload(upload_id=upload.pk, alive=lambda done, total: None), 2)
    assert len(stored_pieces() - before) == 2, "one picture and its preview"
    assert Job.objects.filter(name="uploads.scan").count() == 1
    at_once(lambda _each: keep_upload(upload_id=upload.pk), 4)
    assert len(box.kept) == 1
    assert Upload.objects.get().state == UploadState.KEPT
