"""What the sheets of a download hold: figures and rows put into columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from programs.activities.models import OwnActivity, TaughtActivity
from programs.bookings.models import Booking
from programs.participation.choices import GroupBy
from programs.participation.rules import MEASURES, Figures, SchoolFacts
from programs.participation.words import MEASURE_WORDS
from programs.spreadsheets.xlsx import Column, Sheet

Titled = tuple[str, Sequence[str]]  # the title of a sheet and the lines under it


def group_heading(by: str) -> str:
    others = {
        GroupBy.LEVEL: _("Level"),
        GroupBy.TERM: _("Term"),
        GroupBy.FORMER: _("Province before July 2025"),
    }
    return others.get(by, _("Ward or commune"))


def _measures() -> list[Column]:
    return [Column(str(words), 14, "number") for words in MEASURE_WORDS.values()]


def _numbers(line: Figures) -> list[int]:
    return [getattr(line, name) for name in MEASURES]


def _share(line: Figures) -> float | None:
    return None if line.share is None else line.share / 100


def figures_sheet(titled: Titled, *, by: str, lines: Sequence[Figures], total: Figures) -> Sheet:
    columns = [
        Column(group_heading(by), 34),
        Column(_("Schools"), 11, "number"),
        Column(_("Schools taking part"), 12, "number"),
        Column(_("Share of schools"), 10, "share"),
        *_measures(),
    ]

    def row(label: str | Promise, line: Figures) -> list[object]:
        return [str(label), line.schools, line.taking, _share(line), *_numbers(line)]

    rows = [row(line.label, line) for line in lines]
    return Sheet(_("Participation"), *titled, columns, rows, row(_("Total"), total))


def schools_sheet(titled: Titled, *, schools: Sequence[tuple[SchoolFacts, Figures]], total: Figures) -> Sheet:
    columns = [Column(_("Code"), 13), Column(_("School"), 44), Column(_("Ward or commune"), 26), *_measures()]
    rows = ([school.code, school.name, school.ward, *_numbers(line)] for school, line in schools)
    return Sheet(_("Schools"), *titled, columns, rows, [_("Total"), "", "", *_numbers(total)])


def visits_sheet(titled: Titled, *, rows: Iterable[Booking], totals: dict[str, int]) -> Sheet:
    columns = [
        Column(_("Date"), 12, "date"),
        Column(_("Reference"), 13),
        Column(_("School"), 40),
        Column(_("Class"), 10),
        Column(_("Field trip"), 40),
        Column(_("Centre"), 40),
        Column(_("Pupils"), 10, "number"),
        Column(_("of whom girls"), 10, "number"),
    ]
    total = [_("Total"), "", "", "", "", "", totals["pupils"], totals["girls"]]
    return Sheet(_("Visits"), *titled, columns, _visits(rows), total)


def _visits(rows: Iterable[Booking]) -> Iterator[list[object]]:
    for booking in rows:
        trip = booking.session.field_trip
        yield [
            timezone.localdate(booking.session.starts_at),
            booking.reference,
            booking.school.name,
            booking.class_group.name if booking.class_group else "",
            trip.local_title,
            trip.centre.local_name,
            booking.arrived_pupils or 0,
            booking.arrived_girls or 0,
        ]


def lessons_sheet(titled: Titled, *, rows: Iterable[TaughtActivity], totals: dict[str, int]) -> Sheet:
    columns = [
        Column(_("Date"), 12, "date"),
        Column(_("School"), 40),
        Column(_("Class"), 10),
        Column(_("STEM lesson"), 44),
        Column(_("Pupils"), 10, "number"),
        Column(_("of whom girls"), 10, "number"),
    ]
    total = [_("Total"), "", "", "", totals["pupils"], totals["girls"]]
    return Sheet(_("Lessons taught"), *titled, columns, _lessons(rows), total)


def _lessons(rows: Iterable[TaughtActivity]) -> Iterator[list[object]]:
    for lesson in rows:
        yield [
            lesson.taught_on,
            lesson.school.name,
            class_of(lesson),
            lesson.curriculum.title,
            lesson.pupils,
            lesson.girls,
        ]


def own_activities_sheet(titled: Titled, *, rows: Iterable[OwnActivity], totals: dict[str, int]) -> Sheet:
    columns = [
        Column(_("Date"), 12, "date"),
        Column(_("School"), 40),
        Column(_("Level"), 22),
        Column(_("Kind"), 30),
        Column(_("Activity"), 44),
        Column(_("Minutes"), 10, "number"),
        Column(_("Teachers"), 10, "number"),
        Column(_("Pupils"), 10, "number"),
        Column(_("of whom girls"), 10, "number"),
    ]
    total = [_("Total"), "", "", "", "", "", "", totals["pupils"], totals["girls"]]
    return Sheet(_("Own activities"), *titled, columns, _own_activities(rows), total)


def _own_activities(rows: Iterable[OwnActivity]) -> Iterator[list[object]]:
    for activity in rows:
        yield [
            activity.held_on,
            activity.school.name,
            activity.get_level_display(),
            activity.get_kind_display(),
            activity.title,
            activity.minutes,
            activity.teachers,
            activity.pupils,
            activity.girls,
        ]


def class_of(lesson: TaughtActivity) -> str:
    return lesson.class_group.name if lesson.class_group else _("Grade {grade}").format(grade=lesson.grade)


def definitions_sheet(titled: Titled, *, indicators: Iterable) -> Sheet:
    columns = [Column(_("Figure"), 34), Column(_("What it means"), 110)]
    return Sheet(_("Definitions"), *titled, columns, [[each.local_name, each.local_definition] for each in indicators])
