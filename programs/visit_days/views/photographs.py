"""Photographs of a visit: shown while everyone in them agrees, added by people who were there."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programs.bookings import queries as booking_queries
from programs.bookings.policy import may_add_photographs
from programs.core.forms import ConfirmationForm
from programs.core.gates import not_found_unless, signed_in
from programs.core.policy import must
from programs.core.private_files import private_response
from programs.core.refusals import Refused, show_refusal
from programs.visit_days.actions.photographs import add_photograph, remove_photograph
from programs.visit_days.forms import PhotographForm
from programs.visit_days.queries.photographs import Faces, faces_of, is_shown, photographs_of, photographs_visible_to
from programs.visit_days.rules import MOST_PHOTOGRAPHS


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def booking_photographs(request: HttpRequest, reference: str) -> HttpResponse:
    booking = get_object_or_404(booking_queries.bookings_visible_to(request.user), reference=reference)
    may_change = may_add_photographs(request.user, booking)
    faces = faces_of(booking) if may_change else Faces([], [])
    form = PhotographForm(request.POST or None, request.FILES or None, pupils=faces.agreed)
    if request.method == "POST":
        must(may_change)
        if form.is_valid():
            try:
                add_photograph(
                    booking_id=booking.pk,
                    upload=form.cleaned_data["upload"],
                    pupil_ids=form.cleaned_data.get("pupils", []),
                    nobody=form.cleaned_data["nobody"],
                    by=request.user,
                )
            except Refused as refused:
                show_refusal(form, refused.refusal)
            else:
                messages.success(request, _("The photograph has been added."))
                return redirect("booking_photographs", reference)
    photographs, kept = photographs_of(booking), booking.photographs.count()
    context = {
        "booking": booking,
        "photographs": photographs,
        "not_shown": kept - len(photographs) if may_change else 0,
        "hidden": faces.hidden,
        "form": form,
        "may_change": may_change,
        "is_full": kept >= MOST_PHOTOGRAPHS,
    }
    return render(request, "visit_days/booking_photographs.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def photograph_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Also works for a photograph that is no longer shown."""
    found = get_object_or_404(photographs_visible_to(request.user), pk=pk)
    booking = found.booking
    must(may_add_photographs(request.user, booking))
    if request.method == "POST":
        remove_photograph(photograph_id=found.pk, by=request.user)
        messages.success(request, _("The photograph has been removed."))
        return redirect("booking_photographs", booking.reference)
    context = {
        "title": _("Remove this photograph?"),
        "text": _("The picture and its file are deleted. This cannot be undone."),
        "form": ConfirmationForm(),
        "submit": _("Remove"),
        "back_url": reverse("booking_photographs", args=[booking.reference]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@signed_in
@require_safe
def photograph(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(photographs_visible_to(request.user), pk=pk)
    not_found_unless(is_shown(found))
    return private_response(found.storage_key, name=f"{found.pk}.jpg", content_type="image/jpeg", shown=True)


@signed_in
@require_safe
def photograph_preview(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(photographs_visible_to(request.user), pk=pk)
    not_found_unless(is_shown(found))
    return private_response(found.preview_key, name=f"{found.pk}.jpg", content_type="image/jpeg", shown=True)
