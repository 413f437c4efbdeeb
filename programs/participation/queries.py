"""Every read of participation. The same cells make pages, rows, files and frozen reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from programs.accounts.models import User
from programs.activities.models import OwnActivity, TaughtActivity
from programs.bookings.models import Booking
from programs.centres.queries.sessions import day_begins
from programs.core.choices import Grade, Level, level_of_grade
from programs.core.models import Term
from programs.notices.models import Message
from programs.participation.choices import ALL_TERMS, NO_CLASS, Activity, GroupBy
from programs.participation.models import Indicator
from programs.participation.rules import Cell, Participation, SchoolFacts
from programs.schools.models import Membership, School, SchoolLevel
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import OFF_THE_LIST, schools_in_scope
from programs.schools.rules import LEADING

_LEVEL = CharField(max_length=20)
_TAUGHT = (Level.PRIMARY, Level.LOWER_SECONDARY, Level.UPPER_SECONDARY)


# --- What is asked ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Filters:
    """The same value draws the page, opens the rows and names the file.

    ``term`` is None for all terms; ``level`` may be ``NO_CLASS``; ``school`` is a school's code.
    """

    term: Term | None = None
    ward: int | None = None
    cluster: int | None = None
    level: str = ""
    school: str = ""
    former: str = ""  # the province before July 2025
    by: str = GroupBy.WARD

    def narrowing(self) -> dict:
        return {
            "ward": self.ward,
            "cluster": self.cluster,
            "level": self.level,
            "school": self.school,
            "former": self.former,
        }

    def query(self, **changes: object) -> str:
        """These filters as an address writes them, with ``changes``; an empty change takes a filter away."""
        asked = {"term": self.term.pk if self.term else ALL_TERMS, **self.narrowing()} | changes
        return urlencode({name: value for name, value in asked.items() if value})


# --- Scope --------------------------------------------------------------------------------------
def schools_reported_to(user) -> QuerySet[School]:
    """An officer's scope; else the schools for which the person answers."""
    roles = roles_of(user)
    if roles.is_officer:
        return schools_in_scope(user)
    return School.objects.filter(pk__in=[school.pk for school in roles.schools_as(*LEADING)])


def terms_so_far(today: date) -> list[Term]:
    """Terms that have begun, the latest first."""
    return list(Term.objects.filter(starts_on__lte=today).select_related("school_year").order_by("-starts_on"))


# --- What happened ------------------------------------------------------------------------------
def _during(terms: Sequence[Term], moment: str) -> Q:
    """Moments whose local day lies in one of ``terms``."""
    return reduce(or_, (_in_term(term, moment) for term in terms), Q(pk__in=[]))


def _in_term(term: Term, moment: str) -> Q:
    first, after = day_begins(term.starts_on), day_begins(term.ends_on + timedelta(days=1))
    return Q(**{f"{moment}__gte": first, f"{moment}__lt": after})


def _on_days(term: Term, day: str) -> Q:
    return Q(**{f"{day}__gte": term.starts_on, f"{day}__lte": term.ends_on})


def _level(grade: str) -> Case:
    """The level of a class: by its grade; grades 10 to 12 of a school that only continues education are its own."""
    has = SchoolLevel.objects.filter(school=OuterRef("school"))
    continuing = Exists(has.filter(level=Level.CONTINUING)) & ~Exists(has.filter(level=Level.UPPER_SECONDARY))
    grades = {level: [each for each in Grade.values if level_of_grade(each) == level] for level in _TAUGHT}
    return Case(
        When(continuing & Q(**{f"{grade}__in": grades[Level.UPPER_SECONDARY]}), then=Value(Level.CONTINUING.value)),
        *[When(**{f"{grade}__in": grades[level]}, then=Value(level.value)) for level in _TAUGHT],
        default=Value(""),
        output_field=_LEVEL,
    )


def _counted_school() -> Coalesce:
    """What a school did before it merged belongs to the school that it became."""
    return Coalesce("school__merged_into", "school")


def visits_in(terms: Sequence[Term], schools: QuerySet[School]) -> QuerySet[Booking]:
    """Bookings of groups that came, one row each, with ``level`` and ``counted_school``."""
    rows = Booking.objects.came().filter(_during(terms, "session__starts_at"))
    return _marked(rows, "class_group__grade", schools)


def lessons_in(terms: Sequence[Term], schools: QuerySet[School]) -> QuerySet[TaughtActivity]:
    days = reduce(or_, (_on_days(term, "taught_on") for term in terms), Q(pk__in=[]))
    return _marked(TaughtActivity.objects.in_force().filter(days), "grade", schools)


