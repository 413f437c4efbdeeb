"""A centre's month: its numbers, the groups behind each of them, a file, and what the teachers said."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.centres.queries.sessions import centres_of
from programs.core.dates import month_title
from programs.core.gates import not_found_unless, signed_in
from programs.spreadsheets.xlsx import XLSX_TYPE, write_xlsx
from programs.visit_days import policy
from programs.visit_days.forms import SESSIONS, MonthForm, MonthRowsForm
from programs.visit_days.queries.month import KINDS, CentreMonth, Line, centre_month, feedback_on
from programs.visit_days.xlsx import month_sheets


def _month(request: HttpRequest, form: MonthForm) -> CentreMonth:
    not_found_unless(policy.may_see_day(request.user))
    not_found_unless(form.is_valid())
    return centre_month(request.user, form.cleaned_data["month"] or timezone.localdate())


def _titles() -> dict[str, str]:
    return {
        SESSIONS: _("Sessions"),
        "booked": _("Groups booked"),
        "confirmed": _("Groups confirmed"),
        "arrived": _("Groups that came"),
        "unannounced": _("Of them unannounced"),
        "no_show": _("Groups that did not come"),
    }


def _shown(line: Line, month: CentreMonth, **narrowing: object) -> dict:
    """A line with the address of the rows behind each of its numbers."""
    numbers = []
    for kind in KINDS:
        query = urlencode({"month": f"{month.first:%Y-%m}", "kind": kind, **narrowing})
        numbers.append(
            {"title": _titles()[kind], "value": line.groups[kind], "url": f"{reverse('month_rows')}?{query}"}
        )
    came = numbers[list(KINDS).index("arrived")]["url"]
    query = urlencode({"month": f"{month.first:%Y-%m}", "kind": SESSIONS, **narrowing})
    sessions = {"value": len(line.sessions), "url": f"{reverse('month_rows')}?{query}"}
    return {"line": line, "sessions": sessions, "numbers": numbers, "came": came}


@signed_in
@require_safe
def centre_month_page(request: HttpRequest) -> HttpResponse:
    month = _month(request, MonthForm(request.GET))
    answers, comments = feedback_on(month.bookings)
    context = {
        "month": month,
        "title": month_title(month.first),
        "centres": centres_of(request.user),
        "total": _shown(month.total(), month),
        "trips": [_shown(line, month, trip=line.key) for line in month.by_trip()],
        "schools": [_shown(line, month, school=line.key) for line in month.by_school()],
        "answers": answers,
        "comments": comments,
    }
    return render(request, "visit_days/centre_month.html", context)


@signed_in
@require_safe
def month_rows(request: HttpRequest) -> HttpResponse:
    form = MonthRowsForm(request.GET)
    month = _month(request, form)
    asked = form.cleaned_data
    narrowing = {"trip": asked["trip"], "school": asked["school"]}
    sessions = month.session_rows(**narrowing) if asked["kind"] == SESSIONS else []
    rows = [] if asked["kind"] == SESSIONS else month.rows(kind=asked["kind"], **narrowing)
    context = {
        "month": month,
        "title": _titles()[asked["kind"]],
        "month_title": month_title(month.first),
        "sessions": sessions,
        "rows": rows,
        "number": len(sessions) + len(rows),
        "narrowed": month.label_of(**narrowing),
    }
    return render(request, "visit_days/month_rows.html", context)


@signed_in
@require_safe
def month_xlsx(request: HttpRequest) -> FileResponse:
    month = _month(request, MonthForm(request.GET))
    centres = ", ".join(centre.local_name for centre in centres_of(request.user))
    sheets = month_sheets(month, title=_("Visits: {month}").format(month=month_title(month.first)), notes=[centres])
    content = write_xlsx(sheets, moment=timezone.now())
    name = f"visits-{month.first:%Y-%m}.xlsx"
    response = FileResponse(content, as_attachment=True, filename=name, content_type=XLSX_TYPE)
    response["Cache-Control"] = "private, no-store"
    return response
