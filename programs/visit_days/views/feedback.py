"""The questions that a teacher answers after the visit."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from programs.bookings.models import Booking
from programs.bookings.queries import bookings_visible_to
from programs.core.acting import Act
from programs.visit_days import policy
from programs.visit_days.actions.feedback import give_feedback
from programs.visit_days.forms import FeedbackForm
from programs.visit_days.queries.day import feedback_of
from programs.visit_days.rules import feedback_refusal


class GiveFeedback(Act):
    form_class = FeedbackForm
    template_name = "visit_days/booking_feedback.html"
    context_object_name = "booking"
    may = staticmethod(policy.may_give_feedback)
    done = _("Thank you. The centre will read your answers without your name.")

    def get_target(self, reference: str) -> Booking:
        return get_object_or_404(bookings_visible_to(self.user), reference=reference)

    @cached_property
    def given(self) -> dict:
        return feedback_of(self.target)

    def get_initial(self) -> dict:
        return self.given

    def get_context_data(self, **kwargs) -> dict:
        refusal = feedback_refusal(self.target, now=timezone.now())
        return super().get_context_data(given=bool(self.given), refusal=refusal, **kwargs)

    def act(self, form: FeedbackForm) -> Booking:
        return give_feedback(booking_id=self.target.pk, by=self.user, **form.cleaned_data)

    @property
    def back_url(self) -> str:
        return reverse("booking_detail", args=[self.target.reference])
