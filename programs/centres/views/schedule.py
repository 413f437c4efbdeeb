"""A centre's calendar for those who plan it: a new session, a series."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from programs.centres import policy, rules
from programs.centres.actions.schedule import Offer, plan_of, schedule_series, schedule_session
from programs.centres.forms import SeriesForm, SessionForm
from programs.centres.models import Centre, Session, SessionSeries
from programs.centres.queries import schedule as queries
from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.calendar import current_term
from programs.core.gates import not_found_unless, signed_in


def centre_of(request: HttpRequest, code: str) -> Centre:
    return get_object_or_404(queries.centres_run_by(request.user), code=code)


@signed_in
@require_safe
def centre_list(request: HttpRequest) -> HttpResponse:
    """The centres to choose from; people with only one go straight to its calendar."""
    centres = list(queries.centres_run_by(request.user).select_related("ward"))
    not_found_unless(bool(centres))
    if len(centres) == 1:
        return redirect("centre_schedule", centres[0].code)
    return render(request, "centres/centre_list.html", {"centres": centres})


class CentreAct(Act):
    """An act on the centre of the address."""

    context_object_name = "centre"

    def get_target(self, code: str) -> Centre:
        return centre_of(self.request, code)


class OfferAct(CentreAct):
    may = staticmethod(policy.may_schedule)

    def get_form_kwargs(self) -> dict:
        seasons = queries.open_seasons(now=timezone.now())
        return super().get_form_kwargs() | {"centre": self.target, "seasons": seasons}


class NewSession(OfferAct):
    form_class = SessionForm
    template_name = "centres/session_new.html"
    title = _("New session")
    submit = _("Open this session")
    done = _("The session is in the calendar.")

    def get_initial(self) -> dict:
        """The day of the calendar from which the form was opened."""
        try:
            return {"day": date.fromisoformat(self.request.GET.get("day", ""))}
        except ValueError:
            return {}

    def act(self, form: SessionForm) -> Session:
        offer = Offer(**form.offer())
        return schedule_session(offer=offer, starts_at=form.starts_at, by=self.user, key=form.key)

    def way_back(self, session: Session) -> str:
        return reverse("session_plan", args=[session.pk])


class NewSeries(OfferAct):
    """First what the series would make and skip, then the series itself."""

    form_class = SeriesForm
    template_name = "centres/series_new.html"
    plan: rules.SeriesPlan | None = None

    def get_initial(self) -> dict:
        """From tomorrow to the end of the term, which is what most series are for."""
        tomorrow = timezone.localdate() + timedelta(days=1)
        term = current_term(tomorrow)
        return {"starts_on": tomorrow, "ends_on": term.ends_on} if term and term.ends_on > tomorrow else {}

    def act(self, form: SeriesForm) -> SessionSeries | None:
        offer, rhythm = Offer(**form.offer()), form.rhythm
        self.plan = plan_of(offer=offer, rhythm=rhythm, now=timezone.now())
        if "make" not in self.request.POST:
            return None
        return schedule_series(offer=offer, rhythm=rhythm, by=self.user, key=form.key)

    def answer(self, series: SessionSeries | None) -> HttpResponse:
        return super().answer(series) if series else self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(plan=self.plan, **kwargs)

    def said(self, series: SessionSeries) -> str:
        count = series.sessions.count()
        message = ngettext("{count} session is in the calendar.", "{count} sessions are in the calendar.", count)
        return message.format(count=count)

    def way_back(self, series: SessionSeries) -> str:
        return reverse("series_detail", args=[series.pk])


@signed_in
@require_safe
def series_detail(request: HttpRequest, pk: int) -> HttpResponse:
    series = get_object_or_404(queries.series_visible_to(request.user), pk=pk)
    centre, sessions, now = series.field_trip.centre, queries.sessions_of(series), timezone.now()
    context = {
        "series": series,
        "centre": centre,
        "sessions": sessions,
        "history": history_of(series),
        "skipped": [rules.Skip.from_row(row) for row in series.skipped],
        "may_cancel": policy.may_schedule(request.user, centre)
        and any(rules.change_refusal(session, now=now) is None for session in sessions),
    }
    return render(request, "centres/series_detail.html", context)
