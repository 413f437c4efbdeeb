"""What a school taught: the list and the form to report it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from programs.activities import actions, queries
from programs.activities.forms import ActivityForm
from programs.core.calendar import current_school_year
from programs.core.gates import not_found_unless, signed_in
from programs.core.refusals import Refused, show_refusal
from programs.schools.queries.roles import roles_of

PAGE_SIZE = 20


@signed_in
@require_GET
def activity_list(request: HttpRequest) -> HttpResponse:
    roles = roles_of(request.user)
    not_found_unless(roles.is_school_staff or roles.is_officer)
    activities = queries.activities_visible_to(request.user)
    page = Paginator(activities.order_by("-taught_on", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "figures": queries.figures_of(activities),
        "may_report": bool(roles.working_schools),
        "with_school": roles.is_officer or len(roles.working_schools) > 1,
    }
    return render(request, "activities/activity_list.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def activity_report(request: HttpRequest) -> HttpResponse:
    not_found_unless(roles_of(request.user).working_schools)
    classes = queries.classes_to_report_for(request.user, current_school_year(timezone.localdate()))
    form = ActivityForm(request.POST or None, classes=classes, initial={"curriculum": request.GET.get("curriculum")})
    if form.is_bound and form.is_valid():
        typed = dict(form.cleaned_data)
        try:
            actions.report_activity(key=typed.pop("idempotency_key"), by=request.user, **typed)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Reported. It counts towards your school's participation."))
            return redirect("activity_list")
    return render(request, "activities/activity_report.html", {"form": form, "has_classes": classes.exists()})
