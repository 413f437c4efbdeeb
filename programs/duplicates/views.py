"""Duplicate schools: told apart, or merged."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from programs.core.gates import not_found_unless, signed_in
from programs.core.refusals import Refused, show_refusal
from programs.duplicates.actions import merge_schools, tell_apart
from programs.duplicates.queries import likely_twins, merge_plan
from programs.schools.choices import OfficeRole
from programs.schools.forms.registration import ConfirmForm
from programs.schools.forms.states import ReasonForm
from programs.schools.models import School
from programs.schools.queries.roles import standing_of
from programs.schools.queries.schools import matching, schools_to_keep, schools_to_merge_into
from programs.schools.rules import merge_refusal
from programs.schools.views.states import follows_moved_schools, kept_or_404

FOUND_AT_ONCE = 10


@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def school_merge(request: HttpRequest, code: str) -> HttpResponse:
    """First choose the school that takes over, then see all that moves and stays, then decide."""
    # A form that was sent twice must reach the action, which answers with the first merger.
    school = kept_or_404(request, code, also_merged=request.method == "POST")
    targets = schools_to_merge_into(request.user, school).select_related("ward").prefetch_related("levels")
    into = request.GET.get("into", "")
    if not into:
        return _choose_target(request, school, targets)
    target = get_object_or_404(targets, code=into)
    form = ReasonForm(request.POST or None)
    refusal = merge_refusal(source=school, target=target)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            merge_schools(
                source=school, target=target, reason=typed["reason"], by=request.user, key=typed["idempotency_key"]
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("{old} is now part of {new}.").format(old=school, new=target))
            return redirect("school_detail", code=target.code)
    plan = merge_plan(school, target)
    context = {"school": school, "target": target, "form": form, "plan": plan, "refusal": refusal}
    return render(request, "duplicates/merge.html", context)


def _choose_target(request: HttpRequest, school: School, targets) -> HttpResponse:
    text = request.GET.get("q", "")[:100]
    found = matching(targets, text) if text else targets.filter(ward=school.ward_id)
    page = Paginator(found.order_by("sort_key", "pk"), FOUND_AT_ONCE).get_page(request.GET.get("page"))
    return render(request, "duplicates/merge_into.html", {"school": school, "page_obj": page, "text": text})


PAIRS_AT_ONCE = 10


def _keeper_or_404(request: HttpRequest) -> None:
    posts = standing_of(request.user).posts
    not_found_unless(OfficeRole.DEPARTMENT in posts or OfficeRole.WARD in posts)


@signed_in
@require_GET
def school_twins(request: HttpRequest) -> HttpResponse:
    """Likely duplicates side by side; the officer says whether they are one school or two."""
    _keeper_or_404(request)
    page = Paginator(likely_twins(request.user), PAIRS_AT_ONCE).get_page(request.GET.get("page"))
    return render(request, "duplicates/twins.html", {"page_obj": page})


@signed_in
@require_http_methods(["GET", "POST"])
def school_tell_apart(request: HttpRequest, code: str, other: str) -> HttpResponse:
    kept = schools_to_keep(request.user)
    one, twin = get_object_or_404(kept, code=code), get_object_or_404(kept, code=other)
    not_found_unless(one != twin)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            tell_apart(one=one, other=twin, by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Noted: they are two schools."))
            return redirect("school_twins")
    context = {
        "title": _("Two different schools?"),
        "text": _(
            "{one} ({code}) and {other} ({other_code}) are two schools; they are not shown together again."
        ).format(one=one, code=one.code, other=twin, other_code=twin.code),
        "form": form,
        "submit": _("They are two schools"),
        "back_url": reverse("school_twins"),
    }
    return render(request, "components/confirm.html", context)
