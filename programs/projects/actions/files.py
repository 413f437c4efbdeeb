"""A pupil attaches a file: judged and cleaned first, kept in private storage under a random key."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.private_files import forget_file, keep_file
from programs.core.refusals import refuse_if
from programs.projects.actions.entries import editable_project
from programs.projects.choices import FileKind
from programs.projects.models import Project, ProjectFile
from programs.projects.queries.contents import most_megabytes
from programs.projects.queries.deadlines import opened_now
from programs.projects.rules import edit_refusal, upload_refusal
from programs.uploads.reading.cleaning import CleanFile, clean_document, clean_image, clean_upload, display_name

AN_HOUR = 3600


def attach_file(*, project_id: int, kind: str, upload: UploadedFile, by: User) -> ProjectFile:
    """The project's one file of ``kind``, replaced if there was one.

    Raises PermissionDenied, and ``Refused`` for what cannot be kept. Cleaning takes a second, so it happens before the lock is taken; the rules are asked again under it.
    """
    with transaction.atomic():
        rule_set = _project_with_open_files(project_id, by).competition.rule_set
    refuse_if(upload_refusal(recent=_count_upload(by)))
    judge = clean_image if kind == FileKind.IMAGE else clean_document
    clean = clean_upload(upload, clean=judge, most_megabytes=most_megabytes(rule_set, kind))
    name = display_name(upload.name or "", extension=clean.extension)
    stored = _store(clean)
    try:
        with transaction.atomic():
            return _attach(_project_with_open_files(project_id, by), kind, name, clean, stored, by)
    except BaseException:
        _delete(stored)
        raise


def _project_with_open_files(project_id: int, by: User) -> Project:
    """A file belongs to no document of the rules yet: after closing it is open when any of them is."""
    project = editable_project(project_id=project_id, by=by)
    doors, codes = opened_now(project, now=timezone.now()), project.competition.rule_set.slots
    part = next(filter(doors.allows, codes.values_list("code", flat=True)), "files")
    refuse_if(edit_refusal(project, doors, now=timezone.now(), part=part))
    return project


def _count_upload(by: User) -> int:
    """How many files this account sent in the hour before this one."""
    key = f"project-uploads:{by.pk}"
    cache.add(key, 0, AN_HOUR)
    try:
        return cache.incr(key) - 1
    except ValueError:  # the hour ended between the two lines
        return 0


def _store(clean: CleanFile) -> tuple[str, str]:
    """The storage keys of the file and of its preview. Nothing of what the pupil typed is in them."""
    key = keep_file(ContentFile(clean.data), folder="projects", ending=f".{clean.extension}")
    preview = keep_file(ContentFile(clean.preview), folder="projects", ending="-preview.jpg") if clean.preview else ""
    return key, preview


def _delete(keys: tuple[str, str]) -> None:
    for key in keys:
        forget_file(key)


def _attach(project: Project, kind: str, name: str, clean: CleanFile, stored: tuple[str, str], by: User) -> ProjectFile:
    old = project.files.filter(kind=kind).first()
    digest = hashlib.sha256(clean.data).hexdigest()
    file, _created = ProjectFile.objects.update_or_create(
        project=project,
        kind=kind,
        defaults={
            "name": name,
            "storage_key": stored[0],
            "preview_key": stored[1],
            "content_type": clean.content_type,
            "size": len(clean.data),
            "sha256": digest,
            "uploaded_by": by,
        },
    )
    record(
        by=by,
        action="project.attach",
        obj=project,
        before={"sha256": Code(old.sha256)} if old else {},
        after={"kind": kind, "sha256": Code(digest), "size": len(clean.data)},
    )
    if old:
        transaction.on_commit(lambda: _delete((old.storage_key, old.preview_key)))
    return file
