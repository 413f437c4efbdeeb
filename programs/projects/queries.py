"""Every read of the projects wing; first of all, who sees what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from programs.accounts.models import User
from programs.competitions.choices import CompetitionState, SlotKind
from programs.competitions.models import Competition, RuleSet
from programs.competitions.queries import competitions_visible_to
from programs.core.queries import held_by, met_by_one
from programs.core.references import TYPED_ALPHABET, readings
from programs.projects.choices import EDITABLE, IN_TEAM, FileKind, InvitationState, MemberState, ProjectState
from programs.projects.models import EntryQuota, Project, ProjectFile, ProjectMember, TeamInvitation
from programs.projects.rules import Entrant, Missing, asks_dates
from programs.pupils.models import Enrolment, Pupil
from programs.schools.models import School, SchoolLevel
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import schools_in_scope

# From the endorsement on a project is the organiser's business too; a withdrawn one is not.
ORGANISER_SEES = (
    ProjectState.ENDORSED,
    ProjectState.ELIGIBLE,
    ProjectState.INELIGIBLE,
    ProjectState.IN_JUDGING,
    ProjectState.AWARDED,
    ProjectState.NOT_AWARDED,
)
MOST_MB = 20  # where no document of the rules says
PROJECT_PARTS = ("competition__rule_set", "competition__school_year", "school", "field", "supervisor")


# --- Who sees what ------------------------------------------------------------------------------
def projects_visible_to(user) -> QuerySet[Project]:
    """A pupil's own, those of the school for its staff, and endorsed ones for the department."""
    if not user.is_authenticated:
        return Project.objects.none()
    roles = roles_of(user)
    endorsed = Q(state__in=ORGANISER_SEES, school__in=schools_in_scope(user).values("pk"))
    projects = met_by_one(
        Project.objects.all(),
        Q(members__pupil=roles.pupil.pk, members__state__in=IN_TEAM) if roles.pupil else None,
        held_by("school", roles.school_ids),
        endorsed if roles.is_department else None,
    )
    return projects.select_related(*PROJECT_PARTS)


def project_files_visible_to(user) -> QuerySet[ProjectFile]:
    return ProjectFile.objects.filter(project__in=projects_visible_to(user).values("pk"))


# --- Competitions -------------------------------------------------------------------------------
def open_competitions(user, *, now: datetime | None = None) -> QuerySet[Competition]:
    now = now or timezone.now()
    return (
        competitions_visible_to(user)
        .filter(state=CompetitionState.OPEN, opens_at__lte=now, closes_at__gt=now)
        .order_by("closes_at")
    )


def entrants_of(competition: Competition, pupils: list[Pupil]) -> list[Entrant]:
    """What ``entry_refusal`` asks about these pupils, read now."""
    entered = set(
        ProjectMember.objects.filter(competition=competition, pupil__in=pupils, state=MemberState.ACCEPTED).values_list(
            "pupil", flat=True
        )
    )
    grades = dict(
        Enrolment.objects.in_force()
        .filter(pupil__in=pupils, class_group__school_year=competition.school_year)
        .values_list("pupil", "class_group__grade")
    )
    levels: dict[int, set[str]] = {}
    for school, level in SchoolLevel.objects.filter(school__pupils__in=pupils).values_list("school", "level"):
        levels.setdefault(school, set()).add(level)
    return [
        Entrant(grades.get(pupil.pk), pupil.pk in entered, frozenset(levels.get(pupil.school_id, ())), pupil.school_id)
        for pupil in pupils
    ]


@dataclass(frozen=True)
class Ceiling:
    """A limit of the rules that this project counts for: which part of the rules, whose counter, how many."""

    part: str
    identity: dict[str, Any]
    most: int


def ceilings_of(project: Project) -> list[Ceiling]:
    return [*school_ceiling(project), *mentor_ceiling(project.competition, project.supervisor)]


def school_ceiling(project: Project) -> list[Ceiling]:
    most = project.competition.rule_set.per_school
    identity = {"competition": project.competition, "school": project.school}
    return [Ceiling("school", identity, most)] if most else []


