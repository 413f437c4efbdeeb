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
from programs.centres.queries.schedule import series_visible_to
from programs.core.acting import Act
from programs.core.refusals import refuse_if
from programs.core.versions import version_of
from programs.timetables import queries, rules
from programs.timetables.actions import series as actions
from programs.timetables.forms import SeriesChangeForm, SwapForm, TermsForm
from programs.timetables.rules import ChangePlan
from programs.timetables.views.schedule import SessionAct


class ChangeSeries(Act):
    """First what would happen to each session and whom it touches, then the change of exactly that."""

    form_class = SeriesChangeForm
    template_name = "timetables/series_change.html"
    context_object_name = "series"
    title = _("Change the series")
    plan: ChangePlan | None = None

    def get_target(self, pk: int) -> SessionSeries:
        return get_object_or_404(series_visible_to(self.user), pk=pk)

    def may(self, user, series: SessionSeries) -> bool:
        return may_schedule(user, series.field_trip.centre)

    @property
    def back_url(self) -> str:
        return reverse("series_detail", args=[self.target.pk])

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"centre": self.target.field_trip.centre}

    def act(self, form: SeriesChangeForm) -> ChangePlan | None:
        self.plan = queries.plan_of(self.target, form.change, now=timezone.now())
        refuse_if(rules.nothing_refusal(self.plan))
        if not (version := self.request.POST.get("make")):
            return None
        return actions.change_series(series_id=self.target.pk, change=form.change, version=version, by=self.user)

    def answer(self, plan: ChangePlan | None) -> HttpResponse:
        return super().answer(plan) if plan else self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        version = version_of(self.plan.seen) if self.plan else ""
        trip = self.target.field_trip
        return super().get_context_data(plan=self.plan, version=version, trip=trip, centre=trip.centre, **kwargs)

    def said(self, plan: ChangePlan) -> str:
        count = len(plan.changing)
        message = ngettext("{count} session has been changed.", "{count} sessions have been changed.", count)
        return message.format(count=count)


class SwapRooms(SessionAct):
    form_class = SwapForm
    title = submit = _("Swap rooms")
    text = _("Both sessions keep their time, places and groups. Each group of both gets one message with its new room.")
    done = _("The rooms have been swapped. Every group has been told.")

    def get_initial(self) -> dict[str, Any]:
        return {"room": self.target.room_id}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"others": queries.swaps_with(self.target)}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(groups=self.counts["groups"], **kwargs)

    def act(self, form: SwapForm) -> Session:
        typed = form.cleaned_data
        return actions.swap_rooms(
            session_id=self.target.pk, other_id=typed["other"].pk, version=typed["version"], by=self.user
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
        return actions.change_terms(session_id=self.target.pk, terms=form.terms, version=version, by=self.user)
