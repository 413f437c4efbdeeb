"""The entries of a competition in numbers and rows, what is alike, and whom to remind."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.competitions.choices import CompetitionState
from programs.competitions.models import Competition
from programs.core.text import fold
from programs.documents.models import ProjectFile
from programs.documents.queries import current_files
from programs.entries.choices import CANNOT_BE_SEARCHED, Likeness
from programs.entries.models import FilePrint, Similarity
from programs.entries.reading import LEAST_PERCENT, bands_of, percent_alike
from programs.entries.rules import REMIND_BEFORE
from programs.projects.choices import EDITABLE, IN_TEAM, ProjectState
from programs.projects.models import Project, ProjectMember, Submission
from programs.projects.queries.contents import missing_in_each
from programs.projects.queries.team import MEMBER_PARTS
from programs.projects.queries.visible import ORGANISER_SEES, projects_visible_to
from programs.pupils.models import Enrolment
from programs.schools.queries.roles import roles_of
from programs.students.models import Student

ALIKE_FOR = timedelta(days=5 * 365)
# A printed form that the rules do not call one is alike in every entry: the closest are enough to see that.
MOST_ALIKE, MOST_CANDIDATES = 20, 200
FILE_PARTS = ("document__slot", "document__project__school", "document__project__competition")
PROJECTS = ("first__project", "second__project")
PRINT_PARTS = tuple(f"file__{part}" for part in FILE_PARTS)
STATEMENT = "statement"
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
    """Rows of the board, with whether files came in the minutes of grace."""
    late = Submission.objects.filter(project=OuterRef("pk"), arrived_at__gt=F("due_at"))
    entries = projects_visible_to(user).filter(competition=competition)
    return entries.annotate(used_grace=Exists(late)).order_by("field__position", "school__sort_key", "reference")


# --- Alike ----------------------------------------------------------------------------------------
def files_like(mine: FilePrint) -> dict[int, tuple[Likeness, int]]:
    """The prints of other projects' files, sent within five years, with how much they have in common with ``mine``."""
    at = mine.file.uploaded_at
    others = FilePrint.objects.exclude(project=mine.project_id)
    others = others.filter(file__uploaded_at__range=(at - ALIKE_FOR, at + ALIKE_FOR))
    same = others.filter(file__sha256=mine.file.sha256).order_by("-pk").values_list("pk", flat=True)
    found = dict.fromkeys(same[:MOST_ALIKE], (Likeness.FILE, 100))
    return _texts_like(mine, others) | found


def _texts_like(mine: FilePrint, others: QuerySet[FilePrint]) -> dict[int, tuple[Likeness, int]]:
    """Whoever shares a band is looked at, those with most bands in common first."""
    minima = bytes(mine.minima)
    if not minima:
        return {}
    near = others.filter(bands__value__in=bands_of(minima)).annotate(shared=Count("bands")).order_by("-shared", "-pk")
    shares = [(percent_alike(minima, bytes(each.minima)), each.pk) for each in near[:MOST_CANDIDATES]]
    closest = sorted((share for share in shares if share[0] >= LEAST_PERCENT), reverse=True)
    return {pk: (Likeness.TEXT, percent) for percent, pk in closest[:MOST_ALIKE]}


def to_compare() -> QuerySet[ProjectFile]:
    """Files of entries that were not compared yet."""
    entered = ProjectFile.objects.filter(document__project__state__in=ORGANISER_SEES, superseded_at=None)
    return entered.exclude(storage_key="").filter(Q(print=None) | Q(print__compared_at=None))


def kin_among(user, projects: Collection[int] | QuerySet) -> set[int]:
    """Those of ``projects`` that are the officer's own, or in which a member's guardian has the officer's name.

    Whether that is the same person, the organiser asks.
    """
    members = ProjectMember.objects.filter(project__in=projects, state__in=IN_TEAM).exclude(pupil__guardian_name="")
    name = fold(user.full_name)
    found = members.order_by().values_list("project", "pupil__guardian_name", "student__user")
    return {project for project, guardian, own in found if own == user.pk or (guardian and fold(guardian) == name)}


def similarities_visible_to(user, among: Q | None = None) -> QuerySet[Similarity]:
    """To the organiser, of entries that this officer may open and in which the officer has no kin.

    One of the two files may have been replaced meanwhile: a text may be taken from an earlier version, too. Of few
    pairs (``among``) the projects are read first, so that no other is.
    """
    if not user.is_authenticated or not roles_of(user).is_department:
        return Similarity.objects.none()
    current = Q(first__file__superseded_at=None) | Q(second__file__superseded_at=None)
    pairs = Similarity.objects.filter(current, among or Q())
    projects = {project for pair in pairs.order_by().values_list(*PROJECTS) for project in pair}
    entered = projects_visible_to(user).filter(pk__in=projects, state__in=ORGANISER_SEES).order_by()
    seen = set(entered.values_list("pk", flat=True)) - kin_among(user, projects)
    pairs = pairs.filter(first__project__in=seen, second__project__in=seen)
    return pairs.select_related(*(f"{side}__{part}" for side in ("first", "second") for part in PRINT_PARTS))


