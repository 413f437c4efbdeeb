"""The framework for planning sessions: opening hours, closed days, rooms and seasons."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from programs.centres import policy
from programs.centres.actions import settings as actions
from programs.centres.choices import Weekday
from programs.centres.forms import (
    AddRoomForm,
    AddSeasonForm,
    ChangeRoomForm,
    ChangeSeasonForm,
    ClosedDaysForm,
    HoursForm,
    show_spans,
)
from programs.centres.models import Blackout, Centre, Room, Season
from programs.centres.queries import schedule as queries
from programs.centres.views.schedule import CentreAct, centre_of
from programs.core.acting import Act
from programs.core.gates import not_found_unless, signed_in
from programs.schools.queries.schools import clusters


@signed_in
@require_safe
def centre_settings(request: HttpRequest, code: str) -> HttpResponse:
    centre = centre_of(request, code)
    hours = queries.hours_by_weekday(centre)
    context = {
        "centre": centre,
        "hours": [(weekday.label, show_spans(hours.get(weekday.value, []))) for weekday in Weekday],
        "rooms": list(centre.rooms.all()),
        "closed_days": queries.closed_days_to_come(centre, today=timezone.localdate()),
        "may_furnish": policy.may_furnish(request.user, centre),
    }
    return render(request, "centres/centre_settings.html", context)


def _settings_of(centre: Centre) -> str:
    return reverse("centre_settings", args=[centre.code])


class FurnishCentre(CentreAct):
    submit = _("Save")
    may = staticmethod(policy.may_furnish)

    @property
    def back_url(self) -> str:
        return _settings_of(self.target)


class FurnishPart(Act):
    """An act on something that belongs to a centre."""

    def may(self, user, part: Room | Blackout) -> bool:
        return policy.may_furnish(user, part.centre)

    @property
    def back_url(self) -> str:
        return _settings_of(self.target.centre)


class SetHours(FurnishCentre):
    form_class = HoursForm
    title = _("Opening hours")
    text = _("When groups are received, such as 7:30-11:30, 13:00-17:00. If left empty, the centre is closed that day.")
    done = _("The opening hours have been saved.")

    def get_initial(self) -> dict:
        hours = queries.hours_by_weekday(self.target)
        return {day.field: hours.get(day, []) for day in Weekday}

    def act(self, form: HoursForm) -> None:
        version = form.cleaned_data["version"]
        actions.set_opening_hours(centre=self.target, hours=form.hours, version=version, by=self.user)


class CloseDays(FurnishCentre):
    form_class = ClosedDaysForm
    title = _("Close days")
    done = _("These days are now closed for new sessions.")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"centre": self.target}

    def act(self, form: ClosedDaysForm) -> Blackout:
        return actions.close_days(centre=self.target, by=self.user, key=form.key, **form.values)

    def answer(self, closed: Blackout) -> HttpResponse:
        answer = super().answer(closed)
        if count := queries.sessions_within(closed, now=timezone.now()):
            message = ngettext(
                "{count} session is planned on these days: move or cancel it in the calendar.",
                "{count} sessions are planned on these days: move or cancel them in the calendar.",
                count,
            )
            messages.warning(self.request, message.format(count=count))
        return answer


class OpenDays(FurnishPart):
    title = _("Reopen these days?")
    submit = _("Reopen them")
    done = _("Sessions can be planned on these days again.")

    def get_target(self, pk: int) -> Blackout:
        return get_object_or_404(queries.closed_days_run_by(self.user), pk=pk)

    @property
    def text(self) -> str:
        return self.target.reason

    def act(self, form) -> None:
        actions.open_days(closed=self.target, by=self.user)


class AddRoom(FurnishCentre):
    form_class = AddRoomForm
    title = _("New room")
    done = _("The room has been saved.")

    def act(self, form: AddRoomForm) -> Room:
        return actions.add_room(centre=self.target, by=self.user, key=form.key, **form.values)


class ChangeRoom(FurnishPart):
    form_class = ChangeRoomForm
    title = _("Change the room")
    submit = _("Save")
    done = _("The room has been saved.")

    def get_target(self, pk: int) -> Room:
        return get_object_or_404(queries.rooms_run_by(self.user), pk=pk)

    def get_initial(self) -> dict:
        return {"name": self.target.name, "capacity": self.target.capacity}

    def act(self, form: ChangeRoomForm) -> Room:
        return actions.change_room(room=self.target, by=self.user, **form.cleaned_data)


# --- Seasons ------------------------------------------------------------------------------------
@signed_in
@require_safe
def season_list(request: HttpRequest) -> HttpResponse:
    not_found_unless(queries.centres_run_by(request.user).exists())
    seasons = queries.with_dead_sessions(queries.seasons_visible_to(request.user), now=timezone.now())
    seasons = seasons.select_related("school_year").prefetch_related("openings")
    context = {"seasons": list(seasons), "may_edit": policy.may_edit_seasons(request.user)}
    return render(request, "centres/season_list.html", context)


class SeasonAct(Act):
    template_name = "centres/season_form.html"
    done = _("The season has been saved.")
    back_url = reverse_lazy("season_list")

    def may(self, user, season: Season | None) -> bool:
        return policy.may_edit_seasons(user)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"clusters": clusters()}


class AddSeason(SeasonAct):
    form_class = AddSeasonForm
    title = _("New season")

    def get_target(self) -> None:
        not_found_unless(queries.centres_run_by(self.user).exists())

    def act(self, form: AddSeasonForm) -> Season:
        return actions.add_season(terms=form.terms, by=self.user, key=form.key)


class ChangeSeason(SeasonAct):
    form_class = ChangeSeasonForm

    def get_target(self, pk: int) -> Season:
        return get_object_or_404(queries.seasons_visible_to(self.user), pk=pk)

    @property
    def title(self) -> str:
        return self.target.local_name

    def get_initial(self) -> dict:
        return queries.terms_of(self.target).typed

    def act(self, form: ChangeSeasonForm) -> Season:
        version = form.cleaned_data["version"]
        return actions.change_season(season=self.target, terms=form.terms, version=version, by=self.user)
