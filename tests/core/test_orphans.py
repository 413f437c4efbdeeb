"""A worker that is killed between storing a picture and committing its row leaves nothing for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from programs.core.models import Job
from programs.core.orphans import collect_orphans
from programs.core.private_files import keep_file
from programs.documents.models import ProjectFile
from tests.projects.make import attach, jpeg, make_minh, make_project
from tests.test_architecture import ROOT, sources

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=2)

KILLED = """
import os, signal, tempfile
import django
django.setup()
from programs.uploads.reading.cleaning import clean_image
from django.core.files.base import ContentFile
from programs.core.private_files import keep_file, local_copy
from django.core.files.uploadedfile import TemporaryUploadedFile
raw = TemporaryUploadedFile("minh.jpg", "image/jpeg", 3, None)
raw.write(open(os.environ["PICTURE"], "rb").read()); raw.flush()
clean = clean_image(open(os.environ["PICTURE"], "rb").read())
key = keep_file(ContentFile(clean.data), folder="projects", ending=".jpg")
keep_file(ContentFile(clean.preview), folder="projects", ending="-preview.jpg")
with local_copy(key):
    os.kill(os.getpid(), signal.SIGKILL)  # the row is not written yet
"""


@pytest.fixture
def private(settings, tmp_path):
    """The folders of the portal, as an own process finds them under VAR_DIR."""
    settings.STORAGES = settings.STORAGES | {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"},
        }
    }  # fmt: skip
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "temporary"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return storages["private"]


def in_folder(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_worker_is_killed_after_storing(private, tmp_path):
    picture = tmp_path / "minh.jpg"
    picture.write_bytes(jpeg())
    own = {"VAR_DIR": str(tmp_path), "PICTURE": str(picture), "DJANGO_SETTINGS_MODULE": "stem_portal.settings"}
    ended = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, env=os.environ | own, check=False)
    assert ended.returncode == -signal.SIGKILL
    left = in_folder(tmp_path / "files")
    assert len(left) == 2 and any(name.endswith("-preview.jpg") for name in left)
    assert len(in_folder(tmp_path / "temporary")) == 2  # what was sent, and the copy that was being read
    assert collect_orphans() == 0  # perhaps the row is on its way
    assert in_folder(tmp_path / "files") == left
    assert collect_orphans(now=timezone.now() + LATER) == 4
    assert in_folder(tmp_path / "files") == in_folder(tmp_path / "temporary") == []


def test_what_a_row_points_at_stays(private):
    project = make_project(minh=make_minh())
    attach(project, "photographs", jpeg())
    printed = keep_file(ContentFile(b"%PDF"), folder="certificates", ending=".pdf")
    Job.objects.create(name="certificates.print", result={"key": printed})
    private.save("erasures/YC-1.json", ContentFile(b"{}"))
    assert collect_orphans(now=timezone.now() + LATER) == 0
    file = ProjectFile.objects.get()
    assert private.exists(file.storage_key) and private.exists(file.preview_key)
    assert private.exists(printed) and private.exists("erasures/YC-1.json")


def test_a_full_disk_leaves_an_empty_file_and_that_goes(private):
    keep_file(ContentFile(b""), folder="projects")
    assert collect_orphans(now=timezone.now() + LATER) == 1


def test_nothing_was_ever_stored(private):
    assert collect_orphans() == 0


def test_every_file_comes_through_one_door():
    """Who stores a file of its own way may leave one that nobody looks for."""
    found = {
        str(path.relative_to(ROOT))
        for path in sources("programs")
        if 'storages["private"].save' in (text := path.read_text(encoding="utf-8")) or "private.save(" in text
    }
    # The list of erasures is written whole, and is the one folder that no row points at.
    assert found == {"programs/core/private_files.py", "programs/data_rights/actions/erasure.py"}


def test_uploads_have_a_folder_of_their_own():
    assert Path(portal.FILE_UPLOAD_TEMP_DIR) != Path(tempfile.gettempdir())
