"""Places by exception."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from programs.bookings.actions.exceptions import exception_facts, give_places_by_exception, may_except
from programs.bookings.forms import ExceptionForm
from programs.bookings.queries import bookings as booking_queries
from programs.bookings.rules.exceptions import ExceptionFacts, capacity_missing, exception_refusal
from programs.core.gates import signed_in
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def booking_exception(request: HttpRequest, reference: str) -> HttpResponse:
    booking = get_object_or_404(booking_queries.bookings_visible_to(request.user), reference=reference)
    must(may_except(booking=booking, by=request.user))
    form = ExceptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            give_places_by_exception(booking_id=booking.pk, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The group has its places; its leader will be told."))
            return redirect("booking_detail", reference)
    facts = exception_facts(booking=booking, now=timezone.now())
    context = {
        "booking": booking,
        "session": booking.session,
        "facts": facts,
        "text": _consequence(facts),
        "form": form,
        # People who had begun keep what they typed; nobody else is invited to type for nothing.
        "refusal": None if request.method == "POST" else exception_refusal(facts),
    }
    return render(request, "bookings/booking_exception.html", context)


def _consequence(facts: ExceptionFacts) -> str:
    missing = capacity_missing(pupils=facts.pupils, seats_left=facts.seats_left)
    text = ngettext(
        "The group overtakes the others on the waiting list, and the session grows by {count} place.",
        "The group overtakes the others on the waiting list, and the session grows by {count} places.",
        missing,
    )
    return text.format(count=missing)
