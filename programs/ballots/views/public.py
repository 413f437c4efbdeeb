"""The draw as everybody sees it, with its files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.ballots import queries
from programs.ballots.choices import PUBLISHED, REVEALED, BallotState
from programs.ballots.models import Ballot
from programs.ballots.rules import fair, steps
from programs.centres.choices import SessionState
from programs.core.dates import short_moment
from programs.spreadsheets.formulas import csv_text

SCRIPT = Path(__file__).parent.parent / "data" / "repeat_draw.py"


@require_safe
def ballot_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """The list, the seed and the result; how it works and how to repeat it."""
    ballot = get_object_or_404(queries.public_ballots(), reference=reference)
    document = queries.published_list(ballot)
    sent = ballot.state == BallotState.SENT
    own = queries.own_entries(request.user, ballot) if request.user.is_authenticated else []
    context = {
        "ballot": ballot,
        "title": ballot_title(ballot),
        "now": timezone.now(),
        "accepts": steps.entering_refusal(ballot, now=timezone.now()) is None,
        "sessions": list(queries.sessions_to_enter(ballot)) if ballot.state == BallotState.OPEN else [],
        "own": list(own),
        "rows": _result_rows(ballot, document) if sent else _list_rows(document),
        "published": ballot.state in PUBLISHED,
        "revealed": ballot.state in REVEALED,
        "listed": _listed(ballot, document),
        "command": _command(ballot),
        "coverage": coverage(ballot, document) if sent else None,
        "factors": [(fair.FACTOR_WORDS[name], ballot.factors.get(name, 0)) for name in fair.FACTORS],
        "script": SCRIPT.read_text(encoding="utf-8"),
    }
    return render(request, "ballots/ballot_detail.html", context)


def ballot_title(ballot: Ballot) -> str:
    if ballot.season:
        return ballot.season.local_name
    return f"{ballot.session.field_trip.local_title}, {short_moment(ballot.session.starts_at)}"


def _listed(ballot: Ballot, document: dict) -> list[dict]:
    """The published sessions, with those that were taken out meanwhile."""
    out = set(queries.sessions_of(ballot).filter(state=SessionState.CANCELLED).values_list("pk", flat=True))
    return [
        row | {"moment": datetime.fromisoformat(row["starts_at"]), "out": row["session"] in out}
        for row in document["sessions"]
    ]


def _command(ballot: Ballot) -> str:
    """What a stranger types to repeat the draw."""
    known = [ballot.secret, ballot.digits] if ballot.state in REVEALED else ["SECRET", "DIGITS"]
    return " ".join(["python3 repeat_draw.py", f"{ballot.reference}-list.json", *known, *map(str, ballot.cancelled)])


def _list_rows(document: dict) -> list[dict]:
    """The published entries, each with what its school weighs, and its wishes by the numbers of the sessions."""
    schools = {row["school"]: row for row in document["schools"]}
    return [schools[row["school"]] | row for row in document["entries"]]


def _result_rows(ballot: Ballot, document: dict) -> list[dict]:
    """The published list in the drawn order with what came of each number."""
    results = {entry.number: entry for entry in ballot.entries.exclude(place=None)}
    rows = [
        {
            **row,
            "place": entry.place,
            "ticket": entry.ticket,
            "drew": entry.drew_id or "",
            "outcome": entry.get_outcome_display() if not entry.was_lost else _("Drawn, not booked"),
            "state": entry.outcome,
            "reason": "" if entry.drew_id else entry.reason,
            "why": entry.why,
        }
        for row in _list_rows(document)
        for entry in [results[row["number"]]]
    ]
    return sorted(rows, key=lambda row: row["place"])


def coverage(ballot: Ballot, document: dict) -> fair.Coverage:
    return fair.coverage(document, dict(ballot.entries.values_list("number", "outcome")))


def _published(reference: str, *states: str) -> Ballot:
    return get_object_or_404(queries.public_ballots(), reference=reference, state__in=states)


@require_safe
def ballot_list_json(request: HttpRequest, reference: str) -> HttpResponse:
    """The published list to the byte: its SHA-256 is the published one."""
    ballot = _published(reference, *PUBLISHED)
    return _file(ballot.published, "application/json", f"{reference}-list.json")


@require_safe
def ballot_list_csv(request: HttpRequest, reference: str) -> HttpResponse:
    """The same entries for a spreadsheet."""
    document = queries.published_list(_published(reference, *PUBLISHED))
    names = ["number", "school", "name", "ward", "cluster", "pupils", "wishes", "busy", "may_win", "weight"]
    facts = ["roll", "visits", "never", "distance", "kind"]
    rows = [
        [" ".join(map(str, row[name])) if name in ("wishes", "busy") else row[name] for name in names]
        + [row["facts"][name] for name in facts]
        for row in _list_rows(document)
    ]
    return _file(csv_text([names + facts, *rows]), "text/csv; charset=utf-8", f"{reference}-list.csv")


@require_safe
def ballot_result_csv(request: HttpRequest, reference: str) -> HttpResponse:
    """What the program that repeats the draw prints, line by line; what was lost since is told on the page."""
    ballot = _published(reference, BallotState.SENT)
    names = ["place", "number", "ticket", "session", "reason"]
    rows = _result_rows(ballot, queries.published_list(ballot))
    lines = [[row["place"], row["number"], row["ticket"], row["drew"], row["reason"]] for row in rows]
    return _file(csv_text([names, *lines]), "text/csv; charset=utf-8", f"{reference}-result.csv")


@require_safe
def ballot_script(request: HttpRequest) -> HttpResponse:
    return _file(SCRIPT.read_text(encoding="utf-8"), "text/x-python; charset=utf-8", SCRIPT.name)


def _file(text: str, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text.encode(), content_type=content_type, headers=headers)
