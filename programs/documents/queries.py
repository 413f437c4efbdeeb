"""Reads of documents: who sees them, what lies in them, what is missing, how much space is taken."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max, Prefetch, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.competitions.choices import Need, SlotKind
from programs.competitions.models import Slot
from programs.documents.choices import FILE_KINDS
from programs.documents.models import ProjectDocument, ProjectFile
from programs.documents.rules import is_needed
from programs.projects.models import Project, Submission
from programs.projects.queries.visible import projects_visible_to
from programs.projects.rules import Lack
from programs.schools.models import School
from programs.schools.queries.roles import roles_of
from programs.uploads.choices import BEING_CHECKED, MEGABYTE, FileKind, UploadState
from programs.uploads.hooks import Terms
from programs.uploads.models import Upload
from programs.uploads.queries import under_way_in

PURPOSE = "documents.file"
UNDER_WAY = (UploadState.RECEIVING, *BEING_CHECKED)
FAILED = (UploadState.REFUSED, UploadState.EXPIRED, UploadState.ABORTED)
DOCUMENT_PARTS = ("slot__rule_set", "project__competition__rule_set", "project__school")


# --- Who sees what ------------------------------------------------------------------------------
def _seen_projects(user) -> list[int] | QuerySet:
    """Their keys: of the few that a pupil or a school sees they are read first, so that files are found from them."""
    seen = projects_visible_to(user).order_by()
    return seen.values("pk") if roles_of(user).is_department else list(seen.values_list("pk", flat=True))


def documents_visible_to(user) -> QuerySet[ProjectDocument]:
    """Those of every project that this person may see."""
    seen = ProjectDocument.objects.filter(project__in=_seen_projects(user))
    return seen.select_related(*DOCUMENT_PARTS)


def project_files_visible_to(user) -> QuerySet[ProjectFile]:
    seen = ProjectFile.objects.filter(document__project__in=_seen_projects(user))
    return seen.select_related("document__slot", *(f"document__{part}" for part in DOCUMENT_PARTS))


def slot_of(project: Project, code: str) -> Slot | None:
    return project.competition.rule_set.slots.filter(code=code).first()


# --- What lies in them --------------------------------------------------------------------------
@dataclass
class Tile:
    """A slot of the rules beside what the project has put into it."""

    slot: Slot
    document: ProjectDocument | None = None
    files: list[ProjectFile] = field(default_factory=list)
    coming: list[Upload] = field(default_factory=list)

    @property
    def needed(self) -> bool:
        return is_needed(self.slot, self.document.wanted if self.document else None)

    @property
    def asks(self) -> bool:
        """Whether the question that decides about it waits for an answer."""
        return self.slot.need == Need.CONDITION and (self.document is None or self.document.wanted is None)

    @property
    def is_missing(self) -> bool:
        return self.needed and not self.files

    @property
    def is_blank(self) -> bool:
        """Nothing lies in it, and nobody waits for something."""
        return not (self.files or self.coming or self.is_missing or self.asks)

    @property
    def cover(self) -> ProjectFile | None:
        """The first of its files that can be shown as a picture."""
        return next((file for file in self.files if file.preview_key), None)

    def is_coming(self, now: datetime) -> bool:
        return any(each.state != UploadState.RECEIVING or each.expires_at > now for each in self.coming)

    @property
    def declined(self) -> bool:
        return self.slot.need == Need.CONDITION and bool(self.document) and self.document.wanted is False


def tiles_of(project: Project) -> list[Tile]:
    """Every slot in the order of the rules."""
    return tiles_of_each([project])[project.pk]


def tiles_of_each(projects: Collection[Project]) -> dict[int, list[Tile]]:
    """The same of many, in four statements."""
    current = Prefetch("files", ProjectFile.objects.filter(superseded_at=None).select_related("uploaded_by"))
    found = ProjectDocument.objects.filter(project__in=[project.pk for project in projects]).prefetch_related(current)
    rows = {(row.project_id, row.slot_id): row for row in found}
    coming: dict[int, list[Upload]] = defaultdict(list)
    project_of, whole_at = {row.pk: row.project_id for row in rows.values()}, _whole_at(projects)
    for upload in under_way_in(PURPOSE, *project_of):
        last = whole_at.get(project_of[upload.target])
        if last is None or upload.created_at > last:
            coming[upload.target].append(upload)
    slots: dict[int, list[Slot]] = defaultdict(list)
    for slot in Slot.objects.filter(rule_set__in={project.competition.rule_set_id for project in projects}):
        slots[slot.rule_set_id].append(slot)
    return {
        project.pk: [
            _tile(slot, rows.get((project.pk, slot.pk)), coming) for slot in slots[project.competition.rule_set_id]
        ]
        for project in projects
    }


def _tile(slot: Slot, document: ProjectDocument | None, coming: dict[int, list[Upload]]) -> Tile:
    if document is None:
        return Tile(slot)
    return Tile(slot, document, list(document.files.all()), coming.get(document.pk, []))


def current_files(project: Project) -> QuerySet[ProjectFile]:
    """What would be submitted now; for what was, see ``superseded_at``."""
    files = ProjectFile.objects.filter(document__project=project, superseded_at=None)
    return files.select_related("document__slot").order_by("document__slot__position", "document__slot", "place")


def earlier_files(document: ProjectDocument) -> QuerySet[ProjectFile]:
    """Versions that were submitted and are replaced, the latest first; a tile's ``document.files`` has the others."""
    earlier = ProjectFile.objects.filter(document=document, superseded_at__isnull=False)
    return earlier.select_related("uploaded_by").order_by("-superseded_at")