def mentor_ceiling(competition: Competition, mentor: User | None) -> list[Ceiling]:
    most = competition.rule_set.per_mentor
    identity = {"school_year_id": competition.school_year_id, "mentor": mentor}
    return [Ceiling("mentor", identity, most)] if most and mentor else []


def is_full(ceiling: Ceiling, project: Project | None = None) -> bool:
    """Whether all places are taken now, but for one that ``project`` holds already; the guard asks again."""
    taken = EntryQuota.objects.filter(**ceiling.identity, taken__gte=ceiling.most)
    return taken.exclude(places__project=project).exists() if project else taken.exists()


def project_of_pupil_in(pupil: Pupil | None, competition: Competition) -> Project | None:
    if pupil is None:
        return None
    return Project.objects.filter(
        competition=competition, members__pupil=pupil, members__state=MemberState.ACCEPTED
    ).first()


def teachers_of(school: School) -> QuerySet[User]:
    """Who may supervise: the staff of the pupils' own school."""
    at_school = Q(memberships__school=school, memberships__ended_on__isnull=True)
    return User.objects.filter(at_school, is_active=True).distinct().order_by("sort_key")


# --- One project --------------------------------------------------------------------------------
def is_member(user, project: Project) -> bool:
    return project.members.filter(pupil__user=user, state__in=IN_TEAM).exists()


def members_of(project: Project) -> list[Pupil]:
    in_team = project.members.filter(state__in=IN_TEAM)
    members = in_team.select_related("pupil__user", "pupil__school").order_by("pupil__sort_key")
    return [member.pupil for member in members]


def people_of(project: Project) -> list[User]:
    """Its members with an account, and its supervising teacher."""
    people = [pupil.user for pupil in members_of(project) if pupil.user]
    return [*people, project.supervisor] if project.supervisor else people


def files_of(project: Project) -> dict[str, ProjectFile]:
    return {file.kind: file for file in project.files.all()}


def most_megabytes(rule_set: RuleSet, kind: str) -> int:
    """How large a file may be: what the documents of the rules allow for pictures, or for PDFs."""
    wanted = SlotKind.IMAGE if kind == FileKind.IMAGE else SlotKind.PDF
    sizes = [most for kinds, most in rule_set.slots.values_list("kinds", "most_mb") if wanted in kinds]
    return max(sizes, default=MOST_MB)


def missing_in(project: Project) -> Missing:
    kinds, rule_set = set(project.files.values_list("kind", flat=True)), project.competition.rule_set
    return Missing(
        title=not project.title,
        summary=not project.summary,
        field=project.field_id is None and rule_set.fields.exists(),
        dates=asks_dates(rule_set) and None in (project.started_on, project.finished_on),
        team=len(seats_taken(project)) < rule_set.team_min,
        supervisor=project.supervisor_id is None,
        image=FileKind.IMAGE not in kinds,
        document=FileKind.DOCUMENT not in kinds,
    )


# --- The team -----------------------------------------------------------------------------------
def seats_taken(project: Project) -> set[int]:
    return set(project.members.filter(state=MemberState.ACCEPTED).values_list("seat", flat=True))


def must_still_agree(project: Project) -> QuerySet[ProjectMember]:
    """Members who have not agreed to withdraw; who has no account any more cannot hold the others up."""
    team = project.members.filter(state=MemberState.ACCEPTED, withdraws_at=None, pupil__user__is_active=True)
    return team.select_related("pupil__user").order_by("pupil__sort_key")


def agreed_to_withdraw(project: Project) -> list[Pupil]:
    agreed = project.members.filter(state=MemberState.ACCEPTED, withdraws_at__isnull=False)
    return [member.pupil for member in agreed.select_related("pupil").order_by("withdraws_at")]


def classmates_of(pupil: Pupil, competition: Competition) -> QuerySet[Pupil]:
    """Who can be invited by name: pupils with an account in the same class of the competition's school year."""
    places = Enrolment.objects.in_force().filter(class_group__school_year=competition.school_year)
    classes = places.filter(pupil=pupil).values("class_group")
    mates = Pupil.objects.filter(pk__in=places.filter(class_group__in=classes).values("pupil"))
    return mates.filter(user__is_active=True, left_on__isnull=True).exclude(pk=pupil.pk).order_by("sort_key")


