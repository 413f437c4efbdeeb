"""A school's bookings."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from programs.bookings import policy
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.actions.confirming import confirm_booking
from programs.bookings.actions.exceptions import may_except
from programs.bookings.actions.needs import tell_needs
from programs.bookings.actions.roster import set_roster
from programs.bookings.choices import BOOKING_GROUP_LABELS, CAME, BookingState
from programs.bookings.forms import CancelForm, ConfirmVisitForm, NeedsForm, RosterForm
from programs.bookings.ical import CALENDAR_TYPE, calendar_entry, calendar_name
from programs.bookings.models import Booking
from programs.bookings.policy import may_add_photographs
from programs.bookings.queries import bookings as booking_queries
from programs.bookings.queries.papers import consents_of
from programs.bookings.rules import booking as booking_rules
from programs.bookings.rules.booking import HAS_PASS, may_give_feedback
from programs.bookings.rules.exceptions import may_be_excepted
from programs.bookings.views.state import state_of_booking
from programs.centres.policy import may_run
from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.gates import in_person, not_found_unless, signed_in
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal
from programs.pupils.queries import pupils_of_class
from programs.schools.queries.roles import roles_of

PER_PAGE = 20


def _booking(request: HttpRequest, reference: str) -> Booking:
    return get_object_or_404(booking_queries.bookings_visible_to(request.user), reference=reference)


def _manages(request: HttpRequest, booking: Booking) -> bool:
    return policy.can_manage_booking(
        roles_of(request.user), user_id=request.user.pk, leader_id=booking.leader_id, school=booking.school
    )


def _runs(request: HttpRequest, booking: Booking) -> bool:
    return may_run(request.user, booking.session.field_trip.centre)


def _moment(booking: Booking) -> dict:
    return {"state": booking.state, "now": timezone.now(), "starts_at": booking.session.starts_at}


@signed_in
@require_safe
def booking_list(request: HttpRequest) -> HttpResponse:
    bookings = booking_queries.bookings_visible_to(request.user)
    sizes = booking_queries.group_sizes(bookings)
    asked = request.GET.get("state", "")
    group = asked if asked in BOOKING_GROUP_LABELS else ""
    page = Paginator(booking_queries.in_group(bookings, group), PER_PAGE).get_page(request.GET.get("page"))
    tabs = [("", _("All"), sum(sizes.values()))]
    tabs += [(name, label, sizes[name]) for name, label in BOOKING_GROUP_LABELS.items()]
    context = {
        "page": page,
        "group": group,
        "tabs": tabs,
        "may_book": bool(roles_of(request.user).working_schools),
        "several_schools": len(roles_of(request.user).school_ids) != 1,
    }
    return render(request, "bookings/booking_list.html", context)


@signed_in
@require_safe
def booking_detail(request: HttpRequest, reference: str) -> HttpResponse:
    booking = _booking(request, reference)
    session = booking.session
    manages, runs = _manages(request, booking), _runs(request, booking)
    roster = (
        list(booking_queries.roster_of(booking)) if roles_of(request.user).is_staff_of(booking.school) or runs else []
    )
    staying = booking_queries.without_consent(booking) if roster and booking.is_live else set()
    context = {
        "booking": booking,
        "session": session,
        "trip": session.field_trip,
        "centre": session.field_trip.centre,
        "roster": roster,
        "staying": [entry.pupil for entry in roster if entry.pupil_id in staying],
        "may_collect": bool(booking.class_group_id) and policy.can_book_for(roles_of(request.user), booking.school),
        **state_of_booking(request.user, booking, manages=manages),
        "steps": _steps(booking),
        "manages": manages,
        "reads_needs": in_person(request)
        and policy.can_read_needs(user_id=request.user.pk, leader_id=booking.leader_id, runs_centre=runs),
        "may_write_needs": manages
        and in_person(request)
        and policy.can_write_needs(user_id=request.user.pk, leader_id=booking.leader_id)
        and booking_rules.needs_refusal(state=booking.state) is None,
        "may_cancel": (manages or runs) and booking_rules.may_cancel(**_moment(booking)),
        "may_edit_roster": manages and bool(booking.class_group_id) and booking_rules.may_edit_roster(booking.state),
        "may_check_in": runs and booking_rules.may_check_in(session_state=session.state, **_moment(booking)),
        "runs": runs,
        "has_pass": roles_of(request.user).is_staff_of(booking.school) and booking.state in HAS_PASS,
        "may_answer": manages
        and may_give_feedback(
            state=booking.state, now=timezone.now(), ended_at=booking.ended_at or booking.session.ends_at
        ),
        "has_photographs": booking.state in CAME,
        "may_add_photographs": may_add_photographs(request.user, booking),
        "may_except": may_be_excepted(booking.state) and may_except(booking=booking, by=request.user),
        "history": list(history_of(booking)),
    }
    return render(request, "bookings/booking_detail.html", context)


def _steps(booking: Booking) -> list[dict]:
    """The three steps of a visit; none once it ended otherwise."""
    if not (booking.holds_seats or booking.state in CAME or booking.is_live):
        return []
    confirmed = booking.state in (BookingState.CONFIRMED, *CAME)
    held = booking.holds_seats or booking.state in CAME
    done = [held, confirmed, booking.state in CAME]
    labels = [_("Places held"), _("Confirmed by the school"), _("Visited")]
    current = done.index(False) if False in done else None
    return [
        {"label": label, "state": "done" if over else ("now" if number == current else "")}
        for number, (label, over) in enumerate(zip(labels, done, strict=True))
    ]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def booking_cancel(request: HttpRequest, reference: str) -> HttpResponse:
    booking = _booking(request, reference)
    must(_manages(request, booking) or _runs(request, booking))
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_booking(booking_id=booking.pk, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Booking {reference} has been cancelled.").format(reference=reference))
            return redirect("booking_detail", reference)
    context = {
        "title": _("Cancel booking {reference}?").format(reference=reference),
        "text": _("The places go to the next group at once. This cannot be undone; you would have to book again."),
        "form": form,
        "submit": _("Cancel the booking"),
        "back_url": reverse("booking_detail", args=[reference]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def booking_confirm(request: HttpRequest, reference: str) -> HttpResponse:
    booking = _booking(request, reference)
    must(_manages(request, booking))
    staying = consents_of(booking).staying
    form = ConfirmVisitForm(request.POST or None, staying=staying)
    if request.method == "POST" and form.is_valid():
        try:
            confirm_booking(
                booking_id=booking.pk, by=request.user, alternative=form.cleaned_data.get("alternative", "")
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The visit is confirmed. See you at the centre!"))
            return redirect("booking_detail", reference)
    context = {
        "title": _("Confirm the visit?"),
        "text": _(
            "You declare on behalf of your school that the safety plan is approved, that the guardians' "
            "consents have been collected at school, and that pupils who stay have an equivalent activity."
        ),
        "form": form,
        "submit": _("Confirm the visit"),
        "back_url": reverse("booking_detail", args=[reference]),
    }
    return render(request, "components/confirm.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def booking_roster(request: HttpRequest, reference: str) -> HttpResponse:
    booking = _booking(request, reference)
    must(_manages(request, booking))
    not_found_unless(booking.class_group_id)
    pupils = list(pupils_of_class(booking.class_group))
    listed = set(booking.roster.values_list("pupil_id", flat=True))
    # An empty list begins with the whole class, so that the usual case is one press of the button.
    ticked = listed or {pupil.pk for pupil in pupils[: booking.pupils]}
    form = RosterForm(request.POST or None, pupils=pupils, initial={"pupils": sorted(ticked)})
    if request.method == "POST" and form.is_valid():
        try:
            set_roster(booking_id=booking.pk, pupil_ids=form.cleaned_data["pupils"], by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The list of participants has been saved."))
            return redirect("booking_detail", reference)
    context = {
        "booking": booking,
        "form": form,
        "pupils": pupils,
        "is_new": not listed,
        "may_edit": booking_rules.may_edit_roster(booking.state),
    }
    return render(request, "bookings/booking_roster.html", context)


class BookingNeeds(Act):
    """The leader tells the centre about needs that came up after booking; nobody in between can read them."""

    form_class = NeedsForm
    title = gettext_lazy("What should the centre prepare?")
    submit = gettext_lazy("Tell the centre")
    done = gettext_lazy("The centre can read it from now on.")

    def get_target(self, reference: str) -> Booking:
        return _booking(self.request, reference)

    def may(self, user, booking: Booking) -> bool:
        writes = policy.can_write_needs(user_id=user.pk, leader_id=booking.leader_id)
        return writes and _manages(self.request, booking) and in_person(self.request)

    def get_initial(self) -> dict[str, str]:
        return {"needs": self.target.needs}

    def act(self, form: NeedsForm) -> Booking:
        return tell_needs(booking_id=self.target.pk, by=self.user, **form.cleaned_data)

    @property
    def back_url(self) -> str:
        return reverse("booking_detail", args=[self.target.reference])


@signed_in
@require_safe
def booking_calendar(request: HttpRequest, reference: str) -> HttpResponse:
    booking = _booking(request, reference)
    not_found_unless(booking.state != BookingState.WAITLISTED)
    url = settings.SITE_URL + reverse("booking_detail", args=[reference])
    response = HttpResponse(calendar_entry(booking, url=url, stamp=timezone.now()), content_type=CALENDAR_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{calendar_name(booking)}"'
    return response
