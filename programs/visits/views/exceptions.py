"""Places by exception."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from programs.core.gates import forbidden_unless, signed_in
from programs.core.refusals import Refused, show_refusal
from programs.visits import queries
from programs.visits.actions.exceptions import give_places_by_exception, may_except
from programs.visits.forms.exceptions import ExceptionForm
from programs.visits.models import Booking
from programs.visits.rules.exceptions import capacity_missing


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def booking_exception(request: HttpRequest, reference: str) -> HttpResponse:
    booking = get_object_or_404(queries.bookings_visible_to(request.user), reference=reference)
    forbidden_unless(may_except(booking=booking, by=request.user))
    form = ExceptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            give_places_by_exception(booking_id=booking.pk, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The group has its places; its leader is told."))
            return redirect("booking_detail", reference)
    context = {
        "title": _("Give booking {reference} places by exception?").format(reference=reference),
        "text": _consequence(booking),
        "form": form,
        "submit": _("Give the places"),
        "back_url": reverse("booking_detail", args=[reference]),
    }
    return render(request, "components/confirm.html", context)


def _consequence(booking: Booking) -> str:
    session = booking.session
    missing = capacity_missing(pupils=booking.pupils, seats_left=session.capacity - session.seats_taken)
    text = ngettext(
        "The group passes the others on the waiting list, and the session grows by {count} place.",
        "The group passes the others on the waiting list, and the session grows by {count} places.",
        missing,
    )
    return text.format(count=missing)
