"""The rows left out of an import, as a sheet that can be corrected and sent again."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programs.rosters.choices import RowDecision, RowOutcome
from programs.rosters.models import RosterImport, RosterRow
from programs.rosters.words import FIELD_NAMES, remarks_of
from programs.spreadsheets.xlsx import Column, Sheet

WIDTHS = {"full_name": 28, "last_middle_name": 22, "guardian_name": 26, "guardian_phone": 18}
ORDER = [name for name in FIELD_NAMES if name not in ("source", "left_on")]


def left_out_sheet(roster: RosterImport, rows: QuerySet[RosterRow]) -> Sheet:
    fields = [name for name in ORDER if name in roster.mapping.values()]
    return Sheet(
        name=_("Rows left out"),
        title=_("Rows left out of the import {reference}").format(reference=roster.reference),
        notes=[
            _("Correct the rows here and send this file again; rows already imported do not need to be sent again."),
        ],
        columns=[
            Column(pgettext("of a spreadsheet", "Row"), 8),
            *(Column(FIELD_NAMES[name], WIDTHS.get(name, 14)) for name in fields),
            Column(_("Why it was left out"), 70),
        ],
        rows=_lines(roster, rows, fields),
    )


def _lines(roster: RosterImport, rows: QuerySet[RosterRow], fields: list[str]) -> Iterator[list[str]]:
    for row in rows.iterator(chunk_size=500):
        yield [roster.place_of(row.sheet, row.line), *(row.values.get(name, "") for name in fields), _reason(row)]


def _reason(row: RosterRow) -> str:
    if row.decision == RowDecision.SKIP:
        return _("Left out because you chose to.")
    remarks = [remark for remark in remarks_of(row) if remark.kind != "info"]
    if not remarks and row.outcome == RowOutcome.DECIDE:
        return _("No decision was made about this row.")
    return " ".join(f"{remark.field}: {remark.text}" if remark.field else remark.text for remark in remarks)
