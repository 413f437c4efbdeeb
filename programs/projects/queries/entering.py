"""What decides whether somebody may enter: grade, level, earlier entries, quotas, teachers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from programs.accounts.models import User
from programs.competitions.choices import CompetitionState
from programs.competitions.models import Competition
from programs.competitions.queries import competitions_visible_to
from programs.projects.choices import MemberState
from programs.projects.models import EntryQuota, Project, ProjectMember
from programs.projects.queries.team import Person, about, entrant_of
from programs.projects.rules import Entrant
from programs.pupils.models import Enrolment, Pupil
from programs.schools.models import School, SchoolLevel
from programs.students.queries import has_role


def open_competitions(user, *, now: datetime | None = None) -> QuerySet[Competition]:
    now = now or timezone.now()
    return (
        competitions_visible_to(user)
        .filter(state=CompetitionState.OPEN, opens_at__lte=now, closes_at__gt=now)
        .order_by("closes_at")
    )


def entrant_in(competition: Competition, person: Person) -> Entrant:
    """What ``entry_refusal`` asks about this person, read now."""
    if isinstance(person, Pupil):
        return entrants_of(competition, [person])[0]
    entered = project_of(person, competition) is not None
    return Entrant(
        None, has_entered=entered, is_student=True, institution=person.institution, has_role=has_role(person.user)
    )


def entrants_of(competition: Competition, pupils: list[Pupil]) -> list[Entrant]:
    """The same about several pupils at once."""
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
    return [Ceiling("school", identity, most)] if most and project.school else []


def mentor_ceiling(competition: Competition, mentor: User | None) -> list[Ceiling]:
    most = competition.rule_set.per_mentor
    identity = {"school_year_id": competition.school_year_id, "mentor": mentor}
    return [Ceiling("mentor", identity, most)] if most and mentor else []


def is_full(ceiling: Ceiling, project: Project | None = None) -> bool:
    """Whether all places are taken now, but for one that ``project`` holds already; the guard asks again."""
    taken = EntryQuota.objects.filter(**ceiling.identity, taken__gte=ceiling.most)
    return taken.exclude(places__project=project).exists() if project else taken.exists()


def project_of(person: Person | None, competition: Competition) -> Project | None:
    """The project that the person has in this competition."""
    mine = about(person)
    if mine is None:
        return None
    member = ProjectMember.objects.filter(mine, competition=competition, state=MemberState.ACCEPTED)
    return Project.objects.filter(pk__in=member.values("project")).first()


def teachers_of(school: School | None) -> QuerySet[User]:
    """Who may supervise: the staff of the pupils' own school; a team of adults has no school."""
    if school is None:
        return User.objects.none()
    at_school = Q(memberships__school=school, memberships__ended_on__isnull=True)
    return User.objects.filter(at_school, is_active=True).distinct().order_by("sort_key")


def competitions_to_enter(user, *, now: datetime) -> list[Competition]:
    """Open competitions for this pupil's grade, or for students, in which the person has no project yet."""
    person = entrant_of(user)
    if person is None:
        return []
    entered = ProjectMember.objects.filter(about(person), competition=OuterRef("pk"), state=MemberState.ACCEPTED)
    wanted = open_competitions(user, now=now).filter(~Exists(entered), closes_at__lt=now + timedelta(days=120))
    return list(wanted.filter(_fits(person)))


def _fits(person: Person) -> Q:
    """Competitions whose rules let this person enter."""
    if not isinstance(person, Pupil):
        return Q(rule_set__students=True)
    grades = Enrolment.objects.in_force().filter(pupil=person).values_list("class_group__grade", flat=True)
    lowest, highest = min(grades, default=99), max(grades, default=0)
    return Q(rule_set__pupils=True, rule_set__grade_from__lte=highest, rule_set__grade_to__gte=lowest)
