"""What a school taught: the list and the form to report it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_safe

from programs.activities import actions, policy, queries
from programs.activities.forms import ActivityForm, CorrectForm, OwnCorrectForm, OwnForm, WithdrawForm
from programs.activities.models import OwnActivity, TaughtActivity
from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.calendar import current_school_year
from programs.core.gates import not_found_unless, signed_in
from programs.pupils.models import ClassGroup
from programs.schools.queries.roles import roles_of

PAGE_SIZE = 20


def _list_of(request: HttpRequest, activities: QuerySet, template: str) -> HttpResponse:
    """What schools reported, a page at a time, with the figures of all of it."""
    roles = roles_of(request.user)
    context = {
        "page_obj": Paginator(activities, PAGE_SIZE).get_page(request.GET.get("page")),
        "figures": queries.figures_of(activities),
        "may_report": policy.may_report(request.user),
        "with_school": roles.is_officer or len(roles.working_schools) > 1,
    }
    return render(request, template, context)


def _page_of(request: HttpRequest, activity: TaughtActivity | OwnActivity, template: str) -> HttpResponse:
    context = {
        "activity": activity,
        "may_correct": activity.withdrawn_at is None and policy.may_correct(request.user, activity),
        "history": history_of(activity),
    }
    return render(request, template, context)


class _Mend(Act):
    """Something about one row that was reported; ``page`` is the address that shows it."""

    page = ""
    context_object_name = "activity"
    may = staticmethod(policy.may_correct)

    @property
    def back_url(self) -> str:
        return reverse(self.page, args=[self.target.pk])


class _Correct(_Mend):
    text = _("The log keeps what was entered before. A report of the term that is frozen stays as it was.")
    submit = _("Save the correction")
    done = _("Corrected. Figures that are not frozen follow at once.")

    def get_initial(self) -> dict:
        return self.target.reported


class _Withdraw(_Mend):
    form_class = WithdrawForm
    title = _("Withdraw this report?")
    text = _("It counts no more. The report stays on the list as withdrawn, and can be made again.")
    submit = _("Withdraw the report")
    danger = True
    done = _("Withdrawn. It counts no more.")


# --- Lessons ----------------------------------------------------------------------------------------
@signed_in
@require_GET
def activity_list(request: HttpRequest) -> HttpResponse:
    not_found_unless(policy.may_see_activities(request.user))
    activities = queries.activities_visible_to(request.user).order_by("-taught_on", "-pk")
    return _list_of(request, activities, "activities/activity_list.html")


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


@signed_in
@require_safe
def activity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_object_or_404(queries.activities_visible_to(request.user), pk=pk)
    return _page_of(request, activity, "activities/activity_detail.html")


class _OnLesson(_Mend):
    page = "activity_detail"

    def get_target(self, pk: int) -> TaughtActivity:
        return get_object_or_404(queries.activities_visible_to(self.user), pk=pk)


class ActivityCorrect(_OnLesson, _Correct):
    form_class = CorrectForm
    title = _("Correct the report of a lesson")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"classes": queries.classes_to_correct_to(self.target)}

    def act(self, form: CorrectForm) -> TaughtActivity:
        return actions.correct_activity(activity_id=self.target.pk, by=self.user, **form.cleaned_data)


class ActivityWithdraw(_OnLesson, _Withdraw):
    def act(self, form: WithdrawForm) -> TaughtActivity:
        return actions.withdraw_activity(activity_id=self.target.pk, by=self.user, **form.cleaned_data)


# --- What a school did itself ---------------------------------------------------------------------
@signed_in
@require_safe
def own_list(request: HttpRequest) -> HttpResponse:
    not_found_unless(policy.may_see_activities(request.user))
    activities = queries.own_activities_visible_to(request.user).order_by("-held_on", "-pk")
    return _list_of(request, activities, "activities/own_list.html")


class OwnReport(Act):
    form_class = OwnForm
    template_name = "activities/own_report.html"
    back_url = reverse_lazy("own_list")
    done = _("Reported. It counts towards your school's participation.")

    def get_target(self) -> None:
        not_found_unless(policy.may_report(self.user))

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"levels": queries.levels_to_report_for(self.user)}

    def act(self, form: OwnForm) -> OwnActivity:
        return actions.report_own(by=self.user, key=form.key, **form.values)


@signed_in
@require_safe
def own_detail(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_object_or_404(queries.own_activities_visible_to(request.user), pk=pk)
    return _page_of(request, activity, "activities/own_detail.html")


class _OnOwn(_Mend):
    page = "own_detail"

    def get_target(self, pk: int) -> OwnActivity:
        return get_object_or_404(queries.own_activities_visible_to(self.user), pk=pk)


class OwnCorrect(_OnOwn, _Correct):
    form_class = OwnCorrectForm
    title = _("Correct the report of an activity")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"levels": queries.levels_of(self.target.school)}

    def act(self, form: OwnCorrectForm) -> OwnActivity:
        return actions.correct_own(activity_id=self.target.pk, by=self.user, **form.cleaned_data)


class OwnWithdraw(_OnOwn, _Withdraw):
    def act(self, form: WithdrawForm) -> OwnActivity:
        return actions.withdraw_own(activity_id=self.target.pk, by=self.user, **form.cleaned_data)
