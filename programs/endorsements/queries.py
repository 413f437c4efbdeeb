"""Which approvals a project needs, who may give each, and what waits for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from programs.accounts.models import User
from programs.authorities.choices import Office
from programs.authorities.queries import holders_of, schools_answered_for
from programs.authorities.rules import chain_of, office_name
from programs.competitions.models import Competition
from programs.core.queries import met_by_one
from programs.documents.models import ProjectFile
from programs.endorsements.choices import Kind, Part
from programs.endorsements.models import Approval, SafetyMember, Statement
from programs.projects.choices import IN_TEAM, MemberState, ProjectState
from programs.projects.models import Project, ProjectMember, Submission
from programs.projects.queries.deadlines import endorse_by
from programs.projects.queries.submissions import receipt_of
from programs.projects.queries.team import MEMBER_PARTS, about, entrant_of, members_of
from programs.projects.queries.visible import PROJECT_PARTS
from programs.schools.choices import WORKING_STATES
from programs.schools.models import Membership
from programs.schools.queries.roles import roles_of
from programs.schools.rules import LEADING


# --- What is needed -----------------------------------------------------------------------------
def kinds_of(project: Project) -> list[Kind]:
    """The roles that must approve this project."""
    wanted = {Kind.MENTOR: project.supervisor_id, Kind.SCHOOL: project.school_id, Kind.SAFETY: asks_safety(project)}
    return [kind for kind, asked in wanted.items() if asked]


def asks_safety(project: Project) -> bool:
    """Whether a document is handed in that the safety committee reads."""
    handed_in = ProjectFile.objects.filter(document__project=project, superseded_at=None)
    return handed_in.filter(document__slot__asks_safety=True).exists()


def approvals_of(submission: Submission | None) -> dict[str, Approval]:
    """What was decided about it, by role."""
    rows = submission.approvals.select_related("by") if submission else Approval.objects.none()
    return {row.kind: row for row in rows}


# --- Who may ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Asked:
    """Who may give an approval; ``office`` names an authority that stands in where the school has nobody."""

    people: tuple[User, ...]
    office: str = ""


def asked_for(project: Project, kind: str) -> Asked:
    """Who may decide now: not its team, nor whoever has decided about this submission in another role."""
    busy = {row.by_id for other, row in approvals_of(receipt_of(project)).items() if other != kind}
    busy |= {person.user_id for person in members_of(project)}
    if kind == Kind.MENTOR:
        mentor = project.supervisor
        at_school = mentor is not None and mentor.is_active and _works_at_school(project, mentor)
        return Asked((mentor,) if mentor is not None and at_school and mentor.pk not in busy else ())
    if kind == Kind.SAFETY:
        members = [row.user for row in safety_committee(project.competition)]
        return Asked(tuple(each for each in members if each.is_active and each.pk not in busy))
    return _asked_of_school(project, busy)


def _works_at_school(project: Project, person: User) -> bool:
    school = project.school
    return school is None or (school.is_working and roles_of(person).is_staff_of(school))


def _asked_of_school(project: Project, busy: set[int]) -> Asked:
    """Who leads the school, but not its mentor; where nobody else does, whoever answers for the school."""
    school = project.school
    if school is None:
        return Asked(())
    inside: dict[int, User] = {}
    for office in chain_of(Office.PRINCIPAL, school.authority):
        people = {each.pk: each for each in holders_of(office, school) if each.pk not in {project.supervisor_id, *busy}}
        if office in (Office.PRINCIPAL, Office.COORDINATOR):
            inside |= people
            continue
        if inside:
            break
        if people:
            return Asked(tuple(people.values()), office_name(office, school))
    return Asked(tuple(inside.values()))


def awaited_by_kind(project: Project) -> dict[Kind, Asked]:
    """What is not decided yet about the submission that is in, and who may decide it."""
    decided = approvals_of(receipt_of(project))
    return {kind: asked_for(project, kind) for kind in kinds_of(project) if kind not in decided}


def safety_committee(competition: Competition) -> QuerySet[SafetyMember]:
    return competition.safety_committee.filter(ended_at=None).select_related("user")


def without_committee() -> QuerySet[Competition]:
    """Competitions in which a risky project waits, and nobody of the safety committee may decide about it."""
    members = SafetyMember.objects.filter(competition=OuterRef("competition"), ended_at=None, user__is_active=True)
    busy = _in_force().filter(submission__project=OuterRef(OuterRef("pk")), by=OuterRef("user"))
    in_team = _seats().filter(project=OuterRef(OuterRef("pk")), student__user=OuterRef("user"))
    free = members.exclude(Exists(busy)).exclude(Exists(in_team))
    decided = _in_force().filter(submission__project=OuterRef("pk"), kind=Kind.SAFETY)
    stuck = Project.objects.filter(~Exists(decided), ~Exists(free), Exists(_risky()), state=ProjectState.SUBMITTED)
    return competitions_of(stuck)


def _in_force() -> QuerySet[Approval]:
    """Approvals of the newest submission: those of an earlier one bind nobody."""
    later = Submission.objects.filter(
        project=OuterRef("submission__project"), number__gt=OuterRef("submission__number")
    )
    return Approval.objects.exclude(Exists(later))


def _risky() -> QuerySet[ProjectFile]:
    """A file of the outer project that the safety committee reads."""
    current = ProjectFile.objects.filter(document__project=OuterRef("pk"), superseded_at=None)
    return current.filter(document__slot__asks_safety=True)


def safety_members_visible_to(user) -> QuerySet[SafetyMember]:
    """The organiser's own list."""
    members = SafetyMember.objects.filter(ended_at=None).select_related("user", "competition")
    return members if roles_of(user).is_department else members.none()


