"""A centre's day: who comes, who came."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from programs.bookings import queries as booking_queries
from programs.bookings.models import Booking
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.centres.queries.schedule import managed_centre_ids
from programs.centres.queries.sessions import centres_of
from programs.core.acting import Act
from programs.core.calendar import working_days
from programs.core.gates import in_person, not_found_unless, signed_in
from programs.visit_days import policy, rules
from programs.visit_days.actions.arrivals import check_in, mark_no_show, take_back_no_show
from programs.visit_days.forms import CheckInForm, DayForm
from programs.visit_days.hooks import AFTER_CORRECTION
from programs.visit_days.queries import day as day_queries
from programs.visit_days.queries.closing import late_marks_of_day
from programs.visit_days.queries.disputes import disputed_in
from programs.visit_days.queries.door import dispute_about, who_came
from programs.visit_days.queries.photographs import no_photo_of
from programs.visit_days.rules import came_late, came_partly
from programs.visit_days.words import coming_pupils, expected_adults, expected_pupils


def day_url(session: Session) -> str:
    """The day of ``session`` at its centre."""
    return f"{reverse('centre_day')}?date={timezone.localtime(session.starts_at):%Y-%m-%d}"


def onward(user, booking: Booking) -> str:
    """Where a correction leads: to what another wing has to ask about it, or back to the day."""
    return next((url for asks in AFTER_CORRECTION if (url := asks(user, booking))), day_url(booking.session))


@signed_in
@require_safe
def centre_day(request: HttpRequest) -> HttpResponse:
    not_found_unless(policy.may_see_day(request.user))
    form = DayForm(request.GET)
    today = timezone.localdate()
    day = (form.cleaned_data["date"] if form.is_valid() else None) or today
    # A day near the ends of the calendar has no neighbour to link to.
    not_found_unless(abs(day - today) < timedelta(days=3660))
    now = timezone.now()
    shown = day_queries.centre_day(request.user, day)
    disputed = disputed_in(booking for each in shown.sessions for booking in each.groups)
    for each in shown.sessions:
        for booking in each.groups:
            booking.disputed = booking.pk in disputed
            booking.came_late = came_late(checked_in_at=booking.checked_in_at, starts_at=each.session.starts_at)
            booking.came_partly = came_partly(arrived=booking.arrived_pupils, expected=expected_pupils(booking))
    context = {
        "centres": centres_of(request.user),
        "shown": shown,
        "is_today": day == today,
        "form": DayForm(initial={"date": day}),
        "closable": {each.session.pk for each in shown.sessions if rules.close_refusal(each.session, now=now) is None},
        "letting_in": {each.session.pk for each in shown.sessions if rules.door_refusal(each.session, now=now) is None},
        "reopenable": _reopenable(request.user, [each.session for each in shown.sessions], now=now),
        "finished": sum(
            each.session.state == SessionState.SCHEDULED and each.session.ends_at <= now for each in shown.sessions
        ),
        "disputes": [
            booking
            for each in shown.sessions
            for booking in each.groups
            if booking.disputed and each.session.state == SessionState.CLOSED
        ],
        "late_marks": late_marks_of_day(request.user, day),
        "decides": bool(managed_centre_ids(request.user)),
        "check_in_open": day <= today,
    }
    return render(request, "visit_days/centre_day.html", context)


def _reopenable(user, sessions: list[Session], *, now: datetime) -> set[int]:
    """The calendar is asked only where a session is closed."""
    closed = [each for each in sessions if each.state == SessionState.CLOSED and policy.may_reopen(user, each)]
    days = working_days(now, now) if closed else None
    return {each.pk for each in closed if days and rules.reopen_refusal(each, days=days, now=now) is None}


def _first_figures(booking: Booking, staying: set[int]) -> dict:
    """Initial figures: what was already recorded, or else the number booked minus pupils staying at school."""
    entries = [entry for entry in booking.roster_entries if entry.pupil_id not in staying]
    girls = sum(entry.pupil.gender == "f" for entry in entries)
    # A list of boys says that no girl comes; one without names, or with pupils whose gender nobody wrote, does not.
    if not girls and not (booking.roster_entries and all(entry.pupil.gender for entry in entries)):
        girls = booking.girls
    came = booking.arrived_pupils is not None
    return {
        "pupils": booking.arrived_pupils if came else coming_pupils(booking, staying=len(staying)),
        "girls": booking.arrived_girls if came else ("" if girls is None else girls),
        "adults": booking.arrived_adults if came else expected_adults(booking),
        "present": [entry.pupil_id for entry in entries if entry.attended is not False or not came],
    }


class CheckIn(Act):
    form_class = CheckInForm
    template_name = "visit_days/booking_check_in.html"
    context_object_name = "booking"
    may = staticmethod(policy.may_check_in)

    def get_target(self, reference: str) -> Booking:
        booking = get_object_or_404(booking_queries.bookings_run_by(self.user), reference=reference)
        booking.roster_entries = list(booking_queries.roster_of(booking))
        return booking

    @cached_property
    def staying(self) -> set[int]:
        return booking_queries.without_consent(self.target)

    def get_form_kwargs(self) -> dict:
        about = {"booking": self.target, "staying": self.staying, "stored": who_came(self.target)}
        return super().get_form_kwargs() | about

    def get_initial(self) -> dict:
        return _first_figures(self.target, self.staying)

    def get_context_data(self, **kwargs) -> dict:
        booking, now = self.target, timezone.now()
        entries = booking.roster_entries
        hidden = no_photo_of({entry.pupil_id for entry in entries})
        return super().get_context_data(
            session=booking.session,
            needs=booking.needs if in_person(self.request) else "",
            staying=[entry.pupil for entry in entries if entry.pupil_id in self.staying],
            words=dispute_about(booking, [entry for entry in entries if entry.pupil_id not in self.staying]),
            no_photo=[entry.pupil for entry in entries if entry.pupil_id in hidden - self.staying],
            open=rules.is_open(booking, now=now),
            may_mark_absent=rules.no_show_refusal(booking, now=now) is None,
            may_take_back=rules.take_back_refusal(booking) is None,
            may_settle=policy.may_settle(self.user, booking) and booking.session.state == SessionState.CLOSED,
            may_reopen=policy.may_reopen(self.user, booking.session)
            and rules.reopen_refusal(booking.session, days=working_days(now, now), now=now) is None,
            day_url=self.back_url,
            **kwargs,
        )

    def act(self, form: CheckInForm) -> Booking:
        figures = {name: form.cleaned_data[name] for name in ("pupils", "girls", "adults", "version")}
        return check_in(booking_id=self.target.pk, absent=form.absent, by=self.user, **figures)

    def said(self, booking: Booking) -> str:
        count = booking.arrived_pupils
        message = ngettext("{school}: {count} pupil checked in.", "{school}: {count} pupils checked in.", count)
        return message.format(school=booking.school, count=count)

    def way_back(self, booking: Booking) -> str:
        return onward(self.user, booking)

    @property
    def back_url(self) -> str:
        return day_url(self.target.session)


class BookingAbsent(Act):
    """What was noted of the group is gone with it, so it is asked first."""

    title = _("The group did not come?")
    submit = _("The group did not come")
    danger = True
    may = staticmethod(policy.may_check_in)

    def get_target(self, reference: str) -> Booking:
        return get_object_or_404(booking_queries.bookings_run_by(self.user), reference=reference)

    @property
    def text(self) -> str:
        booking = self.target
        if booking.arrived_pupils is None:
            message = _(
                "{school}: it will be recorded that nobody came, and its places are free. You can take it back."
            )
            return message.format(school=booking.school)
        message = ngettext(
            "{school}: {count} pupil has been checked in. It will be recorded that nobody came instead. You can take it "
            "back.",
            "{school}: {count} pupils have been checked in. It will be recorded that nobody came instead. You can take "
            "it back.",
            booking.arrived_pupils,
        )
        return message.format(school=booking.school, count=booking.arrived_pupils)

    def act(self, form) -> Booking:
        return mark_no_show(booking_id=self.target.pk, by=self.user)

    def said(self, booking: Booking) -> str:
        return _("{school}: recorded that the group did not come.").format(school=booking.school)

    def way_back(self, booking: Booking) -> str:
        return onward(self.user, booking)

    @property
    def back_url(self) -> str:
        return reverse("booking_check_in", args=[self.target.reference])


class BookingAbsentUndo(BookingAbsent):
    title = _("Take back that the group did not come?")
    submit = _("Take it back")
    danger = False

    @property
    def text(self) -> str:
        message = _("{school}: what was recorded before counts again, and the group takes its places again.")
        return message.format(school=self.target.school)

    def act(self, form) -> Booking:
        return take_back_no_show(booking_id=self.target.pk, by=self.user)

    def said(self, booking: Booking) -> str:
        if booking.arrived_pupils is None:
            return _("{school}: the group is expected again.").format(school=booking.school)
        message = ngettext(
            "{school}: {count} pupil is recorded as present again.",
            "{school}: {count} pupils are recorded as present again.",
            booking.arrived_pupils,
        )
        return message.format(school=booking.school, count=booking.arrived_pupils)