def similarities_of(user, competition: Competition) -> QuerySet[Similarity]:
    """Those that an entry of ``competition`` is part of, with what was done about them."""
    mine = Q(first__project__competition=competition) | Q(second__project__competition=competition)
    return similarities_visible_to(user, mine).prefetch_related("looks__by")


def flagged(user, competition: Competition) -> tuple[int, set[int]]:
    """How many pairs wait for a look, and the entries that are part of one."""
    waiting = similarities_of(user, competition).filter(set_aside_at=None).order_by()
    rows = list(waiting.select_related(None).prefetch_related(None).values_list(*PROJECTS))
    return len(rows), {project for pair in rows for project in pair}


@dataclass(frozen=True)
class Alike:
    """What an officer is told of the files of one project; each pair begins with the project's own file."""

    waiting: list[Pair]
    looked_at: list[Pair]
    unsearched: list[ProjectFile]
    under_way: int


Pair = tuple[Similarity, FilePrint, FilePrint]


def alike(user, project: Project) -> Alike:
    prints = list(project.prints.values_list("pk", flat=True))
    found = similarities_visible_to(user, Q(first__in=prints) | Q(second__in=prints))
    pairs = [(pair, *pair.seen_from(project)) for pair in found.prefetch_related("looks__by")]
    return Alike(
        waiting=[pair for pair in pairs if pair[0].set_aside_at is None],
        looked_at=[pair for pair in pairs if pair[0].set_aside_at is not None],
        unsearched=list(current_files(project).filter(print__reading__in=CANNOT_BE_SEARCHED).select_related("print")),
        under_way=to_compare().filter(document__project=project).count(),
    )


def unsearched_in(user, competition: Competition) -> QuerySet[ProjectFile]:
    """Files of entries that hold no text to compare: somebody has to look at them."""
    entries = projects_visible_to(user).filter(competition=competition, state__in=ORGANISER_SEES).order_by()
    files = ProjectFile.objects.filter(document__project__in=entries.values("pk"), superseded_at=None)
    files = files.filter(print__reading__in=CANNOT_BE_SEARCHED).select_related("print", *FILE_PARTS)
    return files.order_by("document__project__reference", "document__slot__position")


# --- Who has not submitted ------------------------------------------------------------------------
def not_submitted(competition: Competition) -> QuerySet[Project]:
    """Projects that are still with their team; the organiser reads school and mentor, not what is written."""
    waiting = Project.objects.filter(competition=competition, state__in=EDITABLE)
    return waiting.select_related("competition__rule_set", "school", "supervisor").order_by(
        "school__sort_key", "created_at"
    )


@dataclass(frozen=True)
class Unfinished:
    """A project that is not submitted, and what it lacks: parts by name, statements as a number without names."""

    project: Project
    parts: list[str]
    statements: int

    @property
    def missing(self) -> int:
        return len(self.parts) + self.statements


def unfinished(projects: Collection[Project]) -> list[Unfinished]:
    """In as many statements for one project as for a page of them."""
    found = missing_in_each(projects)
    return [
        Unfinished(
            project,
            parts=[lack.words for lack in found[project.pk] if lack.code != STATEMENT],
            statements=sum(lack.code == STATEMENT for lack in found[project.pk]),
        )
        for project in projects
    ]


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
    return bool(kin_among(user, [project.pk]))


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


def students_of(project: Project) -> QuerySet[Student]:
    return Student.objects.filter(projectmembers__project=project, projectmembers__state__in=IN_TEAM)


def changed_since(project: Project) -> list[str]:
    """Students of the team who have stated other studies after it submitted."""
    changed = students_of(project).filter(stated_at__gt=project.submitted_at) if project.submitted_at else []
    return [student.full_name for student in changed]


def numbers_twice(project: Project) -> list[tuple[str, str]]:
    """Other entries of the competition in which the same number of the same institution is stated, and the number."""
    same = Q()
    for student in students_of(project).exclude(number=""):
        same |= Q(student__institution=student.institution, student__number=student.number)
    others = ProjectMember.objects.filter(competition=project.competition_id, state__in=IN_TEAM)
    found = others.filter(same).exclude(project=project) if same else others.none()
    return list(found.order_by("project__reference").values_list("project__reference", "student__number"))


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
