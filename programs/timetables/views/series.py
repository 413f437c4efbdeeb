"""A series as a whole, the rooms of two sessions, the booking rules of one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from programs.centres.models import Session, SessionSeries
from programs.centres.policy import may_schedule
from programs.centres.queries.schedule import open_seasons, series_visible_to
from programs.core.acting import Act
from programs.core.refusals import refuse_if
from programs.core.versions import version_of
from programs.timetables import queries, rules
from programs.timetables.actions import series as actions
from programs.timetables.actions import terms
from programs.timetables.forms import SeriesChangeForm, SeriesTermsForm, SwapForm, TermsForm
from programs.timetables.rules import ChangePlan, TermsPlan
from programs.timetables.views.schedule import SessionAct
from programs.timetables.words import changed_words


class PlannedAct(Act):
    """First what would happen to each session of the series, then the change of exactly that."""

    context_object_name = "series"
    plan: ChangePlan | TermsPlan | None = None

    def get_target(self, pk: int) -> SessionSeries:
        return get_object_or_404(series_visible_to(self.user), pk=pk)

    def may(self, user, series: SessionSeries) -> bool:
        return may_schedule(user, series.field_trip.centre)

    @property
    def back_url(self) -> str:
        return reverse("series_detail", args=[self.target.pk])

    def plan_of(self, form) -> ChangePlan | TermsPlan:
        """What would happen now."""
        raise NotImplementedError

    def make(self, form, *, version: str) -> ChangePlan | TermsPlan:
        """The action, for what was seen at ``version``."""
        raise NotImplementedError

    def act(self, form) -> ChangePlan | TermsPlan | None:
        self.plan = self.plan_of(form)
        refuse_if(rules.nothing_refusal(self.plan))
        version = self.request.POST.get("make")
        return self.make(form, version=version) if version else None

    def answer(self, plan: ChangePlan | TermsPlan | None) -> HttpResponse:
        return super().answer(plan) if plan else self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        version = version_of(self.plan.seen) if self.plan else ""
        trip = self.target.field_trip
        return super().get_context_data(plan=self.plan, version=version, trip=trip, centre=trip.centre, **kwargs)

    def said(self, plan: ChangePlan | TermsPlan) -> str:
        count = len(plan.changing)
        message = ngettext("{count} session has been changed.", "{count} sessions have been changed.", count)
        return message.format(count=count)


class ChangeSeries(PlannedAct):
    form_class = SeriesChangeForm
    template_name = "timetables/series_change.html"
    title = _("Change the series")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"centre": self.target.field_trip.centre}

    def plan_of(self, form: SeriesChangeForm) -> ChangePlan:
        return queries.plan_of(self.target, form.change, now=timezone.now())

    def make(self, form: SeriesChangeForm, *, version: str) -> ChangePlan:
        return actions.change_series(series_id=self.target.pk, change=form.change, version=version, by=self.user)


class ChangeSeriesTerms(PlannedAct):
    form_class = SeriesTermsForm
    template_name = "timetables/series_terms.html"
    title = _("Change the booking rules of the series")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"seasons": open_seasons(now=timezone.now())}

    def plan_of(self, form: SeriesTermsForm) -> TermsPlan:
        return queries.terms_plan_of(self.target, form.change, now=timezone.now())

    def make(self, form: SeriesTermsForm, *, version: str) -> TermsPlan:
        return terms.change_series_terms(series_id=self.target.pk, change=form.change, version=version, by=self.user)

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        rows = [(line, changed_words(line)) for line in self.plan.lines] if self.plan else []
        return super().get_context_data(rows=rows, **kwargs)


class SwapRooms(SessionAct):
    form_class = SwapForm
    title = submit = _("Swap rooms")
    text = _("Both sessions keep their time, places and groups. Each group of both gets one message with its new room.")
    done = _("The rooms have been swapped. Every group has been told.")

    def get_initial(self) -> dict[str, Any]:
        return self.target.place

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"others": queries.swaps_with(self.target)}

    @property
    def nothing(self) -> str:
        """What is said where there is no session to swap with."""
        if queries.swaps_with(self.target).exists():
            return ""
        return _("At this time no other session of the centre is in another room. You can move the session instead.")

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(groups=self.counts["groups"], nothing=self.nothing, **kwargs)

    def act(self, form: SwapForm) -> Session:
        other, version = form.cleaned_data["other"], form.cleaned_data["version"]
        return actions.swap_rooms(
            session_id=self.target.pk, other_id=other.pk, version=version, other_version=other.seen, by=self.user
        )


class ChangeTerms(SessionAct):
    form_class = TermsForm
    title = submit = _("Change the booking rules")
    text = _("They can change as long as no group is hurt by it. If one would be, you read which.")
    done = _("The booking rules have been changed.")

    def get_initial(self) -> dict[str, Any]:
        return vars(queries.terms_of(self.target))

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"seasons": queries.seasons_for(self.target, now=timezone.now())}

    def act(self, form: TermsForm) -> Session:
        version = form.cleaned_data["version"]
        return terms.change_terms(session_id=self.target.pk, terms=form.terms, version=version, by=self.user)
