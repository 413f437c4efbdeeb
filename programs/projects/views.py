"""Submitting, withdrawing, endorsing and returning: each asks for confirmation first."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from programs.competitions.choices import ProjectKind
from programs.competitions.models import RuleSet
from programs.core.audit import history_of
from programs.core.gates import signed_in
from programs.core.policy import must
from programs.core.private_files import private_response
from programs.core.refusals import Refused, show_refusal
from programs.core.text import clean_text
from programs.projects import queries, words
from programs.projects.actions import decisions, entries, files
from programs.projects.choices import EDITABLE, PROJECT_MOVES, FileKind, ProjectState
from programs.projects.forms import ConfirmForm, FileForm, NewProjectForm, ProjectForm, ReturnForm, draft_of
from programs.projects.models import Project
from programs.projects.rules import can_edit, can_endorse, can_enter, entry_refusal, window_refusal
from programs.schools.queries.roles import roles_of


@signed_in
@require_http_methods(["GET", "POST"])
def project_submit(request: HttpRequest, reference: str) -> HttpResponse:
    project = project_of_member(request, reference)
    missing = queries.missing_in(project).words
    words = {
        "title": _("Submit “{title}”").format(title=project.title),
        "text": _("After this you cannot change the text or the files, unless your teacher returns the project."),
        "submit": _("Submit"),
        "missing": missing,
    }
    done = _("Submitted. Your teacher has been told.")
    return _confirm(request, project, ConfirmForm(request.POST or None), decisions.submit_project, words, done)


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
    done = _("The project has been withdrawn.")
    return _confirm(request, project, ConfirmForm(request.POST or None), decisions.withdraw_project, words, done)


@signed_in
@require_http_methods(["GET", "POST"])
def project_endorse(request: HttpRequest, reference: str) -> HttpResponse:
    project = _project_to_decide(request, reference)
    words = {
        "title": _("Endorse “{title}”").format(title=project.title),
        "text": _(
            "You confirm that you supervised this project, that it is the pupils' own work, and that it follows "
            "the rules of the competition. It will be entered at once."
        ),
        "submit": _("Endorse and enter"),
    }
    done = _("The project has been endorsed and entered. The pupils have been told.")
    return _confirm(request, project, ConfirmForm(request.POST or None), decisions.endorse_project, words, done)


@signed_in
@require_http_methods(["GET", "POST"])
def project_return(request: HttpRequest, reference: str) -> HttpResponse:
    project = _project_to_decide(request, reference)
    words = {
        "title": _("Return “{title}” for correction").format(title=project.title),
        "text": _("The pupils can change the project again, and must submit it before the deadline."),
        "submit": _("Return to the pupils"),
    }
    done = _("The project has been returned. The pupils have been told.")
    return _confirm(request, project, ReturnForm(request.POST or None), decisions.return_project, words, done)


def _project_to_decide(request: HttpRequest, reference: str) -> Project:
    project = get_object_or_404(queries.projects_visible_to(request.user), reference=reference)
    roles = roles_of(request.user)
    must(can_endorse(roles, supervisor_id=project.supervisor_id, school=project.school))
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


@signed_in
@require_POST
def project_attach(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """A page answers; the script that shows progress gets the same answer as JSON."""
    if kind not in FileKind.values:
        raise Http404
    project = project_of_member(request, reference)
    form = FileForm(request.POST, request.FILES, kind=kind, rule_set=project.competition.rule_set)
    back = reverse("project_edit", args=[project.reference])
    if form.is_valid():
        try:
            file = files.attach_file(
                project_id=project.pk, kind=kind, upload=form.cleaned_data["upload"], by=request.user
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("{name} is attached.").format(name=file.name))
            return JsonResponse({"url": back}) if _by_script(request) else redirect(back)
    if _by_script(request):
        return JsonResponse({"errors": [str(error) for errors in form.errors.values() for error in errors]}, status=422)
    words = ProjectForm(initial=draft_of(project), school=project.school)
    return render(request, "projects/project_edit.html", edit_context(project, words, {kind: form}), status=422)


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


@signed_in
@require_GET
def project_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as a download: never shown inside the portal's own pages."""
    file = get_object_or_404(queries.project_files_visible_to(request.user), pk=pk)
    return private_response(file.storage_key, name=file.name, content_type=file.content_type)


@signed_in
@require_GET
def project_image(request: HttpRequest, pk: int) -> HttpResponse:
    """The small picture, drawn by the portal itself, for showing on a page."""
    seen = queries.project_files_visible_to(request.user).exclude(preview_key="")
    file = get_object_or_404(seen, pk=pk)
    return private_response(file.preview_key, name=file.name, content_type="image/jpeg", shown=True)


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
        "own": roles_of(request.user).pupil is not None,
    }
    return render(request, "projects/project_list.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def project_new(request: HttpRequest, slug: str) -> HttpResponse:
    competition = get_object_or_404(queries.competitions_visible_to(request.user), slug=slug)
    roles = roles_of(request.user)
    must(can_enter(roles))
    if own := queries.project_of_pupil_in(roles.pupil, competition):
        return redirect("project_detail", own.reference)
    refusal = entry_refusal(queries.entry_of(competition, [roles.pupil], now=timezone.now()))
    form = NewProjectForm(request.POST or None, school=roles.pupil.school, team_max=competition.rule_set.team_max)
    if form.is_valid():
        try:
            project = entries.create_project(
                competition_id=competition.pk,
                by=request.user,
                key=form.cleaned_data["idempotency_key"],
                **{"partner": "", **form.values},
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(
                request, _("Your project has been created. Add a picture and your report, then submit it.")
            )
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
            entries.save_draft(project_id=project.pk, by=request.user, **form.values)
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
    endorser = can_endorse(roles_of(request.user), supervisor_id=project.supervisor_id, school=project.school)
    moves = PROJECT_MOVES[ProjectState(project.state)]
    context = {
        "project": project,
        "steps": words.steps_of(project),
        "next_words": words.next_words(project, member=member),
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
    must(can_edit(is_member=queries.is_member(request.user, project)))
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


@require_GET
def competition_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    competitions = list(queries.competitions_visible_to(request.user))
    opened = sorted((row for row in competitions if row.is_open(now)), key=lambda row: row.closes_at)
    context = {"open": opened, "others": [row for row in competitions if row not in opened]}
    return render(request, "competitions/competition_list.html", context)


@require_GET
def competition_detail(request: HttpRequest, slug: str) -> HttpResponse:
    competition = get_object_or_404(queries.competitions_visible_to(request.user), slug=slug)
    roles = roles_of(request.user)
    context = {
        "competition": competition,
        "rule_set": competition.rule_set,
        "refusal": window_refusal(queries.window_of(competition, now=timezone.now())),
        "may_enter": not request.user.is_authenticated or can_enter(roles),
        "own_project": queries.project_of_pupil_in(roles.pupil, competition),
        "sheets": _sheets(competition.rule_set),
    }
    return render(request, "projects/competition_detail.html", context)


def _sheets(rule_set: RuleSet) -> list[dict]:
    """The two score sheets, each criterion with its share of the longest bar."""
    criteria = list(rule_set.criteria.all())
    most = max((criterion.points for criterion in criteria), default=1)
    return [
        {
            "label": kind.label,
            "rows": [
                {"name": row.local_name, "points": row.points, "share": row.points * 100 / most}
                for row in criteria
                if row.kind == kind
            ],
        }
        for kind in ProjectKind
    ]
