"""Projects of a pupil, and what a teacher or judge did with projects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from django.core.files.storage import storages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from programs.core.audit import reasons_of
from programs.core.personal import (
    Erasure,
    Fact,
    Section,
    StoredFile,
    Subject,
    delete_files,
    forgets,
    hands_over,
    rows_of,
    stored_file,
    tells,
)
from programs.judging.models import ScoreSheet
from programs.projects.choices import UNFINISHED, ProjectState
from programs.projects.models import Project, ProjectFile, ProjectMember

NO_TITLE = "Dự án đã xóa nội dung"
TEXTS = ("title", "summary", "return_reason")


def projects_of(subject: Subject) -> QuerySet[Project]:
    mine = ProjectMember.objects.filter(project=OuterRef("pk"), pupil__in=subject.pupil_ids)
    return Project.objects.filter(Exists(mine))


def _alone(subject: Subject) -> QuerySet[Project]:
    """Projects without a team mate who still needs them."""
    others = ProjectMember.objects.filter(project=OuterRef("pk"), pupil__erased_at__isnull=True)
    return projects_of(subject).filter(~Exists(others.exclude(pupil__in=subject.pupil_ids)))


@tells("projects.Project", "projects.ProjectMember", "projects.ProjectFile")
def projects(subject: Subject) -> Iterator[Section]:
    rows = projects_of(subject).select_related("competition", "supervisor").prefetch_related("members__pupil", "files")
    yield Section(
        code="projects",
        label=_("Projects"),
        purpose=_("Taking part in a competition."),
        source=_("The pupils of the team."),
        kept=_("As long as the competition's results are kept."),
        rows=[_of_project(row, subject) for row in rows.order_by("created_at")],
    )


def _of_project(project: Project, subject: Subject) -> list[Fact]:
    """Of the others no more than the first name: the data are theirs."""
    mates = [row.pupil.public_name for row in project.members.all() if row.pupil_id not in subject.pupil_ids]
    files = [f"{row.name} ({row.size} B, SHA-256 {row.sha256})" for row in project.files.all()]
    return [
        Fact("reference", _("Reference"), project.reference),
        Fact("competition", _("Competition"), project.competition.local_name),
        Fact("title", _("Title"), project.title),
        Fact("summary", _("Summary"), project.summary),
        Fact("state", _("State"), project.get_state_display()),
        Fact("submitted", _("Submitted"), project.submitted_at),
        Fact("returned_with", _("Returned with the words"), project.return_reason),
        Fact("award", _("Award"), project.award),
        Fact("mentor", _("Mentor"), project.supervisor.get_short_name() if project.supervisor else None),
        Fact("team_mates", _("Team mates"), ", ".join(mates)),
        Fact("files", _("Files"), "; ".join(files)),
    ]


@hands_over
def project_files(subject: Subject) -> Iterator[StoredFile]:
    for row in ProjectFile.objects.filter(project__in=projects_of(subject)).select_related("project"):
        yield stored_file(f"projects/{row.project.reference}", row.name, row.storage_key)


@tells("judging.ScoreSheet")
def work_with_projects(subject: Subject) -> Iterator[Section]:
    """What a teacher or a judge did: nothing of what the pupils wrote, and no points before they are final."""
    mine = Q(supervisor=subject.user_id) | Q(created_by=subject.user_id)
    led = Project.objects.filter(mine).exclude(pk__in=projects_of(subject).values("pk"))
    sheets = ScoreSheet.objects.filter(judge=subject.user_id).select_related("project")
    yield Section(
        code="work_with_projects",
        label=_("Your work with projects"),
        purpose=_("Knowing who supervises and who judges."),
        source=_("The pupils who chose you, or the organiser."),
        kept=_("As long as the competition's results are kept; your name goes with your account."),
        rows=(rows_of(led, _of_led) + rows_of(sheets, _of_sheet)) if subject.user_id else [],
    )


def _of_led(row: Project) -> list[Fact]:
    return [Fact("reference", _("Reference"), row.reference), Fact("part", _("Your part"), _("mentor"))]


def _of_sheet(row: ScoreSheet) -> list[Fact]:
    return [
        Fact("reference", _("Reference"), row.project.reference),
        Fact("part", _("Your part"), _("judge")),
        Fact("state", _("State"), row.get_state_display()),
        Fact("comment", _("Comment"), row.comment),
    ]


@forgets("projects.Project", "projects.ProjectMember", "projects.ProjectFile", "judging.ScoreSheet")
def forget_projects(subject: Subject) -> Iterator[Erasure]:
    alone = list(_alone(subject).exclude(title=NO_TITLE).values_list("pk", flat=True))
    yield Erasure(
        label=_("Projects without a team mate"),
        count=len(alone),
        outcome=Erasure.PSEUDONYMISED,
        why=_("Title, words and files go. The entry itself, its points and its award stay as figures."),
        carry_out=lambda: _empty_projects(alone),
    )
    files = ProjectFile.objects.filter(project__in=alone)
    yield Erasure(
        label=_("Files of these projects"),
        count=files.count(),
        outcome=Erasure.REMOVED,
        why=_("They were only this person's."),
        carry_out=lambda: _delete_files(alone),
    )
    team = list(projects_of(subject).exclude(pk__in=alone).exclude(title=NO_TITLE).values_list("pk", flat=True))
    yield Erasure(
        label=_("Projects of a team"),
        count=len(team),
        outcome=Erasure.PSEUDONYMISED,
        why=_("The project stays for the team mates; this member's name goes out of it and of the files' names."),
        carry_out=lambda: _mask_projects(team, subject),
    )
    yield from _acts(subject)


def _acts(subject: Subject) -> Iterator[Erasure]:
    comments = list(subject.mentioned_in(ScoreSheet.objects.all(), "comment").values_list("pk", flat=True))
    yield Erasure(
        label=_("Judges' comments that mention the name"),
        count=len(comments),
        outcome=Erasure.PSEUDONYMISED,
        why=_("The name is taken out of their text."),
        carry_out=lambda: _mask_comments(comments, subject),
    )
    if subject.user_id:
        led = Project.objects.filter(Q(supervisor=subject.user_id) | Q(created_by=subject.user_id))
        yield Erasure(
            label=_("Supervised projects and score sheets"),
            count=led.exclude(pk__in=projects_of(subject)).count()
            + ScoreSheet.objects.filter(judge=subject.user_id).count(),
            outcome=Erasure.KEPT,
            why=_("Points and decisions must stay traceable; they point at an account without a name."),
        )


def _empty_projects(keys: list[int]) -> None:
    projects = Project.objects.filter(pk__in=keys)
    projects.filter(state__in=UNFINISHED).update(state=ProjectState.WITHDRAWN)
    projects.update(title=NO_TITLE, summary="", return_reason="")
    reasons_of(projects).delete()


def _delete_files(keys: list[int]) -> None:
    rows = ProjectFile.objects.filter(project__in=keys)
    delete_files(storages["private"], [key for pair in rows.values_list("storage_key", "preview_key") for key in pair])
    rows.delete()


def _mask_projects(keys: list[int], subject: Subject) -> None:
    for project in Project.objects.filter(pk__in=keys):
        for name in TEXTS:
            setattr(project, name, subject.mask(getattr(project, name)))
        project.save(update_fields=TEXTS)
    for file in ProjectFile.objects.filter(project__in=keys):
        # A file's name may hold the person's in any spelling: the kind is name enough.
        file.name = f"{file.kind}{PurePath(file.name).suffix}"
        file.save(update_fields=["name"])


def _mask_comments(keys: list[int], subject: Subject) -> None:
    for sheet in ScoreSheet.objects.filter(pk__in=keys):
        sheet.comment = subject.mask(sheet.comment)
        sheet.save(update_fields=["comment"])
