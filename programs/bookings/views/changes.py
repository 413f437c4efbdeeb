"""Moving, copying, resizing and cancelling sessions."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from programs.bookings.actions.changes import cancel_series, cancel_session, change_capacity, move_session
from programs.bookings.choices import CAME
from programs.bookings.queries import schedule as schedule_queries
from programs.centres import rules
from programs.centres.actions.schedule import Offer, schedule_session
from programs.centres.forms import CapacityForm, PlaceForm, ReasonForm
from programs.centres.models import Session
from programs.centres.policy import may_schedule
from programs.centres.queries import schedule
from programs.core.audit import history_of
from programs.core.dates import short_moment
from programs.core.gates import signed_in
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal


def _planned(request: HttpRequest, pk: int) -> Session:
    """The session, for those who may change it."""
    session = get_object_or_404(schedule.planned_visible_to(request.user), pk=pk)
    must(may_schedule(request.user, session.field_trip.centre))
    return session


def _page(request: HttpRequest, session: Session, form, **context) -> HttpResponse:
    context |= {"session": session, "trip": session.field_trip, "centre": session.field_trip.centre, "form": form}
    return render(request, "bookings/session_change.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_move(request: HttpRequest, pk: int) -> HttpResponse:
    session = _planned(request, pk)
    form = PlaceForm(request.POST or None, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            moved = move_session(
                session_id=session.pk, starts_at=form.starts_at, room=form.cleaned_data["room"], by=request.user
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(
                request, _("The session will now take place on {moment}. Every group has been told.").format(
                    moment=short_moment(moved.starts_at)
                )
            )  # fmt: skip
            return redirect("session_plan", session.pk)
    counts = schedule_queries.group_counts(schedule.planned_visible_to(request.user).filter(pk=session.pk))
    text = _(
        "Bookings keep their places, papers and consents. Each group gets one message with the new calendar entry."
    )
    return _page(
        request,
        session,
        form,
        title=_("Move the session"),
        submit=_("Move the session"),
        text=text,
        groups=counts["groups"],
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_copy(request: HttpRequest, pk: int) -> HttpResponse:
    session = _planned(request, pk)
    form = PlaceForm(request.POST or None, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            copy = schedule_session(
                offer=_offer_of(session, room=form.cleaned_data["room"]),
                starts_at=form.starts_at,
                by=request.user,
                key=form.cleaned_data["idempotency_key"],
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The session is in the calendar."))
            return redirect("session_plan", copy.pk)
    text = _("The copy has the same places, season and booking rules, and no groups yet.")
    return _page(request, session, form, title=_("Copy the session"), submit=_("Create the copy"), text=text)


def _offer_of(session: Session, *, room) -> Offer:
    """The same again: what opened already is open for the copy too."""
    closes_days = max((session.starts_at - session.booking_closes_at) // timedelta(days=1), 0)
    return Offer(
        field_trip=session.field_trip,
        room=room,
        capacity=session.capacity,
        season=session.season,
        one_group=session.one_group,
        waiting_policy=session.waiting_policy,
        opens_at=session.booking_opens_at,
        closes_days=closes_days,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_capacity(request: HttpRequest, pk: int) -> HttpResponse:
    session = _planned(request, pk)
    form = CapacityForm(request.POST or None, initial={"capacity": session.capacity})
    over = []
    if request.method == "POST" and form.is_valid():
        try:
            change_capacity(session_id=session.pk, capacity=form.cleaned_data["capacity"], by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
            over = [
                each
                for each in schedule_queries.groups_of(session)
                if each.counts_seats and refused.refusal.code == "over"
            ]
        else:
            messages.success(request, _("The number of places has been changed."))
            return redirect("session_plan", session.pk)
    text = _(
        "Extra places go to the waiting list first. You cannot go below the number already taken: no group loses "
        "its places."
    )
    return _page(
        request, session, form, title=_("Change the places"), submit=_("Change the places"), text=text, over=over
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    session = _planned(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_session(session_id=session.pk, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The session has been cancelled. Every group has been told."))
            return redirect("session_plan", session.pk)
    counts = schedule_queries.group_counts(schedule.planned_visible_to(request.user).filter(pk=session.pk))
    return _page(
        request, session, form, title=_("Cancel this session?"), submit=_("Cancel the session"),
        text=_told(**counts), danger=True,
    )  # fmt: skip


def _told(*, groups: int, waiting: int) -> str:
    if not groups:
        return _("No groups have booked: no one needs to be told.")
    text = ngettext(
        "{count} group will lose its places and get one message with your reason.",
        "{count} groups will lose their places and get one message each with your reason.",
        groups,
    ).format(count=groups)
    if waiting:
        text += " " + ngettext("{count} of them is waiting.", "{count} of them are waiting.", waiting).format(
            count=waiting
        )
    return text


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def series_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    series = get_object_or_404(schedule.series_visible_to(request.user), pk=pk)
    must(may_schedule(request.user, series.field_trip.centre))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        count = cancel_series(series_id=series.pk, reason=form.cleaned_data["reason"], by=request.user)
        message = ngettext("{count} session has been cancelled.", "{count} sessions have been cancelled.", count)
        messages.success(request, message.format(count=count))
        return redirect("series_detail", series.pk)
    remaining = schedule_queries.remaining_of(series, now=timezone.now())
    count = remaining.count()
    sessions = ngettext("{count} session is still to come.", "{count} sessions are still to come.", count).format(
        count=count
    )
    context = {
        "title": _("Cancel all remaining sessions?"),
        "text": f"{sessions} {_told(**schedule_queries.group_counts(remaining))}",
        "form": form,
        "submit": _("Cancel all of them"),
        "danger": True,
        "back_url": reverse("series_detail", args=[series.pk]),
    }
    return render(request, "components/confirm.html", context)


@signed_in
@require_safe
def session_plan(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(schedule.planned_visible_to(request.user), pk=pk)
    centre = session.field_trip.centre
    groups = schedule_queries.groups_of(session)
    now = timezone.now()
    received = rules.received_refusal(groups=sum(booking.state in CAME for booking in groups))
    context = {
        "session": session,
        "trip": session.field_trip,
        "centre": centre,
        "coming": [booking for booking in groups if booking.counts_seats],
        "waiting": [booking for booking in groups if not booking.counts_seats],
        "may_schedule": may_schedule(request.user, centre),
        "may_change": rules.change_refusal(session, now=now) is None,
        "received": received.message if received else "",
        "history": history_of(session),
    }
    return render(request, "centres/session_plan.html", context)