def own_activities_in(terms: Sequence[Term], schools: QuerySet[School]) -> QuerySet[OwnActivity]:
    """What schools did themselves; the level is the one that they named."""
    days = reduce(or_, (_on_days(term, "held_on") for term in terms), Q(pk__in=[]))
    rows = OwnActivity.objects.in_force().filter(days).annotate(counted_school=_counted_school())
    return rows.filter(counted_school__in=schools.order_by().values("pk"))


def _marked(rows: QuerySet, grade: str, schools: QuerySet[School]) -> QuerySet:
    marked = rows.annotate(counted_school=_counted_school(), level=_level(grade))
    return marked.filter(counted_school__in=schools.order_by().values("pk"))


def visit_rows(user, filters: Filters, terms: Sequence[Term]) -> QuerySet[Booking]:
    """The rows that make the visits, pupils and girls of ``filters``; no pupil is named in them."""
    rows = _filtered(visits_in(_asked(filters, terms), _narrowed_schools(user, filters)), filters)
    parts = ("session__field_trip__centre", "school", "class_group")
    return rows.select_related(*parts).order_by("-session__starts_at", "pk")


def lesson_rows(user, filters: Filters, terms: Sequence[Term]) -> QuerySet[TaughtActivity]:
    rows = _filtered(lessons_in(_asked(filters, terms), _narrowed_schools(user, filters)), filters)
    return rows.select_related("school", "curriculum", "class_group").order_by("-taught_on", "pk")


def own_activity_rows(user, filters: Filters, terms: Sequence[Term]) -> QuerySet[OwnActivity]:
    rows = _filtered(own_activities_in(_asked(filters, terms), _narrowed_schools(user, filters)), filters)
    return rows.select_related("school").order_by("-held_on", "pk")


def _asked(filters: Filters, terms: Sequence[Term]) -> Sequence[Term]:
    return [filters.term] if filters.term else terms


def _narrowed_schools(user, filters: Filters) -> QuerySet[School]:
    schools = schools_reported_to(user)
    if filters.ward:
        schools = schools.filter(ward=filters.ward)
    if filters.cluster:
        schools = schools.filter(cluster=filters.cluster)
    if filters.former:
        schools = schools.filter(ward__former_province=filters.former)
    return schools.filter(code=filters.school) if filters.school else schools


def _filtered(rows: QuerySet, filters: Filters) -> QuerySet:
    if not filters.level:
        return rows
    return rows.filter(level="" if filters.level == NO_CLASS else filters.level)


def totals_of_visits(rows: QuerySet[Booking]) -> dict[str, int]:
    """Visits, pupils and girls of ``rows``, in one query."""
    sums = rows.order_by().aggregate(visits=Count("pk"), pupils=Sum("arrived_pupils"), girls=Sum("arrived_girls"))
    return {name: value or 0 for name, value in sums.items()}


def totals_of_reports(rows: QuerySet) -> dict[str, int]:
    """Of lessons, or of own activities."""
    sums = rows.order_by().aggregate(visits=Count("pk"), total=Sum("pupils"), of_girls=Sum("girls"))
    return {"visits": sums["visits"], "pupils": sums["total"] or 0, "girls": sums["of_girls"] or 0}


# --- Figures ------------------------------------------------------------------------------------
def participation_of(schools: QuerySet[School], terms: Sequence[Term]) -> Participation:
    """What ``schools`` did in ``terms``: five queries, and in memory one line per school, level and term."""
    return Participation(school_facts(schools), cells_of(schools, terms))


def cells_of(schools: QuerySet[School], terms: Sequence[Term]) -> list[Cell]:
    return [*_visit_cells(schools, terms), *_lesson_cells(schools, terms), *_own_cells(schools, terms)]


def school_facts(schools: QuerySet[School]) -> list[SchoolFacts]:
    levels = defaultdict(set)
    of_schools = SchoolLevel.objects.filter(school__in=schools.order_by().values("pk")).exclude(level=Level.PRESCHOOL)
    for school_id, level in of_schools.values_list("school_id", "level"):
        levels[school_id].add(level)
    rows = schools.select_related("ward", "cluster").order_by("ward__sort_key", "ward_id", "sort_key", "pk")
    return [
        SchoolFacts(
            pk=school.pk,
            code=school.code,
            name=school.name,
            ward_id=school.ward_id,
            ward=school.ward.name,
            cluster_id=school.cluster_id,
            cluster=school.cluster.name if school.cluster else "",
            levels=frozenset(levels[school.pk]),
            counted=bool(levels[school.pk]) and school.state not in OFF_THE_LIST,
            former=school.ward.former_province,
            authority=school.authority,
        )
        for school in rows
    ]


