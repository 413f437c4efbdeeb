"""A waiting group: its answer on its own page or through the link in its email; places by exception."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings.actions.waiting import accept_offer, give_places_by_exception, leave_waiting
from programs.bookings.choices import BookingState
from programs.bookings.forms import AnswerForm, ExceptionForm
from programs.bookings.models import Booking
from programs.bookings.queries import booking_with_token, waiting_place
from programs.bookings.rules.waiting import capacity_missing, exception_refusal, room_left
from programs.bookings.views.bookings import BookingAct, line_words
from programs.bookings.words import too_large_words
from programs.centres.words import policy_words
from programs.core.gates import not_found_unless
from programs.core.refusals import Refused


class AnswerOffer(BookingAct):
    """What the pressed button says; a refusal is told above the page."""

    form_class = AnswerForm
    http_method_names = ["post"]

    @property
    def by(self) -> User:
        return self.user

    def act(self, form: AnswerForm) -> Booking:
        answer = accept_offer if form.accepts else leave_waiting
        return answer(booking_id=self.target.pk, by=self.by)

    def said(self, booking: Booking) -> str:
        if booking.holds_seats:
            return _("The places are yours. Next: the papers.")
        return _("Done: your group is no longer waiting.")

    def refused(self, form: AnswerForm, refused: Refused) -> HttpResponse:
        messages.error(self.request, refused.refusal.message)
        return self.form_invalid(form)

    def form_invalid(self, form: AnswerForm) -> HttpResponse:
        return redirect(self.back_url)


@method_decorator(never_cache, name="dispatch")
class AnswerByLink(AnswerOffer):
    """GET only displays, so that mail programs opening every link change nothing; only the button acts."""

    public = True
    http_method_names = ["get", "head", "post"]
    template_name = "bookings/waiting_answer.html"

    def get_target(self, token: str) -> Booking:
        return not_found_unless(booking_with_token(token))

    def may(self, user, booking: Booking) -> bool:
        return True  # who has the link is its leader

    @property
    def by(self) -> User:
        return self.target.leader

    @property
    def back_url(self) -> str:
        return reverse("waiting_answer", kwargs=self.kwargs)

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        booking, session = self.target, self.target.session
        return super().get_context_data(
            offered=booking.state == BookingState.OFFERED,
            place=waiting_place(booking),
            policy=policy_words(session),
            too_large=too_large_words(booking, session),
            **line_words(booking, now=timezone.now()),
            **kwargs,
        )


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
        return super().get_context_data(room_left=room_left(booking.session), refusal=refusal, **kwargs)
