"""A centre's calendar for those who plan it: the month, one session, a new session, a series."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from programs.centres import policy, rules
from programs.centres.actions.schedule import Offer, plan_of, schedule_series, schedule_session
from programs.centres.forms import SeriesForm, SessionForm
from programs.centres.models import Centre
from programs.centres.queries import schedule as queries
from programs.core.calendar import current_term
from programs.core.gates import not_found_unless, signed_in
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal
from programs.schools.queries.roles import roles_of


def centre_of(request: HttpRequest, code: str) -> Centre:
    return get_object_or_404(queries.centres_run_by(request.user), code=code)


def may_schedule(request: HttpRequest, centre_id: int) -> bool:
    return policy.can_schedule(queries.managed_centre_ids(request.user), centre_id)


def may_furnish(request: HttpRequest, centre_id: int) -> bool:
    department = roles_of(request.user).is_department
    return policy.can_furnish(queries.managed_centre_ids(request.user), centre_id, is_department=department)


@signed_in
@require_safe
def centre_list(request: HttpRequest) -> HttpResponse:
    """The centres to choose from; people with only one go straight to its calendar."""
    centres = list(queries.centres_run_by(request.user).select_related("ward"))
    not_found_unless(bool(centres))
    if len(centres) == 1:
        return redirect("centre_schedule", centres[0].code)
    return render(request, "centres/centre_list.html", {"centres": centres})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_new(request: HttpRequest, code: str) -> HttpResponse:
    centre = centre_of(request, code)
    must(may_schedule(request, centre.pk))
    form = SessionForm(
        request.POST or None,
        centre=centre,
        seasons=queries.open_seasons(now=timezone.now()),
        initial={"day": _day_asked(request)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            session = schedule_session(
                offer=Offer(**form.offer()),
                starts_at=form.starts_at,
                by=request.user,
                key=form.cleaned_data["idempotency_key"],
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The session is in the calendar."))
            return redirect("session_plan", session.pk)
    context = {"centre": centre, "form": form, "title": _("New session"), "submit": _("Open this session")}
    return render(request, "centres/session_new.html", context)


def _day_asked(request: HttpRequest) -> date | None:
    """The day of the calendar from which the form was opened."""
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def series_new(request: HttpRequest, code: str) -> HttpResponse:
    """First what the series would make and skip, then the series itself."""
    centre = centre_of(request, code)
    must(may_schedule(request, centre.pk))
    now = timezone.now()
    form = SeriesForm(
        request.POST or None, centre=centre, seasons=queries.open_seasons(now=now), initial=_rest_of_term()
    )
    plan = None
    if request.method == "POST" and form.is_valid():
        offer, rhythm = Offer(**form.offer()), _rhythm(form)
        try:
            plan = plan_of(offer=offer, rhythm=rhythm, now=now)
            if "make" in request.POST:
                return _made(request, form, offer, rhythm)
        except Refused as refused:
            show_refusal(form, refused.refusal)
    return render(request, "centres/series_new.html", {"centre": centre, "form": form, "plan": plan})


def _rest_of_term() -> dict[str, date]:
    """From tomorrow to the end of the term, which is what most series are for."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    term = current_term(tomorrow)
    return {"starts_on": tomorrow, "ends_on": term.ends_on} if term and term.ends_on > tomorrow else {}


def _rhythm(form: SeriesForm) -> rules.Rhythm:
    names = ("starts_on", "ends_on", "weekdays", "clocks")
    return rules.Rhythm(**{name: form.cleaned_data[name] for name in names})


def _made(request: HttpRequest, form: SeriesForm, offer: Offer, rhythm: rules.Rhythm) -> HttpResponse:
    key = form.cleaned_data["idempotency_key"]
    series = schedule_series(offer=offer, rhythm=rhythm, by=request.user, key=key)
    count = series.sessions.count()
    message = ngettext("{count} session is in the calendar.", "{count} sessions are in the calendar.", count)
    messages.success(request, message.format(count=count))
    return redirect("series_detail", series.pk)


@signed_in
@require_safe
def series_detail(request: HttpRequest, pk: int) -> HttpResponse:
    series = get_object_or_404(queries.series_visible_to(request.user), pk=pk)
    sessions = queries.sessions_of(series)
    context = {
        "series": series,
        "centre": series.field_trip.centre,
        "sessions": sessions,
        "skipped": [rules.Skip.from_row(row) for row in series.skipped],
        "may_cancel": may_schedule(request, series.field_trip.centre_id)
        and any(rules.may_change(state=each.state, starts_at=each.starts_at, now=timezone.now()) for each in sessions),
    }
    return render(request, "centres/series_detail.html", context)
