"""Submitting, withdrawing, endorsing and returning: each asks once more before it happens."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from programs.core.gates import forbidden_unless, signed_in
from programs.core.refusals import Refused, show_refusal
from programs.projects import actions, queries
from programs.projects.forms import ConfirmForm, ReturnForm
from programs.projects.models import Project
from programs.projects.rules import can_endorse
from programs.projects.views.projects import project_of_member
from programs.schools.queries import standing_of


@signed_in
@require_http_methods(["GET", "POST"])
def project_submit(request: HttpRequest, reference: str) -> HttpResponse:
    project = project_of_member(request, reference)
    missing = queries.missing_in(project).words
    words = {
        "title": _("Submit “{title}”").format(title=project.title),
        "text": _(
            "After this, neither the words nor the files can be changed, unless your teacher returns the project."
        ),
        "submit": _("Submit"),
        "missing": missing,
    }
    done = _("Submitted. Your teacher was told.")
    return _confirm(request, project, ConfirmForm(request.POST or None), actions.submit_project, words, done)


@signed_in
@require_http_methods(["GET", "POST"])
def project_withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    project = project_of_member(request, reference)
    words = {
        "title": _("Withdraw “{title}”").format(title=project.title),
        "text": _("This cannot be undone, and you cannot enter another project in this competition."),
        "submit": _("Withdraw the project"),
        "danger": True,
    }
    done = _("The project was withdrawn.")
    return _confirm(request, project, ConfirmForm(request.POST or None), actions.withdraw_project, words, done)


@signed_in
@require_http_methods(["GET", "POST"])
def project_endorse(request: HttpRequest, reference: str) -> HttpResponse:
    project = _project_to_decide(request, reference)
    words = {
        "title": _("Endorse “{title}”").format(title=project.title),
        "text": _(
            "You confirm that you supervised this project, that it is the pupils' own work, and that it keeps the "
            "rules of the competition. It is entered at once."
        ),
        "submit": _("Endorse and enter"),
    }
    done = _("The project is endorsed and entered. The pupils were told.")
    return _confirm(request, project, ConfirmForm(request.POST or None), actions.endorse_project, words, done)


@signed_in
@require_http_methods(["GET", "POST"])
def project_return(request: HttpRequest, reference: str) -> HttpResponse:
    project = _project_to_decide(request, reference)
    words = {
        "title": _("Return “{title}” for correction").format(title=project.title),
        "text": _("The pupils can change the project again, and must submit it before the deadline."),
        "submit": _("Return to the pupils"),
    }
    done = _("The project was returned. The pupils were told.")
    return _confirm(request, project, ReturnForm(request.POST or None), actions.return_project, words, done)


def _project_to_decide(request: HttpRequest, reference: str) -> Project:
    project = get_object_or_404(queries.projects_visible_to(request.user), reference=reference)
    standing = standing_of(request.user)
    forbidden_unless(can_endorse(standing, supervisor_id=project.supervisor_id, school=project.school))
    return project


def _confirm(
    request: HttpRequest, project: Project, form, action: Callable[..., Project], words: dict, done: str
) -> HttpResponse:
    if form.is_valid():
        data = dict(form.cleaned_data)
        try:
            action(project_id=project.pk, by=request.user, key=data.pop("idempotency_key"), **data)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, done)
            return redirect("project_detail", project.reference)
    back = reverse("project_detail", args=[project.reference])
    return render(request, "projects/confirm.html", {**words, "project": project, "form": form, "back_url": back})
