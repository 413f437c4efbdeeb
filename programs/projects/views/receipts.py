"""The receipt: what was submitted when, with the hash of every document; as a page and on paper."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from programs.core.gates import not_found_unless, signed_in
from programs.projects import pdf
from programs.projects.models import Project, Submission
from programs.projects.queries.submissions import receipt_of, seals_of
from programs.projects.queries.visible import projects_visible_to
from programs.projects.words import receipt_words


@signed_in
@require_safe
def project_receipt(request: HttpRequest, reference: str) -> HttpResponse:
    project, submission = _read(request, reference)
    words = receipt_words(submission, seals_of(submission))
    context = {"project": project, "submission": submission, "words": words}
    return render(request, "projects/receipt.html", context)


@signed_in
@require_safe
def project_receipt_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    project, submission = _read(request, reference)
    content = pdf.render(receipt_words(submission, seals_of(submission)))
    name = f"{project.reference}-{submission.number}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _read(request: HttpRequest, reference: str) -> tuple[Project, Submission]:
    """Nothing submitted yet, no receipt: 404."""
    project = get_object_or_404(projects_visible_to(request.user), reference=reference)
    return project, not_found_unless(receipt_of(project))
