"""Who holds the offices that answer for a school, whom a question falls to, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from programs.accounts.models import User
from programs.authorities import rules
from programs.authorities.choices import ApprovalKind, Office, StandIn
from programs.centres.choices import VisitRisk
from programs.centres.models import FieldTrip
from programs.core.calendar import WORK_ENDS, add_working_days, at
from programs.core.choices import Closes, level_of_grade
from programs.schools.choices import OfficeRole, SchoolRole
from programs.schools.models import Area, Membership, OfficerPost, School
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import TREE_DEPTH, scope_of
from programs.schools.rules import COORDINATING

ROLES = {Office.PRINCIPAL: (SchoolRole.PRINCIPAL,), Office.COORDINATOR: COORDINATING}
POSTS = {Office.WARD: OfficeRole.WARD, Office.DEPARTMENT: OfficeRole.DEPARTMENT}


@dataclass(frozen=True)
class Asked:
    """Whom a question is put to, and why not to the one before."""

    office: Office
    stands_in: str
    people: tuple[User, ...]


def holders_of(office: str, school: School) -> list[User]:
    """Who can answer in this office for ``school`` now; nobody at a school that does not work."""
    if office in POSTS:
        posts = OfficerPost.objects.filter(_over(school, office), role=POSTS[Office(office)], user__is_active=True)
        return list({post.user_id: post.user for post in posts.select_related("user").order_by("pk")}.values())
    if not school.is_working:
        return []
    staff = Membership.objects.current().filter(school=school, role__in=ROLES[Office(office)], user__is_active=True)
    return list({each.user_id: each.user for each in staff.select_related("user").order_by("pk")}.values())


def _over(school: School, office: str) -> Q:
    """Posts that look after the school; a ward post without a ward looks after none."""
    areas: set[int] = set()
    for leaf in (school.ward, school.cluster):
        for _floor in range(TREE_DEPTH):
            if leaf is None:
                break
            areas.add(leaf.pk)
            leaf = leaf.parent
    within = Q(areas__in=areas)
    return within | Q(areas__isnull=True) if office == Office.DEPARTMENT else within


def whom_to_ask(first: str, school: School, *, after: str = "", why: str = "") -> Asked:
    """The first office that somebody holds; with ``after``, of those behind it, because of ``why``.

    Where nobody holds any of them, the last: whoever takes it up finds the question there.
    """
    chain = rules.chain_of(first, school.authority)
    for office in chain[chain.index(Office(after)) + 1 if after else 0 :]:
        if people := holders_of(office, school):
            return Asked(office, (why or StandIn.NOBODY) if office != chain[0] else "", tuple(people))
    return Asked(chain[-1], (why or StandIn.NOBODY) if len(chain) > 1 else "", ())


def end_of_working_day(now: datetime, days: int, *, of: Closes = Closes.OFFICES) -> datetime:
    """When work ends on the last of so many working days after ``now``."""
    return at(add_working_days(timezone.localdate(now), days, of=of), WORK_ENDS)


def answer_by(office: str, *, now: datetime) -> datetime | None:
    """Until when an office that is asked ``now`` has time, before the next is asked; within a school on school days."""
    days = rules.days_to_answer(office, settings.JURISDICTION.get("approval_days", {}))
    of = Closes.SCHOOLS if rules.is_in_school(office) else Closes.OFFICES
    return None if days is None else end_of_working_day(now, days, of=of)


def schools_answered_for(user) -> dict[Office, QuerySet[School]]:
    """For which schools the person holds which office."""
    roles = roles_of(user)
    found = {}
    for office, held in ROLES.items():
        if schools := [school.pk for school in roles.schools_as(*held) if school.is_working]:
            found[office] = School.objects.filter(pk__in=schools)
    for office, post in POSTS.items():
        if post in roles.posts:
            scope = School.objects.filter(scope_of(post, roles.posts[post]))
            # A ward's few schools are read first, so that what is asked of them is found from them.
            found[office] = (
                School.objects.filter(pk__in=[school.pk for school in scope]) if post == OfficeRole.WARD else scope
            )
    return found


# --- By risk -----------------------------------------------------------------------------------
def _city_of(area: Area) -> int:
    """The root of the area's tree."""
    for _floor in range(TREE_DEPTH):
        if area.parent_id is None:
            break
        area = area.parent
    return area.pk


def risks_of_visit(trip: FieldTrip, school: School, *, grade: int) -> tuple[VisitRisk, ...]:
    """What makes this visit riskier than one next door."""
    here, there = school.ward, trip.centre.ward
    neighbours = here.pk == there.pk or (here.parent_id is not None and here.parent_id == there.parent_id)
    same_city = neighbours or _city_of(here) == _city_of(there)
    return rules.risks_of(trip, same_ward=here.pk == there.pk, same_city=same_city, level=level_of_grade(grade))


def approvals_needed(risks: Iterable[str]) -> tuple[ApprovalKind, ...]:
    """By the table of the jurisdiction."""
    return rules.approvals_needed(tuple(risks), settings.JURISDICTION.get("visit_approvals", {}))