def to_invite(pupil: Pupil, project: Project, *, now: datetime) -> QuerySet[Pupil]:
    """Classmates who are neither in the team nor asked already."""
    known = project.members.filter(state=MemberState.ACCEPTED).values("pupil")
    asked = waiting_invitations(project, now=now).filter(pupil__isnull=False).values("pupil")
    return classmates_of(pupil, project.competition).exclude(pk__in=known).exclude(pk__in=asked)


def waiting_invitations(project: Project, *, now: datetime) -> QuerySet[TeamInvitation]:
    open_ones = project.invitations.filter(state=InvitationState.WAITING, expires_at__gt=now)
    return open_ones.select_related("pupil", "invited_by").order_by("created_at")


def invitations_visible_to(user) -> QuerySet[TeamInvitation]:
    """Those to this pupil, and those of the teams that the pupil is in."""
    pupil = roles_of(user).pupil if user.is_authenticated else None
    if pupil is None:
        return TeamInvitation.objects.none()
    mine = Q(project__members__pupil=pupil.pk, project__members__state=MemberState.ACCEPTED)
    seen = met_by_one(TeamInvitation.objects.all(), Q(pupil=pupil.pk), mine)
    return seen.select_related("invited_by", "pupil", *(f"project__{part}" for part in PROJECT_PARTS))


def invitations_to_answer(user, *, now: datetime) -> QuerySet[TeamInvitation]:
    """What waits on a pupil's desk; not those of teams that can no longer be joined."""
    waiting = TeamInvitation.objects.filter(pupil__user=user, state=InvitationState.WAITING, expires_at__gt=now)
    joinable = waiting.filter(
        project__state=ProjectState.DRAFT,
        project__competition__state=CompetitionState.OPEN,
        project__competition__closes_at__gt=now,
    )
    return joinable.select_related("invited_by", "project__competition").order_by("expires_at")


def invitation_with_code(typed: str) -> TeamInvitation | None:
    """By its code, however it was typed."""
    hashes = [hash_of_code(code) for code in readings(typed, TYPED_ALPHABET)]
    return TeamInvitation.objects.select_related("invited_by").filter(code_hash__in=hashes).first()


def hash_of_code(code: str) -> str:
    return salted_hmac("programs.projects.TeamInvitation", code, algorithm="sha256").hexdigest()


# --- What waits for a person --------------------------------------------------------------------
def projects_of_pupil(user) -> QuerySet[Project]:
    mine = Project.objects.filter(members__pupil__user=user, members__state__in=IN_TEAM)
    return mine.select_related(*PROJECT_PARTS).order_by("-updated_at")


def projects_to_finish(user, *, now: datetime) -> QuerySet[Project]:
    """A pupil's projects that can still be changed and submitted."""
    return projects_of_pupil(user).filter(
        state__in=EDITABLE, competition__state=CompetitionState.OPEN, competition__closes_at__gt=now
    )


def projects_to_endorse(user) -> QuerySet[Project]:
    """Submitted projects that wait for this supervising teacher, or for this coordinator's school."""
    roles = roles_of(user)
    working = roles.working_school_ids
    coordinated = [school.pk for school in roles.working_schools if roles.coordinates(school)]
    return (
        Project.objects.filter(state=ProjectState.SUBMITTED)
        .filter(Q(supervisor=user, school__in=working) | Q(school__in=coordinated))
        .select_related(*PROJECT_PARTS)
        .order_by("submitted_at")
    )


def competitions_to_enter(user, *, now: datetime) -> list[Competition]:
    """Open competitions for this pupil's grade in which the pupil has no project yet."""
    pupil = roles_of(user).pupil
    if pupil is None:
        return []
    grades = Enrolment.objects.in_force().filter(pupil=pupil).values_list("class_group__grade", flat=True)
    entered = ProjectMember.objects.filter(competition=OuterRef("pk"), pupil=pupil, state=MemberState.ACCEPTED)
    wanted = open_competitions(user, now=now).filter(~Exists(entered), closes_at__lt=now + timedelta(days=120))
    return list(
        wanted.filter(rule_set__grade_from__lte=max(grades, default=0), rule_set__grade_to__gte=min(grades, default=99))
    )
