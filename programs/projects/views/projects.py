"""A pupil's project: begun, worked on, looked at."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from programs.core.audit import history_of
from programs.core.gates import forbidden_unless, signed_in
from programs.core.refusals import Refused, show_refusal
from programs.core.text import clean_text
from programs.projects import actions, progress, queries
from programs.projects.choices import EDITABLE, PROJECT_MOVES, FileKind, ProjectState
from programs.projects.forms import FileForm, NewProjectForm, ProjectForm, draft_of
from programs.projects.models import Project
from programs.projects.rules import can_edit, can_endorse, can_enter, entry_refusal
from programs.schools.queries import standing_of

PAGE_SIZE = 20


@signed_in
@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    state = clean_text(request.GET.get("state", ""))
    projects = queries.projects_visible_to(request.user)
    if state in ProjectState.values:
        projects = projects.filter(state=state)
    page = Paginator(projects.order_by("-updated_at", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "state": state,
        "states": ProjectState.choices,
        "own": standing_of(request.user).pupil is not None,
    }
    return render(request, "projects/project_list.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def project_new(request: HttpRequest, slug: str) -> HttpResponse:
    competition = get_object_or_404(queries.competitions_visible_to(request.user), slug=slug)
    standing = standing_of(request.user)
    forbidden_unless(can_enter(standing))
    if own := queries.project_of_pupil_in(standing.pupil, competition):
        return redirect("project_detail", own.reference)
    refusal = entry_refusal(queries.entry_of(competition, [standing.pupil], now=timezone.now()))
    form = NewProjectForm(request.POST or None, school=standing.pupil.school, team_max=competition.rule_set.team_max)
    if form.is_valid():
        try:
            project = actions.create_project(
                competition_id=competition.pk,
                by=request.user,
                key=form.cleaned_data["idempotency_key"],
                **{"partner": "", **form.values},
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Your project has begun. Add a picture and your report, then submit it."))
            return redirect("project_edit", project.reference)
    context = {"competition": competition, "form": form, "refusal": refusal}
    return render(request, "projects/project_new.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def project_edit(request: HttpRequest, reference: str) -> HttpResponse:
    project = project_of_member(request, reference)
    if project.state not in EDITABLE:
        return redirect("project_detail", project.reference)
    form = ProjectForm(request.POST or None, initial=draft_of(project), school=project.school)
    if form.is_valid():
        try:
            actions.save_draft(project_id=project.pk, by=request.user, **form.values)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("project_edit", project.reference)
    return render(request, "projects/project_edit.html", edit_context(project, form))


@signed_in
@require_GET
def project_detail(request: HttpRequest, reference: str) -> HttpResponse:
    project = get_object_or_404(queries.projects_visible_to(request.user), reference=reference)
    member = queries.is_member(request.user, project)
    endorser = can_endorse(standing_of(request.user), supervisor_id=project.supervisor_id, school=project.school)
    moves = PROJECT_MOVES[ProjectState(project.state)]
    context = {
        "project": project,
        "steps": progress.steps_of(project),
        "next_words": progress.next_words(project, member=member),
        "members": queries.members_of(project),
        "files": queries.files_of(project),
        "may_edit": can_edit(is_member=member) and project.is_editable,
        "may_withdraw": member and ProjectState.WITHDRAWN in moves,
        "may_decide": endorser and project.state == ProjectState.SUBMITTED,
        "history": history_of(project) if member or endorser else [],
    }
    return render(request, "projects/project_detail.html", context)


def project_of_member(request: HttpRequest, reference: str) -> Project:
    """404 for strangers, 403 for those who may read the project but are not of its team."""
    project = get_object_or_404(queries.projects_visible_to(request.user), reference=reference)
    forbidden_unless(can_edit(is_member=queries.is_member(request.user, project)))
    return project


def edit_context(project: Project, form: ProjectForm, file_forms: dict[str, FileForm] | None = None) -> dict:
    """What the page of a draft shows, with its words and its two files."""
    rule_set = project.competition.rule_set
    forms = {kind: FileForm(kind=kind, rule_set=rule_set) for kind in FileKind} | (file_forms or {})
    files = queries.files_of(project)
    return {
        "project": project,
        "form": form,
        "attachments": [{"kind": kind, "form": forms[kind], "file": files.get(kind)} for kind in FileKind],
        "missing": queries.missing_in(project).words,
    }
