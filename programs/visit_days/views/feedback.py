"""The questions that a teacher answers after the visit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from programs.bookings import policy
from programs.bookings import queries as booking_queries
from programs.core.gates import signed_in
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal
from programs.schools.queries.roles import roles_of
from programs.visit_days.actions.feedback import give_feedback
from programs.visit_days.forms import FeedbackForm
from programs.visit_days.queries.day import feedback_of
from programs.visit_days.rules import feedback_refusal


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def booking_feedback(request: HttpRequest, reference: str) -> HttpResponse:
    booking = get_object_or_404(booking_queries.bookings_visible_to(request.user), reference=reference)
    must(
        policy.can_manage_booking(
            roles_of(request.user), user_id=request.user.pk, leader_id=booking.leader_id, school=booking.school
        )
    )
    given = feedback_of(booking)
    form = FeedbackForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            give_feedback(booking_id=booking.pk, by=request.user, **form.answers)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Thank you. The centre will read your answers without your name."))
            return redirect("booking_detail", reference)
    refusal = feedback_refusal(
        state=booking.state, now=timezone.now(), ended_at=booking.ended_at or booking.session.ends_at
    )
    context = {"booking": booking, "form": form, "refusal": refusal, "given": bool(given)}
    return render(request, "visit_days/booking_feedback.html", context)
