"""Confirming a visit, and what its page says of papers and approvals."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from programs.approvals.actions.confirming import confirm_booking
from programs.approvals.forms import ConfirmVisitForm
from programs.approvals.queries import consents_of
from programs.bookings.models import Booking
from programs.bookings.views.bookings import BookingAct


class ConfirmBooking(BookingAct):
    form_class = ConfirmVisitForm
    text = gettext_lazy(
        "You declare on behalf of your school that the safety plan is approved, that the guardians' "
        "consents have been collected at school, and that pupils who stay have an equivalent activity."
    )
    title = gettext_lazy("Confirm the visit?")
    submit = gettext_lazy("Confirm the visit")
    done = gettext_lazy("The visit is confirmed. See you at the centre!")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"staying": consents_of(self.target).staying}

    def act(self, form: ConfirmVisitForm) -> Booking:
        return confirm_booking(booking_id=self.target.pk, by=self.user, **form.cleaned_data)
