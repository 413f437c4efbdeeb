"""Files go in by one form each, and come out through the gate only."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from programs.core.gates import signed_in
from programs.core.private_files import private_response
from programs.core.refusals import Refused, show_refusal
from programs.projects import actions, queries
from programs.projects.choices import FileKind
from programs.projects.forms import FileForm, ProjectForm, draft_of
from programs.projects.views.projects import edit_context, project_of_member


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
            file = actions.attach_file(
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
