"""The framework for planning sessions: opening hours, closed days, rooms and seasons."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from programs.centres import policy as rules
from programs.centres.actions.settings import close_days, open_days, save_room, save_season, set_opening_hours
from programs.centres.choices import Weekday
from programs.centres.forms import ClosedDaysForm, HoursForm, RoomForm, SeasonForm, show_spans
from programs.centres.models import Blackout, Room, Season
from programs.centres.queries import schedule as queries
from programs.centres.views.schedule import centre_of, may_furnish
from programs.core.forms import ConfirmationForm
from programs.core.gates import not_found_unless, signed_in
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal
from programs.schools.queries.roles import roles_of
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
        "may_furnish": may_furnish(request, centre.pk),
    }
    return render(request, "centres/centre_settings.html", context)


def _form_page(request: HttpRequest, form, *, title: str, back_url: str, text: str = "", **context) -> HttpResponse:
    context |= {"title": title, "text": text, "form": form, "back_url": back_url, "submit": _("Save")}
    return render(request, "components/confirm.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def centre_hours(request: HttpRequest, code: str) -> HttpResponse:
    centre = centre_of(request, code)
    must(may_furnish(request, centre.pk))
    form = HoursForm(request.POST or None, hours=queries.hours_by_weekday(centre))
    if request.method == "POST" and form.is_valid():
        set_opening_hours(centre=centre, hours=form.hours, by=request.user)
        messages.success(request, _("The opening hours have been saved."))
        return redirect("centre_settings", centre.code)
    text = _("When groups are received, such as 7:30-11:30, 13:00-17:00. If left empty, the centre is closed that day.")
    back = reverse("centre_settings", args=[centre.code])
    return _form_page(request, form, title=_("Opening hours"), text=text, back_url=back)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def closed_days_new(request: HttpRequest, code: str) -> HttpResponse:
    centre = centre_of(request, code)
    must(may_furnish(request, centre.pk))
    form = ClosedDaysForm(request.POST or None, centre=centre)
    if request.method == "POST" and form.is_valid():
        names = ("room", "starts_on", "ends_on", "reason")
        values = {name: form.cleaned_data[name] for name in names}
        try:
            closed = close_days(centre=centre, by=request.user, key=form.cleaned_data["idempotency_key"], **values)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            _say_what_lies_there(request, closed)
            return redirect("centre_settings", centre.code)
    back = reverse("centre_settings", args=[centre.code])
    return _form_page(request, form, title=_("Close days"), back_url=back)


def _say_what_lies_there(request: HttpRequest, closed: Blackout) -> None:
    messages.success(request, _("These days are now closed for new sessions."))
    if count := queries.sessions_within(closed, now=timezone.now()):
        message = ngettext(
            "{count} session is planned on these days: move or cancel it in the calendar.",
            "{count} sessions are planned on these days: move or cancel them in the calendar.",
            count,
        )
        messages.warning(request, message.format(count=count))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def closed_days_remove(request: HttpRequest, pk: int) -> HttpResponse:
    closed = get_object_or_404(queries.closed_days_run_by(request.user), pk=pk)
    must(may_furnish(request, closed.centre_id))
    form = ConfirmationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        open_days(closed=closed, by=request.user)
        messages.success(request, _("Sessions can be planned on these days again."))
        return redirect("centre_settings", closed.centre.code)
    context = {
        "title": _("Reopen these days?"),
        "text": closed.reason,
        "form": form,
        "submit": _("Reopen them"),
        "back_url": reverse("centre_settings", args=[closed.centre.code]),
    }
    return render(request, "components/confirm.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def room_new(request: HttpRequest, code: str) -> HttpResponse:
    centre = centre_of(request, code)
    must(may_furnish(request, centre.pk))
    return _room(request, Room(centre=centre), title=_("New room"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def room_edit(request: HttpRequest, pk: int) -> HttpResponse:
    room = get_object_or_404(queries.rooms_run_by(request.user), pk=pk)
    must(may_furnish(request, room.centre_id))
    return _room(request, room, title=_("Change the room"))


def _room(request: HttpRequest, room: Room, *, title: str) -> HttpResponse:
    form = RoomForm(request.POST or None, initial={"name": room.name, "capacity": room.capacity})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            save_room(
                room=room, name=data["name"], capacity=data["capacity"], by=request.user, key=data["idempotency_key"]
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The room has been saved."))
            return redirect("centre_settings", room.centre.code)
    return _form_page(request, form, title=title, back_url=reverse("centre_settings", args=[room.centre.code]))


# --- Seasons ------------------------------------------------------------------------------------
def _may_edit_seasons(request: HttpRequest) -> bool:
    return rules.can_edit_seasons(is_department=roles_of(request.user).is_department)


@signed_in
@require_safe
def season_list(request: HttpRequest) -> HttpResponse:
    not_found_unless(queries.centres_run_by(request.user).exists())
    seasons = queries.seasons_visible_to(request.user).select_related("school_year").prefetch_related("openings")
    return render(
        request, "centres/season_list.html", {"seasons": list(seasons), "may_edit": _may_edit_seasons(request)}
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def season_new(request: HttpRequest) -> HttpResponse:
    not_found_unless(queries.centres_run_by(request.user).exists())
    must(_may_edit_seasons(request))
    return _season(request, Season(), title=_("New season"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def season_edit(request: HttpRequest, pk: int) -> HttpResponse:
    season = get_object_or_404(queries.seasons_visible_to(request.user), pk=pk)
    must(_may_edit_seasons(request))
    return _season(request, season, title=season.local_name)


def _season(request: HttpRequest, season: Season, *, title: str) -> HttpResponse:
    openings = queries.openings_of(season) if season.pk else {}
    form = SeasonForm(request.POST or None, instance=season, clusters=list(clusters()), openings=openings)
    if request.method == "POST" and form.is_valid():
        try:
            save_season(
                season=form.instance,
                openings=form.openings,
                by=request.user,
                key=form.cleaned_data["idempotency_key"],
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The season has been saved."))
            return redirect("season_list")
    return render(request, "centres/season_form.html", {"form": form, "title": title})
