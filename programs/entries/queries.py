"""The entries of a competition in numbers and rows, what is alike, and whom to remind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.competitions.choices import CompetitionState
from programs.competitions.models import Competition
from programs.core.text import fold
from programs.documents.models import ProjectFile
from programs.documents.queries import current_files
from programs.entries.rules import REMIND_BEFORE
from programs.projects.choices import EDITABLE, IN_TEAM, ProjectState
from programs.projects.models import Project, Submission
from programs.projects.queries.team import MEMBER_PARTS
from programs.projects.queries.visible import ORGANISER_SEES, projects_visible_to
from programs.pupils.models import Enrolment

ALIKE_FOR = timedelta(days=5 * 365)
P = ProjectState
# The columns of the board, from the team's desk to the result.
COLUMNS: dict[str, tuple[str, ...]] = {
    "with_team": (P.DRAFT, P.RETURNED),
    "waiting": (P.ARRIVING, P.SUBMITTED),
    "entered": (P.ENDORSED,),
    "eligible": (P.ELIGIBLE, P.IN_JUDGING, P.AWARDED, P.NOT_AWARDED),
    "ineligible": (P.INELIGIBLE,),
    "out": (P.WITHDRAWN, P.LAPSED),
}


@dataclass
class Line:
    """A field or a school with its numbers, column by column."""

    label: str
    key: str
    numbers: dict[str, int] = field(default_factory=dict)


def numbers_of(competition: Competition, by: str) -> list[Line]:
    """How many projects in every column, by ``field`` or ``school``; drafts too, as numbers alone."""
    counts = {column: Count("pk", filter=Q(state__in=states)) for column, states in COLUMNS.items()}
    name = "name_en" if by == "field" and (get_language() or "vi").startswith("en") else "name"
    names = (f"{by}__{name}", f"{by}__code")
    rows = Project.objects.filter(competition=competition).values(*names).annotate(**counts).order_by(names[0])
    nothing = _("Teams of university students") if by == "school" else "–"
    return [
        Line(row[names[0]] or nothing, row[names[1]] or "", {column: row[column] for column in COLUMNS}) for row in rows
    ]


def entries_of(user, competition: Competition) -> QuerySet[Project]:
    """Rows of the board, with whether files came in the minutes of grace, and whether something is alike."""
    late = Submission.objects.filter(project=OuterRef("pk"), complete_at__gt=F("due_at"))
    entries = projects_visible_to(user).filter(competition=competition)
    others = _entered_files().filter(sha256=OuterRef("sha256")).exclude(document__project=OuterRef("document__project"))
    mine = ProjectFile.objects.filter(document__project=OuterRef("pk"), superseded_at=None).exclude(sha256="")
    entries = entries.annotate(used_grace=Exists(late), has_twin=Exists(mine.filter(Exists(others))))
    return entries.order_by("field__position", "school__sort_key", "reference")


def _entered_files() -> QuerySet[ProjectFile]:
    """Of entries of the last five years; what a team still works on is nobody else's to know."""
    since = timezone.now() - ALIKE_FOR
    return ProjectFile.objects.filter(document__project__state__in=ORGANISER_SEES, uploaded_at__gte=since)


def alike(user, project: Project) -> QuerySet[ProjectFile]:
    """The files of other entries with the same bytes as one of this project's, as far as this officer sees them.

    The same text in another file is not found (CASES J13 asks for it).
    """
    hashes = current_files(project).exclude(sha256="").order_by().values("sha256")
    found = _entered_files().filter(sha256__in=hashes, document__project__in=projects_visible_to(user).values("pk"))
    return found.exclude(document__project=project).select_related("document__project__school", "document__slot")


def not_submitted(competition: Competition) -> QuerySet[Project]:
    """Projects that are still with their team; the organiser reads school and mentor, not what is written."""
    waiting = Project.objects.filter(competition=competition, state__in=EDITABLE)
    return waiting.select_related("school", "supervisor").order_by("school__sort_key", "created_at")


def to_remind(*, now: datetime) -> QuerySet[Project]:
    """Whose deadline comes within three days."""
    soon = Project.objects.filter(
        state__in=EDITABLE,
        competition__state=CompetitionState.OPEN,
        competition__closes_at__gt=now,
        competition__closes_at__lte=now + REMIND_BEFORE,
    )
    return soon.select_related("competition__rule_set", "school", "supervisor").order_by("pk")


def is_kin(user, project: Project) -> bool:
    """Whether the officer has the name of a member's guardian; who it is in truth, the organiser asks."""
    names = project.members.filter(state__in=IN_TEAM).values_list("pupil__guardian_name", flat=True)
    return fold(user.full_name) in {fold(name) for name in names if name}


@dataclass(frozen=True)
class Fact:
    """What a rule asks beside what the project shows."""

    label: str
    value: str
    holds: bool


@dataclass(frozen=True)
class Entered:
    """A member: a pupil with the grade of the competition's school year, or a student with where and what number."""

    name: str
    grade: int | None = None
    studies: str = ""


def team_of(project: Project) -> list[Entered]:
    members = project.members.filter(state__in=IN_TEAM).select_related(*MEMBER_PARTS).order_by("seat")
    grades = dict(
        Enrolment.objects.in_force()
        .filter(
            pupil__in=[member.pupil_id for member in members if member.pupil_id],
            class_group__school_year=project.competition.school_year_id,
        )
        .values_list("pupil", "class_group__grade")
    )
    return [
        Entered(member.person.full_name, studies=f"{member.student.institution}, {member.student.number}")
        if member.student
        else Entered(member.person.full_name, grades.get(member.pupil_id))
        for member in members
    ]
