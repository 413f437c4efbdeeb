"""The organiser finds an entry eligible or not, and looks at what is alike; teams are reminded by themselves."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.jobs import enqueue
from programs.core.locking import all_locked, locked
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.documents.models import ProjectFile
from programs.entries.choices import Reading, Verdict
from programs.entries.models import Band, Check, FilePrint, Look, Similarity
from programs.entries.policy import may_check, may_look
from programs.entries.queries import files_like, is_kin
from programs.entries.reading import bands_of, is_searchable, minima_of, words_of
from programs.entries.rules import check_refusal, is_reminded, look_refusal
from programs.notices.actions import write_message
from programs.projects.actions.entries import locked_project
from programs.projects.actions.moving import move
from programs.projects.choices import EDITABLE, ProjectState
from programs.projects.emails import tell
from programs.projects.models import Project
from programs.projects.queries.contents import missing_in
from programs.projects.queries.team import people_of
from programs.uploads.choices import FileKind
from programs.uploads.reading.engine import CHECKER

COMPARE_JOB = "entries.compare"


@transaction.atomic
def check_entry(*, project_id: int, found: str, reason: str, seen: int, by: User) -> Project:
    """Find an entry eligible or not; ``seen`` is how many findings there were on the page.

    Raises PermissionDenied, and ``Refused``: those of ``check_refusal``.
    """
    project = locked_project(project_id=project_id)
    must(may_check(by, project))
    read = project.checks.count() == seen
    refuse_if(check_refusal(project, found, reason, kin=is_kin(by, project), read=read))
    before = project.state
    Check.objects.create(project=project, found=found, reason=reason, by=by)
    move(project=project, to=found)
    after = {"state": project.state}
    record(by=by, action=f"entry.{found}", obj=project, before={"state": before}, after=after, reason=reason)
    tell(project, f"entry_{found}", people_of(project), reason=reason or " ")
    return project


@transaction.atomic
def remind_team(*, project_id: int, now: datetime) -> int:
    """One letter to each of the team and to the mentor for this deadline; how many were written."""
    project = locked_project(project_id=project_id)
    if project.state not in EDITABLE or not is_reminded(project.competition, now=now):
        return 0
    missing = [lack.words for lack in missing_in(project)]
    closes = project.competition.closes_at
    people = people_of(project)
    for person in people:
        write_message(
            kind="project_reminder",
            to=person,
            dedupe_key=f"project_reminder:{project.pk}:{closes.isoformat()}:{person.pk}",
            context={"title": project.title, "competition": project.competition, "missing": missing, "closes": closes},
            link=reverse("project_detail", args=[project.reference]),
        )
    return len(people)


# --- Alike ----------------------------------------------------------------------------------------
def ask_for_comparison(*, files: QuerySet[ProjectFile]) -> int:
    """A job for each of ``files``, also for one that failed before."""
    keys = list(files.values_list("pk", flat=True))
    for pk in keys:
        enqueue(COMPARE_JOB, arguments={"file": pk}, unique_key=f"{COMPARE_JOB}:{pk}")
    return len(keys)


def compare_file(*, file_id: int) -> int:
    """Read the file of an entry unless that was done, and note which others it is like; with how many it was compared.

    Its print is committed before others are looked for: of two files that are compared at once, one finds the other.
    """
    file = ProjectFile.objects.exclude(storage_key="").select_related("document__slot").filter(pk=file_id).first()
    if file is None:
        return 0
    mine = FilePrint.objects.filter(file=file).first() or _keep_print(file, *_read(file))
    return _note_similar(mine) if mine else 0


def _read(file: ProjectFile) -> tuple[Reading, list[str]]:
    """The words of a PDF that is no printed form, as the checking process reads them."""
    if file.kind != FileKind.PDF or file.document.slot.is_form:
        return Reading.NOT_ASKED, []
    with tempfile.TemporaryDirectory(prefix="compare-", dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / "file"
        try:
            with storages["private"].open(file.storage_key) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
        except FileNotFoundError:
            return Reading.UNREADABLE, []
        found = CHECKER.text_of(path)
        if "refused" in found:
            return Reading.UNREADABLE, []
        words = words_of(Path(found["path"]).read_text(encoding="utf-8"))
    return (Reading.TEXT, words) if is_searchable(words, found["pages"]) else (Reading.NO_TEXT, [])


def _keep_print(file: ProjectFile, reading: Reading, words: list[str]) -> FilePrint | None:
    """Nothing where the file or its entry has gone meanwhile."""
    minima = minima_of(words) if words else b""
    with transaction.atomic():
        project = locked(Project.objects.all(), no_key=True, pk=file.document.project_id)
        if project.state == ProjectState.WITHDRAWN or not ProjectFile.objects.filter(pk=file.pk).exists():
            return None
        kept, is_new = FilePrint.objects.get_or_create(
            file=file, defaults={"project": project, "reading": reading, "minima": minima}
        )
        if is_new and minima:
            Band.objects.bulk_create(Band(print=kept, value=value) for value in bands_of(minima))
    return kept


@transaction.atomic
def _note_similar(mine: FilePrint) -> int:
    """The prints are locked, so that none is forgotten meanwhile; what is noted already is noted once."""
    found = files_like(mine)
    there = {each.pk for each in all_locked(FilePrint.objects.filter(pk__in=[mine.pk, *found]), no_key=True)}
    if mine.pk not in there:
        return 0
    pairs = [
        Similarity(first_id=min(mine.pk, pk), second_id=max(mine.pk, pk), ground=ground, percent=percent)
        for pk, (ground, percent) in found.items()
        if pk in there
    ]
    Similarity.objects.bulk_create(pairs, ignore_conflicts=True)
    FilePrint.objects.filter(pk=mine.pk).update(compared_at=timezone.now())
    return len(pairs)


def forget_prints(*, project: Project) -> None:
    """What the files of a withdrawn project were compared by goes, with what was found; in the caller's transaction."""
    prints = [each.pk for each in all_locked(FilePrint.objects.filter(project=project))]
    FilePrint.objects.filter(pk__in=prints).delete()


@transaction.atomic
def look_at_similar(*, similarity_id: int, verdict: str, note: str, by: User) -> Similarity:
    """Set two similar files aside, or put them back on the list, with what the officer saw.

    Raises PermissionDenied, and ``Refused``: those of ``look_refusal``.
    """
    similarity = locked(Similarity.objects.select_related("first", "second"), no_key=True, pk=similarity_id)
    must(may_look(by, similarity))
    refuse_if(look_refusal(similarity, verdict, note))
    similarity.set_aside_at = timezone.now() if verdict == Verdict.SET_ASIDE else None
    similarity.save(update_fields=["set_aside_at"])
    Look.objects.create(similarity=similarity, verdict=verdict, note=note, by=by)
    action = "similarity.set_aside" if verdict == Verdict.SET_ASIDE else "similarity.reopen"
    record(by=by, action=action, obj=similarity, after={"percent": similarity.percent})
    return similarity
