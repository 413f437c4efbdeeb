"""What is said afterwards of a group that came unannounced."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from programs.bookings.models import Booking
from programs.bookings.views.bookings import BookingAct
from programs.core.gates import not_found_unless
from programs.visit_days import policy
from programs.visit_days.actions.afterwards import name_teacher
from programs.visit_days.forms import TeacherForm
from programs.visit_days.queries.unannounced import classes_on_day, led_by


class NameTeacher(BookingAct):
    form_class = TeacherForm
    may = staticmethod(policy.may_name_teacher)
    title = _("Who led this group?")
    text = _("The teacher reads of the visit, answers the questions after it and can list who came.")
    submit = _("Save the teacher")
    done = _("The teacher has been saved and told.")

    def instead(self) -> None:
        not_found_unless(self.target.unannounced)

    def get_form_kwargs(self) -> dict[str, Any]:
        classes = classes_on_day(self.target.school, self.target.session)
        about = {"classes": classes, "asks_class": self.target.class_group_id is None}
        return super().get_form_kwargs() | about

    def get_initial(self) -> dict[str, Any]:
        return led_by(self.target)

    def act(self, form: TeacherForm) -> Booking:
        return name_teacher(booking_id=self.target.pk, by=self.user, **form.cleaned_data)
