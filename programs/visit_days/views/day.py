"""A centre's day: who comes, who came."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from programs.bookings import queries as booking_queries
from programs.bookings.models import Booking
from programs.bookings.words import coming_pupils, expected_adults, expected_pupils
from programs.centres.models import Session
from programs.centres.queries import sessions as session_queries
from programs.core.acting import Act
from programs.core.gates import in_person, not_found_unless, signed_in
from programs.core.refusals import Refused
from programs.visit_days import policy, rules
from programs.visit_days.actions.arrivals import check_in, close_session, mark_no_show
from programs.visit_days.forms import CheckInForm, DayForm
from programs.visit_days.queries import day as day_queries
from programs.visit_days.queries.door import dispute_about, who_came
from programs.visit_days.queries.photographs import no_photo_of
from programs.visit_days.rules import came_late, came_partly


def _day_url(session: Session) -> str:
    return f"{reverse('centre_day')}?date={timezone.localtime(session.starts_at):%Y-%m-%d}"


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
    for each in shown.sessions:
        for booking in each.groups:
            booking.came_late = came_late(checked_in_at=booking.checked_in_at, starts_at=each.session.starts_at)
            booking.came_partly = came_partly(arrived=booking.arrived_pupils, expected=expected_pupils(booking))
    context = {
        "centres": day_queries.centres_of(request.user),
        "shown": shown,
        "is_today": day == today,
        "form": DayForm(initial={"date": day}),
        "closable": {each.session.pk for each in shown.sessions if rules.close_refusal(each.session, now=now) is None},
        "check_in_open": day <= today,
    }
    return render(request, "visit_days/centre_day.html", context)


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
            day_url=self.back_url,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return self.mark_absent() if "no_show" in request.POST else super().post(request, *args, **kwargs)

    def mark_absent(self) -> HttpResponse:
        """The button beside the form, which sends no figures."""
        try:
            mark_no_show(booking_id=self.target.pk, by=self.user)
        except Refused as refused:
            messages.error(self.request, refused.refusal.message)
            return redirect("booking_check_in", self.target.reference)
        message = _("{school}: recorded that the group did not come.")
        messages.success(self.request, message.format(school=self.target.school))
        return redirect(self.back_url)

    def act(self, form: CheckInForm) -> Booking:
        figures = {name: form.cleaned_data[name] for name in ("pupils", "girls", "adults", "version")}
        return check_in(booking_id=self.target.pk, absent=form.absent, by=self.user, **figures)

    def said(self, booking: Booking) -> str:
        count = booking.arrived_pupils
        message = ngettext("{school}: {count} pupil checked in.", "{school}: {count} pupils checked in.", count)
        return message.format(school=booking.school, count=count)

    @property
    def back_url(self) -> str:
        return _day_url(self.target.session)


class CloseSession(Act):
    title = _("Close this session?")
    submit = _("Close the session")
    done = _("The session has been closed and its figures finalised.")
    may = staticmethod(policy.may_close)

    def get_target(self, pk: int) -> Session:
        return get_object_or_404(session_queries.sessions_run_by(self.user), pk=pk)

    @property
    def text(self) -> str:
        return _closing_text(*day_queries.closing_counts(self.target))

    def act(self, form) -> Session:
        return close_session(session_id=self.target.pk, by=self.user)

    @property
    def back_url(self) -> str:
        return _day_url(self.target)


def _closing_text(came: int, missing: int) -> str:
    parts = [
        ngettext(
            "{count} group came; its figures will be finalised.",
            "{count} groups came; their figures will be finalised.",
            came,
        ).format(count=came)
    ]
    if missing:
        parts.append(
            ngettext(
                "{count} group was not checked in and will be recorded as “did not come”.",
                "{count} groups were not checked in and will be recorded as “did not come”.",
                missing,
            ).format(count=missing)
        )
    parts.append(str(_("After that, schools can get their certificates.")))
    return " ".join(parts)
