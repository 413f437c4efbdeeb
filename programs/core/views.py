"""The page of a background job: its progress and the link to its result."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from programs.core.gates import signed_in
from programs.core.queries import jobs_visible_to


@require_safe
@signed_in
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(jobs_visible_to(request.user), pk=pk)
    result_url = job.result.get("url", "") if isinstance(job.result, dict) else ""
    return render(request, "desk/job.html", {"job": job, "result_url": result_url})
