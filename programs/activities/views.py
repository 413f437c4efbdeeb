"""What a school taught: the list and the form to report it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from programs.activities import actions, policy, queries
from programs.activities.forms import ActivityForm
from programs.activities.models import TaughtActivity
from programs.core.acting import Act
from programs.core.calendar import current_school_year
from programs.core.gates import not_found_unless, signed_in
from programs.pupils.models import ClassGroup
from programs.schools.queries.roles import roles_of

PAGE_SIZE = 20


@signed_in
@require_GET
def activity_list(request: HttpRequest) -> HttpResponse:
    not_found_unless(policy.may_see_activities(request.user))
    roles = roles_of(request.user)
    activities = queries.activities_visible_to(request.user)
    page = Paginator(activities.order_by("-taught_on", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "figures": queries.figures_of(activities),
        "may_report": policy.may_report(request.user),
        "with_school": roles.is_officer or len(roles.working_schools) > 1,
    }
    return render(request, "activities/activity_list.html", context)


class ActivityReport(Act):
    form_class = ActivityForm
    template_name = "activities/activity_report.html"
    back_url = reverse_lazy("activity_list")
    done = _("Reported. It counts towards your school's participation.")

    def get_target(self) -> None:
        not_found_unless(policy.may_report(self.user))

    @cached_property
    def classes(self) -> QuerySet[ClassGroup]:
        return queries.classes_to_report_for(self.user, current_school_year(timezone.localdate()))

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"classes": self.classes}

    def get_initial(self) -> dict:
        return {"curriculum": self.request.GET.get("curriculum")}

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(has_classes=self.classes.exists(), **kwargs)

    def act(self, form: ActivityForm) -> TaughtActivity:
        return actions.report_activity(by=self.user, key=form.key, **form.values)