# --- What waits for a person --------------------------------------------------------------------
def asked_of(user) -> list[Q]:
    """Submitted projects whose approval may fall to this person, by why; the policy decides exactly.

    Each reason is asked by itself, so that each finds its rows by an index.
    """
    roles = roles_of(user)
    if not user.is_authenticated or roles.pupil is not None:
        return []
    found = [Q(supervisor=user, school__in=roles.working_school_ids)] if roles.working_school_ids else []
    for office, schools in schools_answered_for(user).items():
        own = Q(school__in=schools.values("pk")) & ~Q(supervisor=user)
        found.append(own if office in (Office.PRINCIPAL, Office.COORDINATOR) else own & ~Exists(_leads_school()))
    found.append(Q(competition__in=_committees_of(user)) & Exists(_risky()))
    others = ~Exists(_seats().filter(mine, project=OuterRef("pk"))) if (mine := about(entrant_of(user))) else Q()
    return [condition & others & Q(state=ProjectState.SUBMITTED) for condition in found]


def _seats() -> QuerySet[ProjectMember]:
    """Of the teams: nobody decides about the own project."""
    return ProjectMember.objects.filter(state__in=IN_TEAM)


def _committees_of(user) -> QuerySet:
    return SafetyMember.objects.filter(user=user, ended_at=None).values("competition")


def _leads_school() -> QuerySet[Membership]:
    """Somebody at the project's school who may approve for it: not its mentor or team, nor who decided already."""
    leading = Membership.objects.current().filter(
        school=OuterRef("school"), role__in=LEADING, user__is_active=True, school__state__in=WORKING_STATES
    )
    busy = _in_force().filter(submission__project=OuterRef(OuterRef("pk")), by=OuterRef("user"))
    in_team = _seats().filter(project=OuterRef(OuterRef("pk")), student__user=OuterRef("user"))
    leading = leading.exclude(user=Coalesce(OuterRef("supervisor"), 0))
    return leading.exclude(Exists(busy.exclude(kind=Kind.SCHOOL))).exclude(Exists(in_team))


