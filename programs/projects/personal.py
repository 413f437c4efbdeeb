"""Projects of a pupil, and those that a teacher leads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import PurePath

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.emptying import mask
from programs.core.personal import TOLD, Erasure, StoredFile, Subject, Value, forgets, hands_over, stored_file
from programs.core.personal_tables import Kind, erased, speaks_for, told
from programs.core.retention import retention_rule
from programs.projects.actions.quotas import let_go
from programs.projects.choices import IN_TEAM, UNFINISHED, MemberState, ProjectState
from programs.projects.models import (
    NO_TITLE,
    EntryQuota,
    Project,
    ProjectFile,
    ProjectMember,
    Submission,
    TeamInvitation,
)


# --- Whose --------------------------------------------------------------------------------------
def ever_of(subject: Subject) -> QuerySet[Project]:
    """Those too whose team the person left: they may speak of the person."""
    mine = ProjectMember.objects.filter(project=OuterRef("pk"), pupil__in=subject.pupil_ids)
    return Project.objects.filter(Exists(mine))


def projects_of(subject: Subject) -> QuerySet[Project]:
    mine = ProjectMember.objects.filter(project=OuterRef("pk"), pupil__in=subject.pupil_ids, state__in=IN_TEAM)
    return Project.objects.filter(Exists(mine))


def teams_left(subject: Subject) -> QuerySet[ProjectMember]:
    return ProjectMember.objects.filter(pupil__in=subject.pupil_ids, state=MemberState.LEFT)


def alone(subject: Subject) -> QuerySet[Project]:
    """Projects without a teammate who still needs them."""
    others = ProjectMember.objects.filter(project=OuterRef("pk"), state__in=IN_TEAM, pupil__erased_at__isnull=True)
    return projects_of(subject).filter(~Exists(others.exclude(pupil__in=subject.pupil_ids)))


def files_of_these(subject: Subject) -> QuerySet[ProjectFile]:
    return ProjectFile.objects.filter(project__in=alone(subject))


def submissions_of(subject: Subject) -> QuerySet[Submission]:
    return Submission.objects.filter(project__in=projects_of(subject)).select_related("project")


def submissions_of_these(subject: Subject) -> QuerySet[Submission]:
    return Submission.objects.filter(project__in=alone(subject))


def led_by(subject: Subject) -> QuerySet[Project]:
    if not subject.user_id:
        return Project.objects.none()
    mine = Q(supervisor=subject.user_id) | Q(created_by=subject.user_id)
    return Project.objects.filter(mine).exclude(pk__in=ever_of(subject).values("pk"))


# --- Telling ------------------------------------------------------------------------------------
def with_their_teams(subject: Subject) -> QuerySet[Project]:
    return projects_of(subject).select_related("supervisor").prefetch_related("members__pupil", "files")


def mentor(project: Project, _subject: Subject) -> Value:
    return project.supervisor.get_short_name() if project.supervisor else None


def team_mates(project: Project, subject: Subject) -> Value:
    """Only first names of the other members: their data is their own."""
    rows = [row for row in project.members.all() if row.state in IN_TEAM]
    mates = [row.pupil for row in rows if row.pupil_id not in subject.pupil_ids]
    return ", ".join(pupil.public_name for pupil in mates)


def files(project: Project, _subject: Subject) -> Value:
    return "; ".join(f"{row.name} ({row.size} B, SHA-256 {row.sha256})" for row in project.files.all())


PROJECTS = Kind(
    code="projects",
    label=_("Projects"),
    purpose=_("Taking part in a competition."),
    source=_("The pupils of the team."),
    kept=_("As long as the competition's results are kept."),
)
told(
    Project,
    PROJECTS,
    ("reference", _("Reference"), "reference"),
    "competition",
    "title",
    "summary",
    "state",
    ("submitted", _("Submitted"), "submitted_at"),
    ("returned_with", _("Returned with this message"), "return_reason"),
    "award",
    ("mentor", _("Mentor"), mentor),
    ("team_mates", _("Team mates"), team_mates),
    ("files", _("Files"), files),
    of=with_their_teams,
    order="created_at",
)
speaks_for(TOLD, "projects", "projects.ProjectFile")
told(
    Submission,
    PROJECTS,
    ("reference", _("Reference"), "project.reference"),
    "number",
    ("submitted", _("Submitted"), "pressed_at"),
    of=submissions_of,
)
told(
    ProjectMember,
    PROJECTS,
    ("reference", _("Reference"), "project.reference"),
    ("part", _("Your part"), lambda _row, _subject: _("left the team")),
    of=teams_left,
    only=True,
)
told(
    TeamInvitation,
    Kind(
        code="team_invitations",
        label=_("Invitations into teams"),
        purpose=_("Nobody is put into a team: each pupil answers."),
        source=_("The pupils of the team."),
        kept="projects.invitations",
    ),
    ("reference", _("Reference"), "project.reference"),
    ("invited", _("Invited"), "created_at"),
    ("answer", _("Answer"), "state"),
)

# What a teacher or a judge did: nothing of what the pupils wrote, and no points before they are final.
WORK = Kind(
    code="work_with_projects",
    label=_("Your work with projects"),
    purpose=_("Knowing who supervises and who judges."),
    source=_("The pupils who chose you, or the organiser."),
    kept=_("As long as the competition's results are kept; your name is deleted with your account."),
)
told(
    Project,
    WORK,
    ("reference", _("Reference"), "reference"),
    ("part", _("Your part"), lambda _row, _subject: _("mentor")),
    of=led_by,
    only=True,
)
told(
    EntryQuota,
    WORK,
    ("part", _("Your part"), lambda _row, _subject: _("mentor")),
    ("submitted", _("Submitted"), "taken"),
)


@hands_over
def project_files(subject: Subject) -> Iterator[StoredFile]:
    for row in ProjectFile.objects.filter(project__in=projects_of(subject)).select_related("project"):
        yield stored_file(f"projects/{row.project.reference}", row.name, row.storage_key)


# --- Forgetting ---------------------------------------------------------------------------------
def withdraw_unfinished(projects: QuerySet[Project]) -> None:
    leaving = list(projects.filter(state__in=UNFINISHED))
    Project.objects.filter(pk__in=[project.pk for project in leaving]).update(state=ProjectState.WITHDRAWN)
    let_go(projects=leaving)


erased(
    ProjectFile,
    of=files_of_these,
    removed=(_("Files of these projects"), _("They belonged to this person only.")),
    masked=(_("Names of uploaded files that mention the name"), _("The name is removed from the file's name.")),
)
erased(
    Submission,
    of=submissions_of_these,
    loses=(_("What was submitted of these projects"), _("It repeats the title and the text; the time stays.")),
)
erased(
    Project,
    of=alone,
    before=withdraw_unfinished,
    loses=(
        _("Projects without a team mate"),
        _("The title, text and files are deleted. The entry itself, its points and its award are kept as figures."),
    ),
)


@forgets("projects.ProjectMember")
def forget_in_teams(subject: Subject) -> Iterator[Erasure]:
    rows = ever_of(subject).exclude(pk__in=alone(subject)).exclude(title=NO_TITLE)
    team = list(rows.values_list("pk", flat=True))
    yield Erasure(
        label=_("Projects of a team"),
        count=len(team),
        outcome=Erasure.PSEUDONYMISED,
        why=_("The project stays for the teammates; this member's name is removed from it and from the file names."),
        carry_out=partial(_mask_projects, team, subject),
    )


def _mask_projects(keys: list[int], subject: Subject) -> None:
    mask(Project.objects.filter(pk__in=keys), subject)
    mask(Submission.objects.filter(project__in=keys), subject)
    for file in ProjectFile.objects.filter(project__in=keys):
        # A file's name may hold the person's in any spelling: the kind is name enough.
        file.name = f"{file.kind}{PurePath(file.name).suffix}"
        file.save(update_fields=["name"])


DECISIONS = (
    _("Supervised projects and score sheets"),
    _("Points and decisions must remain traceable; they are only linked to an account without a name."),
)
erased(
    TeamInvitation,
    removed=(_("Invitations into teams"), _("Only the pupil who was invited could answer them.")),
)
erased(Project, of=led_by, kept=DECISIONS)
erased(EntryQuota, kept=DECISIONS)


# --- How long -----------------------------------------------------------------------------------
@retention_rule(
    "projects.invitations",
    label=_("Invitations into teams that were answered, taken back or not used"),
    days=60,
    basis=_("Who is in the team is kept with the project; who was asked is needed only until it is submitted."),
)
def invitations_over(limit: datetime) -> QuerySet[TeamInvitation]:
    return TeamInvitation.objects.filter(expires_at__lt=limit)