def _whole_at(projects: Collection[Project]) -> dict[int, datetime]:
    """When each was last submitted whole. What was still on its way then was left out, and comes no more."""
    whole = Submission.objects.filter(project__in=[project.pk for project in projects], complete_at__isnull=False)
    return dict(whole.order_by().values_list("project").annotate(last=Max("complete_at")))


def under_way(project: Project) -> QuerySet[Upload]:
    """Files of this project that are being sent or checked, of anybody in the team."""
    files = under_way_in(PURPOSE, *project.documents.values_list("pk", flat=True))
    whole_at = _whole_at([project]).get(project.pk)
    return files.filter(created_at__gt=whole_at) if whole_at else files


def coming_in(project: Project, *, now: datetime) -> QuerySet[Upload]:
    """Files that may still come: sent within their time, or arrived and being checked."""
    return under_way(project).exclude(state=UploadState.RECEIVING, expires_at__lte=now)


def failed_in(project: Project, *, since: datetime) -> int:
    """Files that were under way at ``since`` and will not come."""
    mine = Upload.objects.filter(purpose=PURPOSE, target__in=project.documents.values("pk"))
    if whole_at := _whole_at([project]).get(project.pk):
        mine = mine.filter(created_at__gt=whole_at)
    over_before = Q(state=UploadState.EXPIRED, expires_at__lt=since)  # though the sweep found it later
    ended = mine.filter(state__in=FAILED, ended_at__gte=since).exclude(over_before).count()
    return (
        ended + mine.filter(state=UploadState.RECEIVING, expires_at__gte=since, expires_at__lte=timezone.now()).count()
    )


def seal_code(file: ProjectFile) -> str:
    """The slot's code; with a number where a slot holds several."""
    code = file.document.slot.code
    return code if file.document.slot.most_files == 1 else f"{code}-{file.place}"


def seal_of(file: ProjectFile) -> str:
    return file.sha256 or hashlib.sha256(file.link.encode()).hexdigest()


def seal_label(project: Project, code: str) -> str:
    slots = {slot.code: slot for slot in project.competition.rule_set.slots.all()}
    if code in slots:
        return slots[code].local_name
    stem, _dash, place = code.rpartition("-")
    return f"{slots[stem].local_name} {place}" if stem in slots else code


def file_kinds_of(slot: Slot) -> list[FileKind]:
    return [FILE_KINDS[SlotKind(kind)] for kind in slot.kinds if kind != SlotKind.LINK]


def limits_of(slot: Slot) -> Terms:
    """What this slot takes, whoever sends it."""
    return Terms(kinds=file_kinds_of(slot), most_bytes=slot.most_mb * MEGABYTE)


# --- What is missing ----------------------------------------------------------------------------
def lacking_in(projects: Collection[Project]) -> dict[int, list[Lack]]:
    """Documents that the rules want and that are not there, and questions without an answer, of each project."""
    tiles = tiles_of_each(projects)
    return {project.pk: list(_lacking_in(project, tiles[project.pk])) for project in projects}


def _lacking_in(project: Project, tiles: list[Tile]) -> Iterator[Lack]:
    now = timezone.now()
    for tile in tiles:
        url = reverse("project_document", args=[project.reference, tile.slot.code])
        if tile.asks:
            words = _("an answer about “{name}”").format(name=tile.slot.local_name)
            yield Lack(f"answer:{tile.slot.code}", words, url)
        elif tile.is_missing:
            yield Lack(f"document:{tile.slot.code}", tile.slot.local_name, url, on_its_way=tile.is_coming(now))


# --- Space --------------------------------------------------------------------------------------
def bytes_of_project(project: Project) -> int:
    return _taken(Q(document__project=project), Q(target__in=project.documents.values("pk")))


def bytes_of_account(user: User) -> int:
    return _taken(Q(uploaded_by=user), Q(owner=user))


def bytes_of_school(school: School) -> int:
    mine = ProjectDocument.objects.filter(project__school=school)
    return _taken(Q(document__project__school=school), Q(target__in=mine.values("pk")))


def _taken(kept: Q, coming: Q) -> int:
    """What is kept, earlier versions included, and what is on its way."""
    held = ProjectFile.objects.filter(kept).aggregate(size=Sum("size"))["size"] or 0
    way = Upload.objects.filter(coming, purpose=PURPOSE, state__in=UNDER_WAY).aggregate(size=Sum("declared"))
    return held + (way["size"] or 0)
