"""The calendar of the province: read and kept by administrators."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from programs.core.acting import Act
from programs.core.gates import not_found_unless
from programs.core.models import Holiday, SchoolYear
from stem_portal.administration import calendar, forms, queries
from stem_portal.administration.roles import may_administer
from stem_portal.administration.views import for_administrators


@require_GET
@for_administrators
def calendar_page(request: HttpRequest) -> HttpResponse:
    context = {"years": queries.years_visible_to(request.user), "holidays": queries.holidays_visible_to(request.user)}
    return render(request, "administration/calendar.html", context)


class CalendarAct(Act):
    """For everybody else the page does not exist."""

    back_url = reverse_lazy("calendar_page")

    def get_target(self, **kwargs) -> Any:
        return not_found_unless(may_administer(self.user))


class AddHoliday(CalendarAct):
    form_class = forms.HolidayForm
    title = _("Add days off")
    submit = _("Add")
    done = _("The days off are in the calendar.")

    def act(self, form: forms.HolidayForm) -> Holiday:
        return calendar.add_holiday(by=self.user, key=form.key, **form.values)


class HolidayAct(CalendarAct):
    def get_target(self, pk: int) -> Holiday:
        return get_object_or_404(queries.holidays_visible_to(self.user), pk=pk)


class ChangeHoliday(HolidayAct):
    form_class = forms.HolidayChangeForm
    title = _("Change days off")
    submit = _("Save")
    done = _("The days off are changed.")

    def get_initial(self) -> dict:
        return calendar.values_of(self.target)

    def act(self, form: forms.HolidayChangeForm) -> None:
        calendar.change_holiday(holiday=self.target, by=self.user, **form.cleaned_data)


class RemoveHoliday(HolidayAct):
    form_class = forms.CalendarReasonForm
    title = _("Remove these days off?")
    submit = _("Remove")
    danger = True
    done = _("They are ordinary days now.")

    @property
    def text(self) -> str:
        return self.target.name

    def act(self, form: forms.CalendarReasonForm) -> None:
        calendar.remove_holiday(holiday=self.target, by=self.user, **form.cleaned_data)


class AddYear(CalendarAct):
    form_class = forms.YearForm
    title = _("Add a school year")
    submit = _("Save")
    done = _("The school year is in the calendar.")

    def act(self, form: forms.YearForm) -> SchoolYear:
        return calendar.set_year(by=self.user, **form.cleaned_data)


class ChangeYear(AddYear):
    title = _("Change a school year")
    done = _("The dates are changed.")

    def get_target(self, pk: int) -> SchoolYear:
        return get_object_or_404(queries.years_visible_to(self.user), pk=pk)

    def get_initial(self) -> dict:
        return calendar.values_of_year(self.target)
