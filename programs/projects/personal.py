"""Projects of a pupil, and those that a teacher leads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.dates import exact_moment
from programs.core.emptying import mask
from programs.core.personal import TOLD, Erasure, Subject, Value, forgets
from programs.core.personal_tables import Kind, erased, own_rows, speaks_for, told
from programs.core.retention import retention_rule
from programs.projects.actions.quotas import let_go
from programs.projects.choices import IN_TEAM, UNFINISHED, MemberState, ProjectState
from programs.projects.models import (
    NO_TITLE,
    EntryQuota,
    Project,
    ProjectMember,
    Reopening,
    Submission,
    TeamInvitation,
)


# --- Whose --------------------------------------------------------------------------------------
def ever_of(subject: Subject) -> QuerySet[Project]:
    """Those too whose team the person left: they may speak of the person."""
    return Project.objects.filter(Exists(seats_of(subject).filter(project=OuterRef("pk"))))


def projects_of(subject: Subject) -> QuerySet[Project]:
    mine = seats_of(subject).filter(project=OuterRef("pk"), state__in=IN_TEAM)
    return Project.objects.filter(Exists(mine))


def seats_of(subject: Subject) -> QuerySet[ProjectMember]:
    """As a pupil, and as a university student."""
    return own_rows(ProjectMember, subject)


def teams_left(subject: Subject) -> QuerySet[ProjectMember]:
    return seats_of(subject).filter(state=MemberState.LEFT)


def alone(subject: Subject) -> QuerySet[Project]:
    """Projects without a teammate who still needs them."""
    there = Q(pupil__isnull=False, pupil__erased_at=None) | Q(student__user__is_active=True)
    others = ProjectMember.objects.filter(there, project=OuterRef("pk"), state__in=IN_TEAM)
    return projects_of(subject).filter(~Exists(others.exclude(pk__in=seats_of(subject).values("pk"))))


def submissions_of(subject: Subject) -> QuerySet[Submission]:
    return Submission.objects.filter(project__in=alone(subject))


def reopenings_of(subject: Subject) -> QuerySet[Reopening]:
    return Reopening.objects.filter(project__in=alone(subject))


def led_by(subject: Subject) -> QuerySet[Project]:
    if not subject.user_id:
        return Project.objects.none()
    mine = Q(supervisor=subject.user_id) | Q(created_by=subject.user_id)
    return Project.objects.filter(mine).exclude(pk__in=ever_of(subject).values("pk"))


# --- Telling ------------------------------------------------------------------------------------
def with_their_teams(subject: Subject) -> QuerySet[Project]:
    return (
        projects_of(subject)
        .select_related("supervisor")
        .prefetch_related("members__pupil", "members__student__user", "submissions", "reopenings")
    )


def mentor(project: Project, _subject: Subject) -> Value:
    return project.supervisor.get_short_name() if project.supervisor else None


def team_mates(project: Project, subject: Subject) -> Value:
    """Only first names of the other members: their data is their own."""
    rows = [row for row in project.members.all() if row.state in IN_TEAM]
    own = {*subject.pupil_ids}
    mates = [row.person for row in rows if row.pupil_id not in own and not _is_own(row, subject)]
    return ", ".join(person.public_name for person in mates)


def _is_own(row: ProjectMember, subject: Subject) -> bool:
    return row.student is not None and row.student.user_id == subject.user_id


def submitted(project: Project, _subject: Subject) -> Value:
    """When, and the hashes of what was submitted; the words are those of the project."""
    lines = []
    for row in project.submissions.all():
        hashes = [f"{code} SHA-256 {seal['sha256']}" for part in row.seals.values() for code, seal in part.items()]
        lines.append("; ".join([f"{row.number}. {exact_moment(row.pressed_at)}", row.title, *hashes]))
    return "\n".join(lines)


def reopened(project: Project, _subject: Subject) -> Value:
    return "\n".join(row.reason for row in project.reopenings.all())


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
    ("submissions", _("Submissions"), submitted),
    ("reopened", _("Reopened with this reason"), reopened),
    of=with_their_teams,
    order="created_at",
)
speaks_for(TOLD, "projects", Submission._meta.label)
speaks_for(TOLD, "projects", Reopening._meta.label)
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


# --- Forgetting ---------------------------------------------------------------------------------
def withdraw_unfinished(projects: QuerySet[Project]) -> None:
    leaving = list(projects.filter(state__in=UNFINISHED))
    Project.objects.filter(pk__in=[project.pk for project in leaving]).update(state=ProjectState.WITHDRAWN)
    let_go(projects=leaving)


WITH_IT = _("Submissions and reopenings of projects without a team mate")
erased(Submission, of=submissions_of, loses=(WITH_IT, _("Only when, and the hashes of what was submitted, are kept.")))
erased(Reopening, of=reopenings_of, loses=(WITH_IT, _("The reason may speak of the pupils.")))
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
        why=_("The project stays for the teammates; this member's name is removed from it."),
        carry_out=partial(_mask_projects, team, subject),
    )


def _mask_projects(keys: list[int], subject: Subject) -> None:
    mask(Project.objects.filter(pk__in=keys), subject)
    mask(Submission.objects.filter(project__in=keys), subject)
    mask(Reopening.objects.filter(project__in=keys), subject)


DECISIONS = (
    _("Supervised projects and score sheets"),
    _("Points and decisions must remain traceable; they are only linked to an account without a name."),
)
erased(
    TeamInvitation,
    removed=(_("Invitations into teams"), _("Only the person who was invited could answer them.")),
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
