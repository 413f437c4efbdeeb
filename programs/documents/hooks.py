"""What files of a project are for, what its page shows of its documents, and what it lacks of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import User
from programs.core.locking import in_line
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.documents import queries
from programs.documents.actions import keep_in_document, open_documents, restore_files
from programs.documents.models import ProjectDocument
from programs.documents.policy import may_fill
from programs.documents.rules import filling_refusal, full_refusal
from programs.projects.actions.entries import locked_project
from programs.projects.actions.moving import WHEN_BEGUN
from programs.projects.actions.submitting import settle_submission
from programs.projects.hooks import adds_to_project_page
from programs.projects.models import Project
from programs.projects.queries.contents import lacks
from programs.projects.queries.deadlines import files_until, opened_now
from programs.projects.queries.submissions import RESTORES, SEALS, UNDER_WAY, OnTheWay, Seal, Sealer
from programs.uploads.choices import MEGABYTE, UploadState
from programs.uploads.hooks import KeptFile, Purpose, Quota, Terms, register
from programs.uploads.models import Upload

SPACE_OF_SCHOOL = 1204  # the line (``core/locking.py``) in which files of one school begin


class ProjectFiles(Purpose):
    """The target is the number of a document of a project."""

    code = queries.PURPOSE
    label = _("File of a project")

    def terms(self, user: User, target: int) -> Terms | None:
        document = queries.documents_visible_to(user).filter(pk=target).first()
        if document is None or not queries.file_kinds_of(document.slot):
            return None
        must(may_fill(user, document))
        _hold(document)
        now = timezone.now()
        doors = opened_now(document.project, now=now)
        refuse_if(filling_refusal(document, doors, now=now))
        refuse_if(full_refusal(document.slot, document.files.filter(superseded_at=None).count()))
        ends_at = files_until(document.project, doors.until)
        return replace(queries.limits_of(document.slot), quotas=_quotas(user, document), ends_at=ends_at)

    def keep(self, upload: Upload, file: KeptFile) -> None:
        file_kept = keep_in_document(document_id=upload.target, file=file, by=upload.owner, begun_at=upload.created_at)
        settle = partial(settle_submission, project_id=file_kept.document.project_id)
        transaction.on_commit(settle)  # by then this file is under way no more

    def page(self, target: int) -> str:
        document = ProjectDocument.objects.select_related("project", "slot").get(pk=target)
        return reverse("project_document", args=[document.project.reference, document.slot.code])


register(ProjectFiles())


def _hold(document: ProjectDocument) -> None:
    """While a file begins, no other takes the same space: of the project, and of the school, one after the other."""
    if connection.in_atomic_block:
        document.project = locked_project(project_id=document.project_id)
        in_line(SPACE_OF_SCHOOL, document.project.school_id or 0)


def _quotas(user: User, document: ProjectDocument) -> list[Quota]:
    project = document.project
    quotas = [
        Quota(_("this project"), queries.bytes_of_project(project), settings.PROJECT_SPACE_MB * MEGABYTE),
        Quota(_("your account"), queries.bytes_of_account(user), settings.ACCOUNT_SPACE_MB * MEGABYTE),
    ]
    if project.school:
        held = queries.bytes_of_school(project.school)
        quotas.append(Quota(_("your school"), held, settings.SCHOOL_SPACE_MB * MEGABYTE))
    return quotas


def _on_the_way(project: Project, since: datetime) -> OnTheWay:
    """Files that are being sent within their time, or checked; and those that failed since."""
    coming = queries.coming_in(project, now=timezone.now())
    found = list(coming.values_list("state", "expires_at"))
    ends = [ends_at for state, ends_at in found if state == UploadState.RECEIVING]
    failed = queries.failed_in(project, since=since)
    return OnTheWay(len(ends), len(found) - len(ends), failed, max(ends, default=None))


def _seals(project: Project) -> list[Seal]:
    """A link has no hash of content; what is sealed is its address."""
    return [
        Seal(queries.seal_code(file), queries.seal_of(file), file.received_at)
        for file in queries.current_files(project)
    ]


WHEN_BEGUN.append(lambda project: open_documents(project=project))
UNDER_WAY.append(_on_the_way)
SEALS["documents"] = Sealer(_seals, queries.seal_label)
RESTORES.append(lambda project, submission: restore_files(project=project, at=submission.complete_at))


lacks(queries.lacking_in)


@adds_to_project_page
def documents_of(user, project: Project, *, member: bool) -> dict[str, Any]:
    tiles = queries.tiles_of(project)
    covers = [tile.cover for tile in tiles if tile.cover]
    return {"tiles": tiles, "blank": [tile for tile in tiles if tile.is_blank], "cover": covers[0] if covers else None}
