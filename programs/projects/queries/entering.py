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
from programs.projects.rules import Entrant
from programs.pupils.models import Enrolment, Pupil
from programs.schools.models import School, SchoolLevel
from programs.schools.queries.roles import roles_of


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
