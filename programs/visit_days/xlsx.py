"""A centre's month as the sheets of a download."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from programs.spreadsheets.xlsx import Column, Sheet
from programs.visit_days.queries.month import KINDS, CentreMonth, Line


def _numbers(line: Line) -> list[int]:
    return [len(line.sessions), *(line.groups[kind] for kind in KINDS), line.pupils, line.girls, line.adults]


def _lines_sheet(name: str, title: str, notes: Sequence[str], heading: str, lines: list[Line], total: Line) -> Sheet:
    columns = [
        Column(heading, 44),
        Column(_("Sessions"), 10, "number"),
        Column(_("Groups booked"), 10, "number"),
        Column(_("Groups confirmed"), 11, "number"),
        Column(_("Groups that came"), 10, "number"),
        Column(_("Of them unannounced"), 11, "number"),
        Column(_("Did not come"), 10, "number"),
        Column(_("Visits by pupils"), 10, "number"),
        Column(_("of them by girls"), 10, "number"),
        Column(_("Adults who came"), 10, "number"),
    ]
    rows = [[line.label, *_numbers(line)] for line in lines]
    return Sheet(name, title, notes, columns, rows, [_("Total"), *_numbers(total)])


def month_sheets(month: CentreMonth, *, title: str, notes: Sequence[str]) -> list[Sheet]:
    total = month.total()
    return [
        _lines_sheet(_("Field trips"), title, notes, _("Field trip"), month.by_trip(), total),
        _lines_sheet(_("Schools"), title, notes, _("School"), month.by_school(), total),
        _groups_sheet(month, title, notes),
    ]


def _groups_sheet(month: CentreMonth, title: str, notes: Sequence[str]) -> Sheet:
    columns = [
        Column(_("Date"), 12, "date"),
        Column(_("Reference"), 13),
        Column(_("Field trip"), 40),
        Column(_("School"), 40),
        Column(_("Class"), 10),
        Column(_("Status"), 18),
        Column(_("Pupils booked"), 10, "number"),
        Column(_("Pupils confirmed"), 11, "number"),
        Column(_("Pupils who came"), 10, "number"),
        Column(_("of whom girls"), 10, "number"),
        Column(_("Adults who came"), 10, "number"),
    ]
    rows = [
        [
            timezone.localdate(booking.session.starts_at),
            booking.reference,
            booking.session.field_trip.local_title,
            str(booking.school),
            str(booking.class_group or ""),
            booking.get_state_display(),
            booking.pupils,
            booking.confirmed_pupils,
            booking.arrived_pupils,
            booking.arrived_girls,
            booking.arrived_adults,
        ]
        for booking in month.bookings
    ]
    return Sheet(_("Groups"), title, notes, columns, rows)
