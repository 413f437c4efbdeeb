"""Places by exception."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from programs.bookings import policy
from programs.bookings.actions.exceptions import give_places_by_exception
from programs.bookings.forms import ExceptionForm
from programs.bookings.models import Booking
from programs.bookings.rules.waiting import capacity_missing, exception_refusal, room_left
from programs.bookings.views.bookings import BookingAct


class BookingException(BookingAct):
    form_class = ExceptionForm
    template_name = "bookings/booking_exception.html"
    may = staticmethod(policy.may_make_exception)
    done = _("The group has its places; its leader will be told.")

    def act(self, form: ExceptionForm) -> Booking:
        return give_places_by_exception(booking_id=self.target.pk, by=self.user, **form.cleaned_data)

    @property
    def text(self) -> str:
        missing = capacity_missing(self.target)
        text = ngettext(
            "The group overtakes the others on the waiting list, and the session grows by {count} place.",
            "The group overtakes the others on the waiting list, and the session grows by {count} places.",
            missing,
        )
        return text.format(count=missing)

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        booking = self.target
        # People who had begun keep what they typed; nobody else is invited to type for nothing.
        begun = self.request.method == "POST"
        refusal = None if begun else exception_refusal(booking, now=timezone.now())
        return super().get_context_data(
            session=booking.session, room_left=room_left(booking.session), refusal=refusal, **kwargs
        )
