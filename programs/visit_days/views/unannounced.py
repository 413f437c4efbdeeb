"""Letting in a group that has no booking: first whose it is, then who came."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import ngettext

from programs.bookings.models import Booking
from programs.centres.models import Session
from programs.centres.queries import sessions as session_queries
from programs.core.acting import Act
from programs.schools.models import School
from programs.schools.queries.schools import public_schools
from programs.visit_days import policy, rules
from programs.visit_days.actions.unannounced import let_in
from programs.visit_days.forms import SchoolForm, UnannouncedForm
from programs.visit_days.queries.unannounced import cancelled_for, classes_on_day, schools_called
from programs.visit_days.views.day import day_url


class LetIn(Act):
    form_class = UnannouncedForm
    template_name = "visit_days/unannounced.html"
    context_object_name = "session"
    may = staticmethod(policy.may_let_in)

    def get_target(self, pk: int) -> Session:
        return get_object_or_404(session_queries.sessions_run_by(self.user), pk=pk)

    @cached_property
    def search(self) -> SchoolForm:
        form = SchoolForm(self.request.GET)
        form.is_valid()
        return form

    @cached_property
    def earlier(self) -> Booking | None:
        """The booking that this group had cancelled, where the page was opened from it."""
        reference = self.request.GET.get("booking", "")
        return cancelled_for(self.target).filter(reference=reference).first() if reference else None

    @cached_property
    def school(self) -> School | None:
        if self.earlier:
            return self.earlier.school
        code = self.search.cleaned_data.get("school")
        return public_schools().filter(code=code).first() if code else None

    def instead(self) -> HttpResponse | None:
        """Without a school nobody is let in: the page that asks for it, or that says why not."""
        refusal = None
        if self.request.method != "POST":
            refusal = rules.door_refusal(self.target, now=timezone.now())
        if self.school and refusal is None:
            return None
        context = {
            "session": self.target,
            "refusal": refusal,
            "search": self.search,
            "asked": self.search.cleaned_data.get("q", ""),
            "found": schools_called(self.search.cleaned_data.get("q", "")),
            "cancelled": cancelled_for(self.target),
            "back_url": self.back_url,
        }
        return render(self.request, "visit_days/unannounced_school.html", context)

    def get_form_kwargs(self) -> dict[str, Any]:
        classes = classes_on_day(self.school, self.target) if self.school else []
        about = {"classes": classes, "may_enlarge": policy.may_enlarge(self.user, self.target)}
        return super().get_form_kwargs() | about

    def get_initial(self) -> dict[str, Any]:
        earlier = self.earlier
        if earlier is None:
            return {}
        names = ("pupils", "girls", "adults", "contact_phone")
        return {name: getattr(earlier, name) for name in names} | {"class_group": earlier.class_group_id}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        other = reverse("session_unannounced", args=[self.target.pk])
        return super().get_context_data(school=self.school, earlier=self.earlier, other_school_url=other, **kwargs)

    def act(self, form: UnannouncedForm) -> Booking:
        return let_in(session_id=self.target.pk, school=self.school, by=self.user, key=form.key, **form.values)

    def said(self, booking: Booking) -> str:
        count = booking.arrived_pupils
        message = ngettext(
            "{school}: {count} pupil let in under {reference}.",
            "{school}: {count} pupils let in under {reference}.",
            count or 0,
        )
        return message.format(school=booking.school, count=count, reference=booking.reference)

    @property
    def back_url(self) -> str:
        return day_url(self.target)
