"""Photographs of a visit: shown while everyone in them agrees, added by people who were there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from programs.bookings.models import Booking
from programs.bookings.queries import bookings_visible_to
from programs.bookings.rules.booking import takes_photographs
from programs.core.acting import Act
from programs.core.gates import not_found_unless, signed_in
from programs.core.private_files import private_response
from programs.visit_days.actions.photographs import add_photograph, remove_photograph
from programs.visit_days.forms import PhotographForm
from programs.visit_days.models import VisitPhotograph
from programs.visit_days.policy import may_keep_photographs
from programs.visit_days.queries.photographs import Faces, faces_of, is_shown, photographs_of, photographs_visible_to
from programs.visit_days.rules import MOST_PHOTOGRAPHS


class BookingPhotographs(Act):
    """Everybody who sees the visit sees the page; the form is for those who may add to it."""

    form_class = PhotographForm
    template_name = "visit_days/booking_photographs.html"
    context_object_name = "booking"
    done = _("The photograph has been added.")

    def get_target(self, reference: str) -> Booking:
        return get_object_or_404(bookings_visible_to(self.user), reference=reference)

    @cached_property
    def may_change(self) -> bool:
        return takes_photographs(self.target) and may_keep_photographs(self.user, self.target)

    def may(self, user, booking: Booking) -> bool:
        return self.may_change or self.request.method != "POST"

    @cached_property
    def faces(self) -> Faces:
        return faces_of(self.target) if self.may_change else Faces([], [])

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"pupils": self.faces.agreed}

    def get_context_data(self, **kwargs) -> dict:
        photographs, kept = photographs_of(self.target), self.target.photographs.count()
        return super().get_context_data(
            photographs=photographs,
            not_shown=kept - len(photographs) if self.may_change else 0,
            hidden=self.faces.hidden,
            may_change=self.may_change,
            is_full=kept >= MOST_PHOTOGRAPHS,
            **kwargs,
        )

    def act(self, form: PhotographForm) -> VisitPhotograph:
        typed = form.cleaned_data
        return add_photograph(
            booking_id=self.target.pk,
            upload=typed["upload"],
            pupil_ids=typed.get("pupils", []),
            nobody=typed["nobody"],
            by=self.user,
        )

    def way_back(self, photograph: VisitPhotograph) -> str:
        return self.request.path


class RemovePhotograph(Act):
    """Also works for a photograph that is no longer shown."""

    title = _("Remove this photograph?")
    text = _("The picture and its file are deleted. This cannot be undone.")
    submit = _("Remove")
    danger = True
    done = _("The photograph has been removed.")

    def get_target(self, pk: int) -> VisitPhotograph:
        return get_object_or_404(photographs_visible_to(self.user), pk=pk)

    def may(self, user, photograph: VisitPhotograph) -> bool:
        return takes_photographs(photograph.booking) and may_keep_photographs(user, photograph.booking)

    def act(self, form) -> None:
        remove_photograph(photograph_id=self.target.pk, by=self.user)

    @property
    def back_url(self) -> str:
        return reverse("booking_photographs", args=[self.target.booking.reference])


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
