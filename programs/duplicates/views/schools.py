"""Duplicate schools: told apart, or merged."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from programs.core.acting import Act
from programs.core.gates import not_found_unless, signed_in
from programs.duplicates.actions.merging import merge_schools
from programs.duplicates.actions.schools import tell_apart
from programs.duplicates.policy import may_see_twins, may_tell_apart
from programs.duplicates.queries.merging import merge_plan
from programs.duplicates.queries.schools import likely_twins
from programs.duplicates.rules import can_be_undone_until
from programs.schools.forms import ReasonForm
from programs.schools.models import School
from programs.schools.policy import may_keep
from programs.schools.queries.schools import matching, schools_to_keep, schools_to_merge_into, schools_visible_to
from programs.schools.rules import merge_refusal
from programs.schools.views.states import SchoolAct

FOUND_AT_ONCE = 10


class MergeSchools(SchoolAct):
    """First choose the school that takes over, then see all that moves and stays, then decide."""

    form_class = ReasonForm
    template_name = "duplicates/merge.html"
    may = staticmethod(may_keep)
    into: School  # the school that takes over

    def get_target(self, code: str) -> School:
        # A form that was sent twice must reach the action, which answers with the first merger.
        if self.request.method == "POST":
            return get_object_or_404(schools_visible_to(self.user), code=code)
        return super().get_target(code)

    def instead(self) -> HttpResponse | None:
        targets = schools_to_merge_into(self.user, self.target).select_related("ward").prefetch_related("levels")
        if code := self.request.GET.get("into", ""):
            self.into = get_object_or_404(targets, code=code)
            return None
        return _choose_target(self.request, self.target, targets)

    def get_context_data(self, **kwargs) -> dict:
        school, target = self.target, self.into
        plan, refusal = merge_plan(school, target), merge_refusal(source=school, target=target)
        until = can_be_undone_until(timezone.now())
        return super().get_context_data(target=target, plan=plan, refusal=refusal, until=until, **kwargs)

    def act(self, form: ReasonForm) -> School:
        return merge_schools(source=self.target, target=self.into, by=self.user, key=form.key, **form.values)

    def said(self, school: School) -> str:
        return _("{old} is now part of {new}.").format(old=self.target, new=self.into)

    def way_back(self, school: School) -> str:
        return reverse("school_detail", args=[school.code])


def _choose_target(request: HttpRequest, school: School, targets) -> HttpResponse:
    text = request.GET.get("q", "")[:100]
    found = matching(targets, text) if text else targets.filter(ward=school.ward_id)
    page = Paginator(found.order_by("sort_key", "pk"), FOUND_AT_ONCE).get_page(request.GET.get("page"))
    return render(request, "duplicates/merge_into.html", {"school": school, "page_obj": page, "text": text})


PAIRS_AT_ONCE = 10


@signed_in
@require_GET
def school_twins(request: HttpRequest) -> HttpResponse:
    """Likely duplicates side by side; the officer decides whether they are one school or two."""
    not_found_unless(may_see_twins(request.user))
    page = Paginator(likely_twins(request.user), PAIRS_AT_ONCE).get_page(request.GET.get("page"))
    return render(request, "duplicates/twins.html", {"page_obj": page})


class TellApart(Act):
    title = _("Two different schools?")
    submit = _("They are two schools")
    done = _("Recorded: they are two schools.")
    target: tuple[School, School]

    def get_target(self, code: str, other: str) -> tuple[School, School]:
        kept = schools_to_keep(self.user)
        one, twin = get_object_or_404(kept, code=code), get_object_or_404(kept, code=other)
        not_found_unless(one != twin)
        return one, twin

    def may(self, user, pair: tuple[School, School]) -> bool:
        return may_tell_apart(user, *pair)

    def act(self, form: forms.Form) -> None:
        one, twin = self.target
        tell_apart(one=one, other=twin, by=self.user)

    @property
    def text(self) -> str:
        one, twin = self.target
        words = _("{one} ({code}) and {other} ({other_code}) are two schools; they will not be shown together again.")
        return words.format(one=one, code=one.code, other=twin, other_code=twin.code)

    @property
    def back_url(self) -> str:
        return reverse("school_twins")
