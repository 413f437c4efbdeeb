"""Frozen reports and their figures."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from programs.core.models import Term
from programs.participation.queries import participation_of, schools_reported_to
from programs.participation.rules import MEASURES, Cell, Participation, SchoolFacts
from programs.reviews.choices import ReportState
from programs.reviews.models import ParticipationReport, ReportLine
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import scope_of


def reports_visible_to(user) -> QuerySet[ParticipationReport]:
    reports = ParticipationReport.objects.select_related("term__school_year", "frozen_by")
    return reports if roles_of(user).is_officer else reports.none()


def terms_visible_to(user) -> QuerySet[Term]:
    """Terms of which there may be a report, for those who see reports."""
    terms = Term.objects.select_related("school_year")
    return terms if roles_of(user).is_officer else terms.none()


def terms_with_reports(user, today: date) -> QuerySet[Term]:
    """Terms that have begun, each with ``versions``: its reports, the newest first."""
    versions = Prefetch(
        "participation_reports", queryset=reports_visible_to(user).order_by("-version"), to_attr="versions"
    )
    terms = Term.objects.filter(starts_on__lte=today).select_related("school_year").order_by("-starts_on")
    return terms.prefetch_related(versions)


def last_term_not_frozen(today: date) -> Term | None:
    """The term that ended last, while it has no frozen report."""
    term = Term.objects.filter(ends_on__lt=today).select_related("school_year").order_by("-ends_on").first()
    if term is None or report_frozen_for(term):
        return None
    return term


def report_frozen_for(term: Term) -> ParticipationReport | None:
    return ParticipationReport.objects.filter(term=term, state=ReportState.FROZEN).order_by("-version").first()


def participation_in(report: ParticipationReport, user) -> Participation:
    """A report in the person's scope: from its frozen lines, or computed while it is open."""
    if not report.is_frozen:
        return participation_of(schools_reported_to(user), [report.term])
    return frozen_participation(report, user)


def frozen_participation(report: ParticipationReport, user) -> Participation:
    """As it was on that day, cut by the lines themselves: an officer reads the schools that were theirs then."""
    lines = list(
        report.lines.filter(lines_in_scope(user))
        .select_related("cluster", "ward")
        .order_by("ward__sort_key", "ward_id", "school__sort_key", "school_id")
    )
    levels = defaultdict(set)
    for line in lines:
        if line.counted:
            levels[line.school_id].add(line.level)
    facts = {line.school_id: _facts_of_line(line, frozenset(levels[line.school_id])) for line in lines}
    return Participation(list(facts.values()), [_cell_of_line(line, report) for line in lines if _happened(line)])


def lines_in_scope(user) -> Q:
    """A frozen line has the columns by which an officer's scope is asked of a school."""
    scope = Q(pk__in=[])
    for role, area_ids in roles_of(user).posts.items():
        scope |= scope_of(role, area_ids)
    return scope


def _facts_of_line(line: ReportLine, levels: frozenset[str]) -> SchoolFacts:
    return SchoolFacts(
        pk=line.school_id,
        code=line.code,
        name=line.name,
        ward_id=line.ward_id,
        ward=line.ward.name,
        cluster_id=line.cluster_id,
        cluster=line.cluster.name if line.cluster else "",
        authority=line.authority,
        levels=levels,
        counted=bool(levels),
        former=line.ward.former_province,
    )


def _happened(line: ReportLine) -> bool:
    return bool(line.visits or line.lessons or line.activities)


def _cell_of_line(line: ReportLine, report: ParticipationReport) -> Cell:
    return Cell(line.school_id, line.level, report.term_id, **{name: getattr(line, name) for name in MEASURES})