def _visit_cells(schools: QuerySet[School], terms: Sequence[Term]) -> Iterator[Cell]:
    whens = [When(_in_term(term, "session__starts_at"), then=Value(term.pk)) for term in terms]
    rows = visits_in(terms, schools).annotate(term_id=Case(*whens, output_field=IntegerField()))
    sums = {
        "visits": Count("pk"),
        "total": Coalesce(Sum("arrived_pupils"), 0),
        "of_girls": Coalesce(Sum("arrived_girls"), 0),
    }
    for school, level, term, visits, pupils, girls in _grouped(rows, sums):
        yield Cell(school, level, term, visits=visits, pupils=pupils, girls=girls)


def _lesson_cells(schools: QuerySet[School], terms: Sequence[Term]) -> Iterator[Cell]:
    whens = [When(_on_days(term, "taught_on"), then=Value(term.pk)) for term in terms]
    rows = lessons_in(terms, schools).annotate(term_id=Case(*whens, output_field=IntegerField()))
    sums = {"lessons": Count("pk"), "total": Sum("pupils"), "of_girls": Sum("girls")}
    for school, level, term, lessons, pupils, girls in _grouped(rows, sums):
        yield Cell(school, level, term, lessons=lessons, lesson_pupils=pupils, lesson_girls=girls)


def _own_cells(schools: QuerySet[School], terms: Sequence[Term]) -> Iterator[Cell]:
    whens = [When(_on_days(term, "held_on"), then=Value(term.pk)) for term in terms]
    rows = own_activities_in(terms, schools).annotate(term_id=Case(*whens, output_field=IntegerField()))
    sums = {"activities": Count("pk"), "total": Sum("pupils"), "of_girls": Sum("girls")}
    for school, level, term, activities, pupils, girls in _grouped(rows, sums):
        yield Cell(school, level, term, activities=activities, activity_pupils=pupils, activity_girls=girls)


def _grouped(rows: QuerySet, sums: dict) -> Iterator[tuple]:
    groups = ("counted_school", "level", "term_id")
    return rows.order_by().values(*groups).annotate(**sums).values_list(*groups, *sums).iterator()


# --- Schools without any activity ---------------------------------------------------------------
REMINDER = "idle_reminder"


def idle_schools(user, filters: Filters) -> list[SchoolFacts]:
    """The counted schools of ``filters``, in the person's scope, that had nothing in its term."""
    found = participation_of(schools_reported_to(user), [filters.term] if filters.term else [])
    return [school for school, _none in found.narrowed(**filters.narrowing()).by_school(Activity.WITHOUT)]


def leaders_to_remind(schools: Collection[SchoolFacts]) -> dict[int, list[User]]:
    """Who answers for each of ``schools`` on the portal, by the school's key."""
    found: dict[int, list[User]] = {school.pk: [] for school in schools}
    people = Membership.objects.current().filter(school__in=found, role__in=LEADING, user__is_active=True)
    for member in people.select_related("user").order_by("school", "pk"):
        if member.user not in found[member.school_id]:
            found[member.school_id].append(member.user)
    return found


def reminder_key(term: Term, school: int | str) -> str:
    """One letter for this term, this week and the school; the person's key comes after it."""
    week = timezone.localdate().isocalendar()
    return f"{REMINDER}:{term.pk}:{week.year}-{week.week}:{school}:"


def reminded_this_week(term: Term) -> set[int]:
    """The keys of the schools that were written to."""
    begins = reminder_key(term, "").rstrip(":") + ":"
    keys = Message.objects.filter(kind=REMINDER, dedupe_key__startswith=begins).values_list("dedupe_key", flat=True)
    return {int(key.removeprefix(begins).partition(":")[0]) for key in keys}


def summary_of(user, today: date) -> tuple[Term | None, Participation]:
    """The term of ``today`` and the person's scope in it; read once per user object."""
    cached = getattr(user, "_participation", None)
    if cached is None:
        term = next(iter(terms_so_far(today)), None)
        cached = (term, participation_of(schools_reported_to(user), [term] if term else []))
        user._participation = cached
    return cached


# Who keeps frozen reports of a term says so here.
FROZEN: list[Callable[[Term], Model | None]] = []


def frozen_report_of(term: Term) -> Model | None:
    """The frozen report of ``term`` that holds now, if there is one."""
    return next((report for find in FROZEN if (report := find(term))), None)


def indicators() -> QuerySet[Indicator]:
    return Indicator.objects.prefetch_related("targets")
