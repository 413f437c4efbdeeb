"""What the pages of both kinds share: pictures, lines with their links, and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from django.http import FileResponse
from django.utils.translation import gettext as _

from programs.core.text import slugify_vi
from programs.participation.choices import GroupBy
from programs.participation.queries import Filters
from programs.participation.rules import Figures, Participation
from programs.participation.words import percent
from programs.spreadsheets.xlsx import XLSX_TYPE

PER_PAGE = 50
LOW_SHARE = 25  # bars below this are highlighted
BARS_AT_EACH_END = 8
PARAMETER = {GroupBy.WARD: "ward", GroupBy.FORMER: "former", GroupBy.LEVEL: "level", GroupBy.TERM: "term"}


def grouped(participation: Participation, by: str, terms: Sequence) -> list[Figures]:
    if by == GroupBy.LEVEL:
        return participation.by_level()
    if by == GroupBy.FORMER:
        return participation.by_former_province()
    return participation.by_term(terms) if by == GroupBy.TERM else participation.by_ward()


def lines(figures: Sequence[Figures], filters: Filters) -> list[dict]:
    """Each line with the query that opens exactly its numbers."""
    parameter = PARAMETER[filters.by]
    return [
        {"figures": line, "share": percent(line.share), "query": filters.query(**{parameter: line.key})}
        for line in figures
    ]


def bars(figures: Sequence[Figures], filters: Filters, *, address: str) -> list[list[dict]]:
    """Wards ranked by share: one list, or the highest and the lowest where there are too many to look at.

    Levels and terms have an order of their own and keep it, terms from the oldest.
    """
    ranked = [line for line in figures if line.share is not None]
    if filters.by == GroupBy.WARD:
        ranked.sort(key=lambda line: (-line.share, -line.taking, -line.schools))
    elif filters.by == GroupBy.TERM:
        ranked.reverse()
    parameter = PARAMETER[filters.by]
    rows = [
        {
            "label": line.label,
            "share": line.share,
            "value": percent(line.share),
            "kind": "wait" if line.share < LOW_SHARE else "",
            "url": f"{address}?{filters.query(**{parameter: line.key})}&show=schools",
        }
        for line in ranked
    ]
    if filters.by != GroupBy.WARD or len(rows) <= 2 * BARS_AT_EACH_END:
        return [rows]
    return [rows[:BARS_AT_EACH_END], rows[-BARS_AT_EACH_END:]]


def described(form, filters: Filters) -> list[str]:
    """The filters in words: the lines under a title."""
    words = [str(filters.term) if filters.term else _("All terms")]
    for name in ("ward", "cluster", "level", "former"):
        value = getattr(filters, name)
        words += [str(label) for key, label in form.fields[name].choices if value and key == str(value)]
    return words


def as_file(content: IO[bytes], *parts: object) -> FileResponse:
    """A download whose name is plain ASCII, so that every system keeps it."""
    name = "-".join(slugify_vi(str(part)) for part in parts if part)
    response = FileResponse(content, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)
    response["Cache-Control"] = "private, no-store"
    return response
