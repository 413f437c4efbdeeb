"""A centre's day: who comes, who came."""

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

from programs.bookings import queries as booking_queries
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.rules import booking as booking_rules
from programs.bookings.words import coming_pupils, expected_adults, expected_pupils
from programs.centres.models import Session
from programs.centres.queries import sessions as session_queries
from programs.core.forms import ConfirmationForm
from programs.core.gates import in_person, not_found_unless, signed_in
from programs.core.refusals import Refused, show_refusal
from programs.visit_days import rules
from programs.visit_days.actions.arrivals import check_in, close_session, mark_no_show
from programs.visit_days.forms import CheckInForm, DayForm
from programs.visit_days.queries import day as day_queries
from programs.visit_days.queries.photographs import no_photo_of
from programs.visit_days.rules import came_late, came_partly


def _day_url(session: Session) -> str:
    return f"{reverse('centre_day')}?date={timezone.localtime(session.starts_at):%Y-%m-%d}"


@signed_in
@require_safe
def centre_day(request: HttpRequest) -> HttpResponse:
    not_found_unless(bool(session_queries.centre_ids_of(request.user)))
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
        "closable": {
            each.session.pk
            for each in shown.sessions
            if rules.may_close(session_state=each.session.state, now=now, starts_at=each.session.starts_at)
        },
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


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def booking_check_in(request: HttpRequest, reference: str) -> HttpResponse:
    booking = get_object_or_404(booking_queries.bookings_run_by(request.user), reference=reference)
    booking.roster_entries = list(booking_queries.roster_of(booking))
    staying = booking_queries.without_consent(booking)
    hidden = no_photo_of({entry.pupil_id for entry in booking.roster_entries})
    session = booking.session
    absent_sent = request.method == "POST" and "no_show" in request.POST
    form = CheckInForm(
        None if absent_sent else request.POST or None,
        booking=booking,
        staying=staying,
        initial=_first_figures(booking, staying),
    )
    if absent_sent:
        return _no_show(request, booking)
    if request.method == "POST" and form.is_valid():
        try:
            return _checked_in(request, booking, form)
        except Refused as refused:
            show_refusal(form, refused.refusal)
    context = {
        "booking": booking,
        "session": session,
        "needs": booking.needs if in_person(request) else "",
        "staying": [entry.pupil for entry in booking.roster_entries if entry.pupil_id in staying],
        "no_photo": [entry.pupil for entry in booking.roster_entries if entry.pupil_id in hidden - staying],
        "form": form,
        "key_form": ConfirmationForm(auto_id=False),
        "open": booking_rules.may_check_in(
            state=booking.state, session_state=session.state, now=timezone.now(), starts_at=session.starts_at
        ),
        "may_mark_absent": booking.state != BookingState.NO_SHOW and session.starts_at <= timezone.now(),
        "day_url": _day_url(session),
    }
    return render(request, "visit_days/booking_check_in.html", context)


def _checked_in(request: HttpRequest, booking: Booking, form: CheckInForm) -> HttpResponse:
    data = form.cleaned_data
    check_in(
        booking_id=booking.pk,
        pupils=data["pupils"],
        girls=data["girls"],
        adults=data["adults"],
        absent=form.absent,
        by=request.user,
    )
    message = ngettext("{school}: {count} pupil checked in.", "{school}: {count} pupils checked in.", data["pupils"])
    messages.success(request, message.format(school=booking.school, count=data["pupils"]))
    return redirect(_day_url(booking.session))


def _no_show(request: HttpRequest, booking: Booking) -> HttpResponse:
    try:
        mark_no_show(booking_id=booking.pk, by=request.user)
    except Refused as refused:
        messages.error(request, refused.refusal.message)
        return redirect("booking_check_in", booking.reference)
    messages.success(request, _("{school}: recorded that the group did not come.").format(school=booking.school))
    return redirect(_day_url(booking.session))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_close(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(session_queries.sessions_run_by(request.user), pk=pk)
    form = ConfirmationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            close_session(session_id=session.pk, by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The session has been closed and its figures finalised."))
            return redirect(_day_url(session))
    came, missing = day_queries.closing_counts(session)
    context = {
        "title": _("Close this session?"),
        "text": _closing_text(came, missing),
        "form": form,
        "submit": _("Close the session"),
        "back_url": _day_url(session),
    }
    return render(request, "components/confirm.html", context)


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
    parts.append(_("After that, schools can get their certificates."))
    return " ".join(parts)
