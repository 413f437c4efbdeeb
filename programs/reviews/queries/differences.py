"""What a version of a report has otherwise than the one before it, and what was done in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry

from programs.activities.models import OwnActivity, TaughtActivity
from programs.bookings.models import Booking
from programs.centres.queries.sessions import day_begins
from programs.core.choices import Level
from programs.participation.words import MEASURE_WORDS, NO_CLASS_LABEL
from programs.reviews.models import ParticipationReport, ReportLine
from programs.reviews.queries.reports import lines_in_scope

PLACE = {"name": _("Name"), "ward": _("Ward or commune"), "cluster": _("Cluster"), "authority": _("Authority")}


@dataclass(frozen=True)
class Difference:
    """One value of one school: a figure of a level, or where the school stood."""

    school_id: int
    school: str
    level: str | Promise
    label: str | Promise
    before: object
    after: object
    causes: list[ModelLogEntry] = field(default_factory=list)


def earlier_version(report: ParticipationReport) -> ParticipationReport | None:
    """The frozen version that this one took the place of."""
    earlier = ParticipationReport.objects.filter(term=report.term_id, version__lt=report.version)
    return earlier.exclude(frozen_at=None).order_by("-version").first()


def differences(report: ParticipationReport, earlier: ParticipationReport, user) -> list[Difference]:
    """School by school, in the person's scope of either version; a line that one of both lacks counts as zeros."""
    old, new = (_lines(each, user) for each in (earlier, report))
    keys = sorted(old.keys() | new.keys(), key=lambda key: ((new.get(key) or old[key]).school.sort_key, key))
    found = [each for key in keys for each in _between(old.get(key), new.get(key))]
    causes = _causes({each.school_id for each in found}, report, earlier)
    return [replace(each, causes=causes[each.school_id]) for each in found]


def _lines(report: ParticipationReport, user) -> dict[tuple[int, str], ReportLine]:
    lines = report.lines.filter(lines_in_scope(user)).select_related("school", "ward", "cluster")
    return {(line.school_id, line.level): line for line in lines}


def _between(old: ReportLine | None, new: ReportLine | None) -> list[Difference]:
    line = new or old
    if line is None:
        return []
    level = Level(line.level).label if line.level else NO_CLASS_LABEL
    found = [
        Difference(line.school_id, line.name, level, label, getattr(old, name, 0), getattr(new, name, 0))
        for name, label in MEASURE_WORDS.items()
        if getattr(old, name, 0) != getattr(new, name, 0)
    ]
    if old is None or new is None:
        return found
    return found + [
        Difference(line.school_id, line.name, level, label, _words(old, name), _words(new, name))
        for name, label in PLACE.items()
        if _words(old, name) != _words(new, name)
    ]


def _words(line: ReportLine, name: str) -> str:
    shown = {"authority": line.get_authority_display()}
    return str(shown.get(name) or getattr(line, name) or "–")


def _causes(
    schools: Collection[int], report: ParticipationReport, earlier: ParticipationReport
) -> dict[int, list[ModelLogEntry]]:
    """What the log says of the schools and of their visits, lessons and activities of the term, between both moments."""
    school_of: dict[str, dict[str, int]] = {"schools.School": {str(pk): pk for pk in schools}}
    for rows in _rows_of(schools, report):
        kept = school_of[rows.model._meta.label] = {}
        for pk, school, merged_into in rows.order_by().values_list("pk", "school", "school__merged_into"):
            kept[str(pk)] = school if school in schools else merged_into
    about = reduce(or_, (Q(label=label, object_id__in=kept) for label, kept in school_of.items()))
    said = ModelLogEntry.objects.filter(about, timestamp__gt=earlier.frozen_at, timestamp__lte=report.frozen_at)
    causes: dict[int, list[ModelLogEntry]] = defaultdict(list)
    for entry in said.order_by("timestamp", "pk"):
        causes[school_of[entry.label][entry.object_id]].append(entry)
    return causes


def _rows_of(schools: Collection[int], report: ParticipationReport) -> list[QuerySet]:
    term, theirs = report.term, Q(school__in=schools) | Q(school__merged_into__in=schools)
    days = (term.starts_on, term.ends_on)
    begins, over = day_begins(term.starts_on), day_begins(term.ends_on + timedelta(days=1))
    return [
        TaughtActivity.objects.filter(theirs, taught_on__range=days),
        OwnActivity.objects.filter(theirs, held_on__range=days),
        Booking.objects.filter(theirs, session__starts_at__gte=begins, session__starts_at__lt=over),
    ]