def projects_to_approve(user) -> QuerySet[Project]:
    """The queue of a mentor, of who leads a school, of the safety committee: what they have not decided yet."""
    decided = _in_force().filter(submission__project=OuterRef("pk"))
    waiting = met_by_one(Project.objects.all(), *asked_of(user)).exclude(Exists(decided.filter(by=user)))
    # What a colleague decided for the school is nobody's task any more, but the mentor's and the committee's are.
    own_part = Q(supervisor=user) | Q(competition__in=_committees_of(user))
    waiting = waiting.filter(own_part | ~Exists(decided.filter(kind=Kind.SCHOOL)))
    return waiting.select_related(*PROJECT_PARTS).order_by("competition__closes_at", "submitted_at", "pk")


@dataclass(frozen=True)
class Row:
    """A project of the queue: what this person decides, whose approvals are awaited besides, and until when."""

    project: Project
    mine: list[Kind]
    others: list[Kind]
    until: datetime


def rows_of(user, projects: Collection[Project]) -> list[Row]:
    """In as many statements for one project as for twenty of one competition; the policy decides exactly."""
    keys = [project.pk for project in projects]
    decided: dict[int, set[str]] = defaultdict(set)
    for project, kind in _in_force().filter(submission__project__in=keys).values_list("submission__project", "kind"):
        decided[project].add(kind)
    files = ProjectFile.objects.filter(document__project__in=keys, superseded_at=None, document__slot__asks_safety=True)
    risky = set(files.values_list("document__project", flat=True))
    committees = set(_committees_of(user).values_list("competition", flat=True))
    competitions = {project.competition_id: project.competition for project in projects}
    ends = {key: endorse_by(competition) for key, competition in competitions.items()}
    return [
        _row(user, project, decided[project.pk], ends, risky=project.pk in risky, committees=committees)
        for project in projects
    ]


def _row(
    user, project: Project, decided: set[str], ends: dict[int, datetime], *, risky: bool, committees: set[int]
) -> Row:
    wanted = {Kind.MENTOR: project.supervisor_id, Kind.SCHOOL: project.school_id, Kind.SAFETY: risky}
    waits = [kind for kind, asked in wanted.items() if asked and kind not in decided]
    is_mentor, roles = project.supervisor_id == user.pk, roles_of(user)
    own = {
        Kind.MENTOR: is_mentor,
        Kind.SCHOOL: not is_mentor and bool(roles.schools or roles.posts),
        Kind.SAFETY: project.competition_id in committees,
    }
    mine = [kind for kind in waits if own[kind]]
    until = max(filter(None, [ends[project.competition_id], project.endorse_until]))
    return Row(project, mine, [kind for kind in waits if kind not in mine], until)


def competitions_of(projects: QuerySet[Project]) -> QuerySet[Competition]:
    return Competition.objects.filter(pk__in=projects.order_by().values("competition")).order_by("closes_at")


# --- Statements ---------------------------------------------------------------------------------
def statements_of(project: Project) -> QuerySet[Statement]:
    return project.statements.select_related("person").order_by("part", "at")


def has_stated(user, project: Project) -> bool:
    return project.statements.filter(person=user).exists()


def must_state(project: Project) -> list[User]:
    """Members who have not stated yet; who has no account any more cannot hold the others up."""
    return must_state_in_each([project])[project.pk]


def must_state_in_each(projects: Collection[Project]) -> dict[int, list[User]]:
    """The same of many."""
    keys = [project.pk for project in projects]
    stated = set(
        Statement.objects.filter(project__in=keys, part=Part.MEMBER).order_by().values_list("project", "person")
    )
    team = ProjectMember.objects.filter(project__in=keys, state=MemberState.ACCEPTED).select_related(*MEMBER_PARTS)
    waiting: dict[int, list[User]] = {key: [] for key in keys}
    for member in team.order_by("seat"):
        person = member.person.user
        if person and person.is_active and (member.project_id, person.pk) not in stated:
            waiting[member.project_id].append(person)
    return waiting
