"""Files and links in the documents of a project: handed over, told, and deleted with a project that was one person's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import PurePath

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.personal import Erasure, StoredFile, Subject, forgets, hands_over, stored_file
from programs.core.personal_tables import erased, told
from programs.documents.models import ProjectFile
from programs.projects.models import NO_TITLE
from programs.projects.personal import PROJECTS, alone, ever_of, projects_of


def files_seen_by(subject: Subject) -> QuerySet[ProjectFile]:
    return ProjectFile.objects.filter(document__project__in=projects_of(subject))


def files_of_these(subject: Subject) -> QuerySet[ProjectFile]:
    return ProjectFile.objects.filter(document__project__in=alone(subject))


told(
    ProjectFile,
    PROJECTS,
    ("reference", _("Reference"), "document.project.reference"),
    ("document", _("Document"), "document.slot.name"),
    ("size", _("Size"), "size"),
    ("sha256", "SHA-256", "sha256"),
    of=files_seen_by,
)


@hands_over
def project_files(subject: Subject) -> Iterator[StoredFile]:
    for row in files_seen_by(subject).exclude(storage_key="").select_related("document__project"):
        yield stored_file(f"projects/{row.document.project.reference}", row.name, row.storage_key)


erased(
    ProjectFile,
    of=files_of_these,
    removed=(_("Files of these projects"), _("They belonged to this person only.")),
    masked=(_("Names of uploaded files that mention the name"), _("The name is removed from the file's name.")),
)


@forgets("documents.ProjectFile")
def rename_files_of_teams(subject: Subject) -> Iterator[Erasure]:
    """A file's name may hold the person's in any spelling: what it is for is name enough."""
    teams = ever_of(subject).exclude(pk__in=alone(subject)).exclude(title=NO_TITLE)
    rows = ProjectFile.objects.filter(document__project__in=teams).exclude(storage_key="")
    keys = list(rows.values_list("pk", flat=True))
    yield Erasure(
        label=_("Names of files of a team's project"),
        count=len(keys),
        outcome=Erasure.PSEUDONYMISED,
        why=_("The files stay for the teammates; their names may mention this member."),
        carry_out=partial(_rename, keys),
    )


def _rename(keys: list[int]) -> None:
    for file in ProjectFile.objects.filter(pk__in=keys).select_related("document__slot"):
        file.name = f"{file.document.slot.code}{PurePath(file.name).suffix}"
        file.save(update_fields=["name"])
