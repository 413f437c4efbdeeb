"""The acts of an officer on a school, and old addresses that lead to the new one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from programs.core.gates import signed_in
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal
from programs.schools.actions import states
from programs.schools.choices import SchoolState
from programs.schools.forms.states import ReasonForm, RecodeForm, RenameForm
from programs.schools.models import School
from programs.schools.policy import keeps
from programs.schools.queries.schools import school_now, schools_visible_to, what_hangs_on
from programs.schools.rules import move_refusal


def kept_or_404(request: HttpRequest, code: str, *, also_merged: bool = False) -> School:
    """404 outside the person's scope, 403 for one who may see the school but does not keep it."""
    schools = schools_visible_to(request.user)
    if not also_merged:
        schools = schools.exclude(state=SchoolState.MERGED)
    school = get_object_or_404(schools.select_related("ward", "cluster").prefetch_related("levels"), code=code)
    must(keeps(request.user, school))
    return school


def _act(request: HttpRequest, school: School, form, act: Callable[..., School], words: dict, done: str):
    """Ask, do it once, say that it is done, and show the school."""
    refusal = words.pop("refusal", None)
    if form.is_bound and form.is_valid():
        typed = dict(form.cleaned_data)
        key = typed.pop("idempotency_key")
        try:
            now = act(school=school, by=request.user, key=key, **typed)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, done)
            return redirect("school_detail", code=now.code)
    back_url = reverse("school_detail", args=[school.code])
    context = {"school": school, "form": form, "back_url": back_url, "refusal": refusal, **words}
    return render(request, "schools/life.html", context)


View = Callable[..., HttpResponse]


def follows_moved_schools(view: View) -> View:
    """For pages of one school, by its ``code``. The new address has the same gate, so nothing is given away."""

    @wraps(view)
    def page(request: HttpRequest, code: str, **kwargs) -> HttpResponse:
        try:
            return view(request, code=code, **kwargs)
        except Http404:
            now = school_now(code) if request.method in ("GET", "HEAD") else None
            if now is None or now.code == code:
                raise
            return redirect(request.resolver_match.view_name, code=now.code, **kwargs)

    return page


@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def school_rename(request: HttpRequest, code: str) -> HttpResponse:
    school = kept_or_404(request, code)
    words = {
        "title": _("Rename the school"),
        "text": _("It is found under both names. Certificates and frozen reports keep the name of their day."),
        "submit": _("Rename"),
    }
    form = RenameForm(request.POST or None, initial={"name": school.name})
    return _act(request, school, form, states.rename_school, words, _("The school has its new name."))


@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def school_recode(request: HttpRequest, code: str) -> HttpResponse:
    school = kept_or_404(request, code)
    words = {
        "title": _("Change the school's code"),
        "text": _("The old code {code} leads to the school for ever: in lists, links and searches.").format(code=code),
        "submit": _("Change the code"),
    }
    form = RecodeForm(request.POST or None)
    return _act(request, school, form, states.change_code, words, _("The school has its new code."))


@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def school_suspend(request: HttpRequest, code: str) -> HttpResponse:
    school = kept_or_404(request, code)
    words = {
        "title": _("Suspend this school?"),
        "text": _("Its people can read everything, but not book, enter or change anything until it is resumed."),
        "submit": _("Suspend"),
        "danger": True,
        "refusal": move_refusal(school.state, to=SchoolState.SUSPENDED),
    }
    form = ReasonForm(request.POST or None)
    return _act(request, school, form, states.suspend_school, words, _("The school is suspended."))


@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def school_resume(request: HttpRequest, code: str) -> HttpResponse:
    school = kept_or_404(request, code)
    refusal = None if school.state == SchoolState.SUSPENDED else move_refusal(SchoolState.CLOSED, to=SchoolState.ACTIVE)
    words = {
        "title": _("Let this school act again?"),
        "text": _("Its people can book, enter and change things again from now on."),
        "submit": _("End the suspension"),
        "refusal": refusal,
    }
    form = ReasonForm(request.POST or None)
    return _act(request, school, form, states.resume_school, words, _("The school is at work again."))


@signed_in
@require_http_methods(["GET", "POST"])
@follows_moved_schools
def school_close(request: HttpRequest, code: str) -> HttpResponse:
    school = kept_or_404(request, code)
    words = {
        "title": _("Close this school for good?"),
        "text": _(
            "All roles end today, its pupils count as having left, open invitations are withdrawn. Visits to come "
            "are cancelled and projects that were not entered yet are withdrawn. What happened stays readable. "
            "This cannot be undone."
        ),
        "submit": _("Close the school"),
        "danger": True,
        "hanging": what_hangs_on(school),
        "refusal": move_refusal(school.state, to=SchoolState.CLOSED),
    }
    form = ReasonForm(request.POST or None)
    return _act(request, school, form, states.close_school, words, _("The school is closed."))
