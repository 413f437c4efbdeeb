"""A centre's month and its sessions, with the groups that come: moving, copying, resizing and cancelling them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from programs.bookings import queries as booking_queries
from programs.bookings.choices import CAME
from programs.bookings.hooks import group_counts
from programs.bookings.models import Booking
from programs.bookings.words import parts_of
from programs.centres import rules
from programs.centres.actions.schedule import Offer, schedule_session
from programs.centres.forms import CapacityForm, CopyForm, MonthForm, MoveForm, ReasonForm
from programs.centres.models import Room, Session, SessionSeries
from programs.centres.policy import may_schedule
from programs.centres.queries import schedule
from programs.centres.queries.schedule import centre_month
from programs.centres.views.schedule import centre_of
from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.dates import month_title, short_moment, weekday_name
from programs.core.gates import signed_in
from programs.core.refusals import Refused
from programs.timetables import queries
from programs.timetables.actions.sessions import cancel_series, cancel_session, change_capacity, move_session
from programs.timetables.forms import WeekForm

REACH = timedelta(days=3660)  # a calendar has no neighbours further away than that


@signed_in
@require_safe
def centre_schedule(request: HttpRequest, code: str) -> HttpResponse:
    centre = centre_of(request, code)
    today, trips = timezone.localdate(), list(schedule.trips_of(centre))
    trip = next((each for each in trips if each.code == request.GET.get("trip")), None)
    month = _month(request, today)
    shown = centre_month(centre, month, today=today, waiting=queries.waiting_groups(), trip=trip)
    context = {
        "centre": centre,
        "calendar": shown,
        "trips": trips,
        "chosen": trip,
        "month_name": month_title(shown.first),
        "week_day": today if shown.first <= today < shown.following else shown.first,
        "weekday_names": [weekday_name(day.day, short=True) for day in shown.weeks[0]],
        "may_schedule": may_schedule(request.user, centre),
    }
    return render(request, "centres/centre_schedule.html", context)


def _month(request: HttpRequest, today: date) -> date:
    return _asked(MonthForm(request.GET), "month", today)


def _asked(form: MonthForm | WeekForm, name: str, today: date) -> date:
    asked = (form.cleaned_data[name] if form.is_valid() else None) or today
    return asked if abs(asked - today) < REACH else today


@signed_in
@require_safe
def centre_week(request: HttpRequest, code: str) -> HttpResponse:
    """Rooms by days; on a phone a list by day."""
    centre = centre_of(request, code)
    today = timezone.localdate()
    day = _asked(WeekForm(request.GET), "day", today)
    week = schedule.centre_week(centre, day, today=today, waiting=queries.waiting_groups())
    context = {"centre": centre, "week": week, "may_schedule": may_schedule(request.user, centre)}
    return render(request, "timetables/centre_week.html", context)


class SessionAct(Act):
    """What the manager of a centre does with a session of its calendar."""

    template_name = "timetables/session_change.html"
    context_object_name = "session"

    def get_target(self, pk: int) -> Session:
        return get_object_or_404(schedule.planned_visible_to(self.user), pk=pk)

    def may(self, user, session: Session) -> bool:
        return may_schedule(user, session.field_trip.centre)

    @property
    def back_url(self) -> str:
        return reverse("session_plan", args=[self.target.pk])

    @cached_property
    def counts(self) -> dict[str, int]:
        return group_counts(schedule.planned_visible_to(self.user).filter(pk=self.target.pk))

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(**parts_of(self.target), **kwargs)


class PlaceAct(SessionAct):
    """Asks when and where; it begins with where the session is."""

    def get_initial(self) -> dict[str, Any]:
        return self.target.place

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"centre": self.target.field_trip.centre}


class MoveSession(PlaceAct):
    form_class = MoveForm
    title = submit = _("Move the session")
    text = _(
        "Bookings keep their places, papers and consents; on another date, whoever approved the visit is asked again. "
        "Each group gets one message with the new calendar entry."
    )

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(groups=self.counts["groups"], **kwargs)

    def act(self, form: MoveForm) -> Session:
        typed = form.cleaned_data
        return move_session(
            session_id=self.target.pk,
            starts_at=form.starts_at,
            room=typed["room"],
            version=typed["version"],
            by=self.user,
        )

    def said(self, session: Session) -> str:
        text = _("The session will now take place on {moment}. Every group has been told.")
        return text.format(moment=short_moment(session.starts_at))


class CopySession(PlaceAct):
    form_class = CopyForm
    title = _("Copy the session")
    submit = _("Create the copy")
    text = _("The copy has the same places, season and booking rules, and no groups yet.")
    done = _("The session is in the calendar.")

    def act(self, form: CopyForm) -> Session:
        offer = _offer_of(self.target, room=form.cleaned_data["room"])
        return schedule_session(offer=offer, starts_at=form.starts_at, by=self.user, key=form.key)

    def way_back(self, session: Session) -> str:
        return reverse("session_plan", args=[session.pk])


def _offer_of(session: Session, *, room: Room) -> Offer:
    """The same again: what opened already is open for the copy too."""
    closes_days = max((session.starts_at - session.booking_closes_at) // timedelta(days=1), 0)
    return Offer(
        field_trip=session.field_trip,
        room=room,
        capacity=session.capacity,
        season=session.season,
        one_group=session.one_group,
        waiting_policy=session.waiting_policy,
        turn_after_passes=session.turn_after_passes,
        turn_after_days=session.turn_after_days,
        opens_at=session.booking_opens_at,
        closes_days=closes_days,
    )


class ChangeCapacity(SessionAct):
    form_class = CapacityForm
    title = submit = _("Change the places")
    text = _(
        "Extra places go to the waiting list first. You cannot go below the number already taken: no group loses "
        "its places."
    )
    done = _("The number of places has been changed.")
    over: Sequence[Booking] = ()

    def get_initial(self) -> dict[str, int]:
        return {"capacity": self.target.capacity}

    def act(self, form: CapacityForm) -> Session:
        return change_capacity(session_id=self.target.pk, by=self.user, **form.cleaned_data)

    def refused(self, form: CapacityForm, refused: Refused) -> HttpResponse:
        if refused.refusal.code == "over":
            self.over = [booking for booking in queries.groups_of(self.target) if booking.counts_seats]
        return super().refused(form, refused)

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(over=self.over, **kwargs)


class CancelSession(SessionAct):
    form_class = ReasonForm
    title = _("Cancel this session?")
    submit = _("Cancel the session")
    danger = True
    done = _("The session has been cancelled. Every group has been told.")

    @property
    def text(self) -> str:
        return _told(**self.counts)

    def act(self, form: ReasonForm) -> Session:
        return cancel_session(session_id=self.target.pk, by=self.user, **form.cleaned_data)


def _told(*, groups: int, waiting: int) -> str:
    final = _("This cannot be undone.")
    if not groups:
        return f"{final} " + _("No groups have booked: no one needs to be told.")
    text = f"{final} " + ngettext(
        "{count} group will lose its places and get one message with your reason.",
        "{count} groups will lose their places and get one message each with your reason.",
        groups,
    ).format(count=groups)
    if waiting:
        text += " " + ngettext("{count} of them is waiting.", "{count} of them are waiting.", waiting).format(
            count=waiting
        )
    return text


class CancelSeries(Act):
    form_class = ReasonForm
    title = _("Cancel all remaining sessions?")
    submit = _("Cancel all of them")
    danger = True

    def get_target(self, pk: int) -> SessionSeries:
        return get_object_or_404(schedule.series_visible_to(self.user), pk=pk)

    def may(self, user, series: SessionSeries) -> bool:
        return may_schedule(user, series.field_trip.centre)

    @property
    def text(self) -> str:
        remaining = queries.remaining_of(self.target, now=timezone.now())
        count = remaining.count()
        sessions = ngettext("{count} session is still to come.", "{count} sessions are still to come.", count)
        return f"{sessions.format(count=count)} {_told(**group_counts(remaining))}"

    def act(self, form: ReasonForm) -> int:
        return cancel_series(series_id=self.target.pk, by=self.user, **form.cleaned_data)

    def said(self, count: int) -> str:
        message = ngettext("{count} session has been cancelled.", "{count} sessions have been cancelled.", count)
        return message.format(count=count)

    @property
    def back_url(self) -> str:
        return reverse("series_detail", args=[self.target.pk])


@signed_in
@require_safe
def session_plan(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(schedule.planned_visible_to(request.user), pk=pk)
    centre = session.field_trip.centre
    groups = queries.groups_of(session)
    now = timezone.now()
    received = rules.received_refusal(groups=sum(booking.state in CAME for booking in groups))
    context = {
        **parts_of(session),
        "coming": [booking for booking in groups if booking.counts_seats],
        "waiting": booking_queries.standing_of(session, now=now),
        "may_schedule": may_schedule(request.user, centre),
        "never_open": rules.never_open_refusal(session),
        "may_change": rules.change_refusal(session, now=now) is None,
        "received": received.message if received else "",
        "history": history_of(session),
    }
    return render(request, "centres/session_plan.html", context)
