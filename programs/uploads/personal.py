"""Files on their way: whose they are, and when nothing of them is kept any more."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.emptying import delete_rows
from programs.core.personal import TOLD, Subject
from programs.core.personal_tables import Kind, erased, own_rows, speaks_for, told
from programs.core.retention import retention_rule
from programs.uploads.choices import OVER
from programs.uploads.models import Upload, UploadPart

told(
    Upload,
    Kind(
        code="uploads",
        label=_("Files on their way"),
        purpose=_("Sending large files over a slow line, and checking them before anyone sees them."),
        source=_("You sent them."),
        kept="uploads.over",
    ),
    ("begun", _("Begun"), "created_at"),
    ("name", _("File"), "name"),
    ("state", _("Status"), "state"),
    ("size", _("Size"), "declared"),
)
speaks_for(TOLD, "uploads", UploadPart._meta.label)


def parts_of(subject: Subject) -> QuerySet[UploadPart]:
    return UploadPart.objects.filter(upload__in=own_rows(Upload, subject))


REMOVED = (_("Files on their way"), _("What has arrived of them is deleted; nobody else has seen it."))
# The pieces before the file: with its row the others would know no more which bytes were its own.
erased(UploadPart, of=parts_of, removed=REMOVED)
erased(
    Upload,
    removed=REMOVED,
    masked=(_("Names of other people's files that mention the name"), _("The name is removed from them.")),
)


def forget_uploads(rows: QuerySet[Upload]) -> None:
    delete_rows(UploadPart.objects.filter(upload__in=rows))
    delete_rows(rows)


@retention_rule(
    "uploads.over",
    label=_("Notes on files that were kept, refused or never finished"),
    days=30,
    purge=forget_uploads,
    basis=_("Their senders read there what became of a file. Files that were kept have a period of their own."),
)
def uploads_over(limit: datetime) -> QuerySet[Upload]:
    return Upload.objects.filter(state__in=OVER, ended_at__lt=limit)
