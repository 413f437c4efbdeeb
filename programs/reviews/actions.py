"""Freezing a term's figures, loading what the indicators mean, and writing down who downloaded what."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.idempotency import once
from programs.core.locking import locked
from programs.core.models import Term
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.participation.queries import participation_of
from programs.participation.rules import MEASURES, Participation, SchoolFacts
from programs.reviews.choices import ReportState
from programs.reviews.models import ParticipationReport, ReportLine
from programs.reviews.policy import may_freeze
from programs.reviews.queries.reports import report_frozen_for
from programs.reviews.rules import freeze_refusal
from programs.schools.models import School


@transaction.atomic
@once("report.freeze", returns=ParticipationReport)
def freeze_report(*, term_id: int, by: User, key: str) -> ParticipationReport:
    """Compute the term's figures from their rows and freeze them permanently; an earlier version is superseded.

    Raises PermissionDenied, and ``Refused``: ``term_running``, ``unchanged``.
    """
    must(may_freeze(by))
    # The term's row is the lock: two officers who freeze at once get one version after the other.
    term = locked(Term.objects.select_related("school_year"), pk=term_id)
    lines = _lines(participation_of(School.objects.all(), [term]))
    earlier = report_frozen_for(term)
    same = earlier if earlier and _contents(earlier.lines.all()) == _contents(lines) else None
    refuse_if(freeze_refusal(term, same, today=timezone.localdate()))
    if earlier:
        _supersede(earlier, by)
    report = _report_to_freeze(term)
    report.state, report.frozen_at, report.frozen_by = ReportState.FROZEN, timezone.now(), by
    report.save()
    for line in lines:
        line.report = report
    ReportLine.objects.bulk_create(lines, batch_size=500)
    record(by=by, action="report.freeze", obj=report, after={"version": report.version, "lines": len(lines)})
    return report


def _report_to_freeze(term: Term) -> ParticipationReport:
    """The open report of the term, or a new version of it."""
    latest = term.participation_reports.order_by("-version").first()
    if latest and not latest.is_frozen:
        return latest
    return ParticipationReport(term=term, version=latest.version + 1 if latest else 1)


def _supersede(report: ParticipationReport, by: User) -> None:
    ParticipationReport.objects.filter(pk=report.pk, state=ReportState.FROZEN).update(state=ReportState.SUPERSEDED)
    before, after = {"state": ReportState.FROZEN}, {"state": ReportState.SUPERSEDED}
    record(by=by, action="report.supersede", obj=report, before=before, after=after)


def _lines(participation: Participation) -> list[ReportLine]:
    """One line per school and level: what happened, and zeros for every level that is counted."""
    sums: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(MEASURES, 0))
    schools = {school.pk: school for school in participation.schools}
    for school in participation.schools:
        if school.counted:
            for level in school.levels:
                sums[school.pk, level]
    for cell in participation.cells:
        for name in MEASURES:
            sums[cell.school_id, cell.level][name] += getattr(cell, name)
    return [
        ReportLine(
            school_id=pk,
            **_place_of(schools[pk]),
            level=level,
            counted=schools[pk].counted and level in schools[pk].levels,
            **measures,
        )
        for (pk, level), measures in sorted(sums.items())
    ]


def _place_of(school: SchoolFacts) -> dict[str, Any]:
    names = ("code", "name", "ward_id", "cluster_id", "authority")
    return {name: getattr(school, name) for name in names}


def _contents(lines: models.QuerySet[ReportLine] | list[ReportLine]) -> set[tuple]:
    names = ("school_id", "code", "name", "ward_id", "cluster_id", "authority", "level", "counted", *MEASURES)
    return {tuple(getattr(line, name) for name in names) for line in lines}
