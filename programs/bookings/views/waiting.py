"""A waiting group's answer: on its own page, or through the personal link in its email."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from programs.accounts.models import User
from programs.bookings.actions.waiting import accept_offer, leave_waiting
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.queries.booking import waiting_place
from programs.bookings.queries.bookings import booking_with_token
from programs.bookings.rules.waiting import policy_words, too_large_words
from programs.bookings.views.papers import managed_booking
from programs.core.gates import not_found_unless, signed_in
from programs.core.refusals import Refused

ANSWERS = ("accept", "leave")


def _answer(request: HttpRequest, booking: Booking, by: User) -> None:
    """What the pressed button says; a refusal is told above the page."""
    answer = request.POST.get("answer")
    if answer not in ANSWERS:
        return
    accepts = answer == "accept"
    try:
        if accepts:
            accept_offer(booking_id=booking.pk, by=by)
        else:
            leave_waiting(booking_id=booking.pk, by=by)
    except Refused as refused:
        messages.error(request, refused.refusal.message)
        return
    if accepts:
        messages.success(request, _("The places are yours. Next: the papers."))
    else:
        messages.success(request, _("Done: your group is no longer waiting, and the places go to the next group."))


@signed_in
@require_POST
def booking_answer(request: HttpRequest, reference: str) -> HttpResponse:
    booking = managed_booking(request, reference)
    _answer(request, booking, request.user)
    return redirect("booking_detail", reference)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET only displays, so that mail programs opening every link change nothing; only the button acts."""
    booking = not_found_unless(booking_with_token(token))
    if request.method == "POST":
        _answer(request, booking, booking.leader)
        return redirect("waiting_answer", token)
    session = booking.session
    context = {
        "booking": booking,
        "session": session,
        "trip": session.field_trip,
        "centre": session.field_trip.centre,
        "offered": booking.state == BookingState.OFFERED,
        "place": waiting_place(booking),
        "policy": policy_words(session.waiting_policy, one_group=session.one_group),
        "too_large": too_large_words(pupils=booking.pupils, capacity=session.capacity),
    }
    return render(request, "bookings/waiting_answer.html", context)
