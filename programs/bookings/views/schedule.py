"""A centre's month, with the groups that come."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from programs.bookings.queries import schedule as queries
from programs.centres.forms import MonthForm
from programs.centres.policy import may_schedule
from programs.centres.views.schedule import centre_of
from programs.core.dates import month_title, weekday_name
from programs.core.gates import signed_in

REACH = timedelta(days=3660)  # a calendar has no neighbours further away than that


@signed_in
@require_safe
def centre_schedule(request: HttpRequest, code: str) -> HttpResponse:
    centre = centre_of(request, code)
    today = timezone.localdate()
    shown = queries.centre_month(centre, _month(request, today), today=today)
    context = {
        "centre": centre,
        "calendar": shown,
        "month_name": month_title(shown.first),
        "weekday_names": [weekday_name(day.day, short=True) for day in shown.weeks[0]],
        "may_schedule": may_schedule(request.user, centre),
    }
    return render(request, "centres/centre_schedule.html", context)


def _month(request: HttpRequest, today: date) -> date:
    form = MonthForm(request.GET)
    asked = (form.cleaned_data["month"] if form.is_valid() else None) or today
    return asked if abs(asked - today) < REACH else today
